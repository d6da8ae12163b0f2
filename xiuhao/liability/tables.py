"""The standards as decision tables: who bears what part within a department and beside it, what a sanction is worth, whether pay is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xiuhao.kernel import policy
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

SPLIT, WATCH, DEDUCTION = "liability.split", "liability.watch", "liability.deduction"


def _whole(value: Mapping[str, Any]) -> None:
    """Refused shares_of_hundred (422): person and superiors bear the whole, nobody less than nothing."""
    parts = [Decimal(str(value[key])) for key in ("person", "first", "second")]
    if sum(parts) != 100 or min(parts) < 0:
        raise Refused("shares_of_hundred", {"sum": sum(parts)}, status=422)


def _below_hundred(value: Mapping[str, Any]) -> None:
    """Refused share_range (422): whoever is at fault bears something, and whoever could have caught it not less than nothing."""
    if not 0 <= Decimal(str(value["share"])) < 100:
        raise Refused("share_range", status=422)


def _a_part(value: Mapping[str, Any]) -> None:
    """Refused cap_range (422): a cap is a part of the bonus."""
    if not 0 <= Decimal(str(value["cap"])) <= 100:
        raise Refused("cap_range", status=422)


policy.table(
    SPLIT,
    _("部门内责任比率"),
    (Column("amount", _("部门承担金额"), "number", unit="¥"), Column("foreseen", _("上级可以预见"), "flag")),
    (
        Column("person", _("责任人"), "number", unit="%"),
        Column("first", _("直接主管"), "number", unit="%"),
        Column("second", _("上一级主管"), "number", unit="%"),
    ),
    _whole,
    help=_("三项合计 100%；没有登记人员的一份由部门承担。"),
)
policy.table(
    WATCH,
    _("部门间责任比率"),
    (),
    (Column("share", _("本可发现的部门合计"), "number", unit="%"),),
    _below_hundred,
    help=_("其余由首要责任部门承担；分摊时可以另填比率。"),
)
policy.table(
    DEDUCTION,
    _("责任金额扣款"),
    (),
    (
        Column("enabled", _("允许扣款"), "flag"),
        Column("cap", _("每月上限（占当月效率奖金）"), "number", unit="%"),
        Column("reason", _("理由"), "words"),
    ),
    _a_part,
    help=_("关闭时责任金额只登记、送人事备查，不作为扣款计算或导出。"),
)


@dataclass(frozen=True)
class Deduction:
    """Whether anything may be taken from pay, at most which percent of the month's efficiency bonus, and why."""

    enabled: bool
    cap: Decimal
    reason: str = ""


def split(amount: Decimal, foreseen: bool) -> tuple[tuple[Decimal, ...], PolicyRow | None]:
    """The percentages of person, first and second superior for what a department bears, and the row; all to the person without one."""
    row = policy.decide(SPLIT, {"amount": amount, "foreseen": foreseen})
    if row is None:
        return (Decimal(100), Decimal(0), Decimal(0)), None
    return tuple(Decimal(str(row.value[key])) for key in ("person", "first", "second")), row


def watched() -> tuple[Decimal, PolicyRow | None]:
    """Which percent departments bear that could have caught it, and the row; nothing without one."""
    row = policy.decide(WATCH, {})
    return (Decimal(str(row.value["share"])) if row else Decimal(0)), row


def deduction() -> Deduction:
    """Off, unless a row says otherwise; the cap is half of the bonus where none stands."""
    row = policy.decide(DEDUCTION, {})
    if row is None:
        return Deduction(False, Decimal(50))
    words = row.value["reason"]
    return Deduction(bool(row.value.get("enabled")), Decimal(str(row.value["cap"])), said(words["zh"], words.get("en", "")))
