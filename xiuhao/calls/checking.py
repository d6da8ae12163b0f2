"""Quality looks at calls: a checklist whose items are rows of `calls.check`, once a call, by somebody who did not talk (CS1-1.4 to 1.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from xiuhao.calls.models import CallMark
from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.evidence import Text
from xiuhao.kernel.policy import Column
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

TABLE = "calls.check"
CHECKERS = frozenset({r.QUALITY, r.LEAD})

policy.table(
    TABLE, _("通话质检项目"), (), (Column("words", _("项目"), "words"),),
    help=_("质检员逐项判断坐席做到没有；每项计入它所写的条款。改动从生效起对之后的质检有效。"),
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing to be judged; `clauses` are kept or broken by it."""

    key: str
    label: str
    clauses: tuple[str, ...]


def items(at: datetime | None = None) -> dict[str, Item]:
    """The checklist of a moment (now), by key, in its order."""
    return {row.line: _item(row) for row in policy.rows(TABLE, at)}


def _item(row: Any) -> Item:
    words = row.value["words"]
    return Item(row.line, said(words["zh"], words.get("en", "")), tuple(row.clauses))


@dataclass(frozen=True, kw_only=True)
class Keys(Text):
    """Keys of items, with commas between them: no text of a person, so the journal line may hold them."""

    secret: ClassVar[bool] = False
    sample: ClassVar[Any] = "please"
    longest: int = 2000

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        if not re.fullmatch(r"[\w\-]+(,[\w\-]+)*", text):
            raise self._bad("not_text")
        return text

    def says(self, value: Any) -> str:
        known = items()
        return str(_("、").join(known[key].label if key in known else key for key in str(value).split(",")))


def marks(given: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """(item, whether it was kept), as the evidence says."""
    return [(key, kept) for name, kept in (("kept", True), ("missed", False)) for key in filter(None, (given.get(name) or "").split(","))]


def _whole(step: Step) -> bool:
    judged = [key for key, _kept in marks(step.given)]
    return sorted(judged) == sorted(items(step.at))


def _stranger(step: Step) -> bool:
    return step.actor.id not in (step.case.owner_id, step.case.keeper_id)


TALKED = Guard("call_not_talked", _("没有接通的通话无从质检。"), lambda step: step.record.answered_at is not None, early=True)
ONCE = Guard("call_checked", _("这通电话已经质检过。"), lambda step: step.record.checked_at is None, early=True)
STRANGER = Guard("own_call", _("不能质检自己的通话，请由别人来做。"), _stranger, early=True)
WHOLE = Guard("check_partial", _("质检项目要逐项判断，不多也不少；项目可能刚改过，请刷新页面。"), _whole)
KEPT = Keys(key="kept", label=_("做到的项目"), required=False)
MISSED = Keys(key="missed", label=_("没做到的项目"), required=False)


def check(step: Step) -> None:
    """Every item is kept or missed, and with it its clauses; who judged stands in the journal."""
    known = items(step.at)
    step.record.checked_at, step.record.checked_by_id = step.at, step.actor.id
    for key, kept in marks(step.given):
        step.walk(key, known[key].clauses, kept)
        step.add(CallMark(call=step.record, item=key, kept=kept))
