"""What others ask of wording: which words of a text may not go out, the evidence that is marked while typed, the guards of a verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, ClassVar

from xiuhao.kernel import policy
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Evidence, Flag, LongText
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party import actions as party
from xiuhao.wording import authority
from xiuhao.wording.authority import Standing as Standing
from xiuhao.wording.authority import standing as standing
from xiuhao.wording.authority import standing_by as standing_by
from xiuhao.wording.authority import within as within
from xiuhao.wording.authority import worded as worded
from xiuhao.wording.phrases import hits
from xiuhao.wording.promises import TABLE as PROMISES
from xiuhao.wording.promises import gives as gives
from xiuhao.wording.promises import paid_out as paid_out

TABLE = "wording.phrase"
UNKIND = {"harsh": _("生硬"), "shirk": _("推诿"), "blame": _("责怪客户")}  # CS1-1.6
UNTRUE = {"exaggerate": _("夸大承诺"), "pressure": _("借权威施压")}  # CS6-3
OFFENCES = {**UNKIND, **UNTRUE}
PROMISED = {"whole": _("没有金额的承诺"), "admit": _("查明前认责")}  # CS5-9.14
SEVERITIES = {"block": _("不得发送"), "warn": _("提示，确认后可发送")}
CONFIRMED = "worded"
GAP = 6  # characters that "…" in a phrase may stand for

policy.table(
    TABLE,
    _("禁用语"),
    (),
    (
        Column("phrase", _("说法"), help=_("“…”代表中间最多六个字；空格、全角半角、大小写、繁简体、您和你都不计较。")),
        Column("offence", _("类别"), "choice", lambda: {key: str(label) for key, label in OFFENCES.items()}),
        Column("severity", _("处理"), "choice", lambda: {key: str(label) for key, label in SEVERITIES.items()}),
        Column("instead", _("建议说法")),
        Column("unless", _("除非前后有"), required=False, help=_("几个词之间用；隔开，例如：不能；无法")),
    ),
    help=_("坐席发给客户的文字在发送前逐条核对。"),
)
policy.table(
    PROMISES,
    _("答复客户的用语"),
    (),
    (
        Column("phrase", _("说法"), help=_("“…”代表中间最多八个字")),
        Column("kind", _("类别"), "choice", lambda: {key: str(label) for key, label in PROMISED.items()}),
        Column("instead", _("建议说法")),
        Column("unless", _("除非前后有"), required=False, help=_("几个词之间用；隔开，例如：不能；无法")),
    ),
    module="wording",
    help=_("坐席发给客户的文字在发送前逐条核对。"),
)


@dataclass(frozen=True)
class Found:
    """A forbidden phrase in a text: `start` and `end` are places in the text as it was typed."""

    start: int
    end: int
    words: str
    row: PolicyRow

    @property
    def offence(self) -> str:
        return str(self.row.value["offence"])

    @property
    def blocks(self) -> bool:
        return bool(self.row.value["severity"] == "block")

    @property
    def label(self) -> str:
        return str(OFFENCES[self.offence])

    @property
    def instead(self) -> str:
        return str(self.row.value["instead"])

    @property
    def params(self) -> dict[str, str]:
        """What its sentence is filled with."""
        return {"phrase": self.words, "offence": self.label, "clause": "、".join(self.row.clauses), "instead": self.instead}


def found(text: str, at: datetime | None = None) -> list[Found]:
    """The forbidden phrases of a text at a moment (now), in order, none overlapping. No statement while the rules stand still."""
    return [Found(hit.start, hit.end, text[hit.start : hit.end], hit.row) for hit in hits(TABLE, text, at, GAP)]


@dataclass(frozen=True)
class Piece:
    """A part of a text: with `found` it is a forbidden phrase."""

    text: str
    found: Found | None = None


def pieces(text: str, marks: list[Found]) -> list[Piece]:
    """The text cut at its marks, for showing."""
    made, place = [], 0
    for mark in marks:
        made += [Piece(text[place : mark.start]), Piece(text[mark.start : mark.end], mark)]
        place = mark.end
    return [piece for piece in (*made, Piece(text[place:])) if piece.text]


# For declarations


@dataclass(frozen=True, kw_only=True)
class Said(LongText):
    """A text that goes to the customer: marked while it is typed (the widget asks `live`), judged before it goes out (kind words by
    CS1-1.6, true ones by CS6-3, no promise beyond authority by CS5-9.14), and what was only warned of is confirmed. Customers' own words
    are theirs."""

    live: ClassVar[str] = "/wording/check"

    @property
    def guards(self) -> tuple[Guard, ...]:
        kind, true = _guard(self.key, "words_unkind", UNKIND, "CS1-1.6"), _guard(self.key, "words_untrue", UNTRUE, "CS6-3")
        return (kind, true, *authority.guards(self.key))

    @property
    def beside(self) -> tuple[Evidence, ...]:
        return (Confirmed(key=CONFIRMED, label=_("我已核对提示的用语，仍要这样发送"), of=self.key),)


@dataclass(frozen=True, kw_only=True)
class Confirmed(Flag):
    """A yes to what was only warned of in the text `of`; asked for only where there is such a thing."""

    of: str
    of_staff: ClassVar[bool] = True
    widget: ClassVar[str] = "confirm"
    blank: ClassVar[Any] = None

    def wanted(self, given: Mapping[str, Any]) -> bool:
        return any(not mark.blocks for mark in found(str(given.get(self.of) or "")))

    def clean(self, raw: Any) -> Any:
        return super().clean(raw) or None


def judge(actor: Actor, text: str) -> None:
    """The same of a text that no verb sends. Raises Refused words_unkind, words_untrue, beyond_authorised, promise_unnamed,
    fault_not_found (409)."""
    said: dict[str, Any] = {}
    roles = {role for role, _at in actor.grants}
    step = SimpleNamespace(given={"text": text}, at=now(), actor=actor, roles=roles, case=None, context={}, facts=said, say=said.update)
    for guard in Said(key="text", label="").guards:
        if not guard.holds(step):  # type: ignore[arg-type]  # it reads no more of a step
            raise guard.refusal(step)  # type: ignore[arg-type]


party.words_by(lambda key, label, longest: Said(key=key, label=label, longest=longest), judge)


def _guard(of: str, code: str, offences: Mapping[str, str], clause: str) -> Guard:
    def wrong(step: Step) -> list[Found]:
        return [mark for mark in found(str(step.given.get(of) or ""), step.at) if mark.blocks and mark.offence in offences]

    sentence = _("“{phrase}”属于{offence}（{clause}），没有发送。建议改为：{instead}")
    return Guard(code, sentence, lambda step: not wrong(step), (clause,), why=lambda step: wrong(step)[0].params, of=of)
