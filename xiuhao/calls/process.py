"""THE DECLARATION of calls: ring, answered, ended, or missed; and of the call back that a question without an answer is owed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from xiuhao.calls import actions, checking, script
from xiuhao.calls.models import DIRECTIONS, ENDERS, MANUAL
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Flag, LongText, Number, Phone, Text
from xiuhao.kernel.process import Clock, Guard, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

RINGING = State("ringing", _("振铃"), "amber")
TALKING = State("talking", _("通话中"), "green")
ENDED = State("ended", _("已结束"), "grey", end=True)
MISSED = State("missed", _("未接"), "red", end=True)
EVERY = (RINGING, TALKING, ENDED, MISSED)
DESK = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER})


@dataclass(frozen=True, kw_only=True)
class Word(Text):
    """A key of ours or of a telephone system: no text of a person, so the journal line may hold it."""

    secret: ClassVar[bool] = False
    sample: ClassVar[Any] = "greet"

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        if not re.fullmatch(r"[\w.:@+\-]*", text):
            raise self._bad("not_text")
        return text


@dataclass(frozen=True, kw_only=True)
class Screen(Word):
    """The key that a phone screen was opened with: a UUID."""

    longest: int = 36
    sample: ClassVar[Any] = "6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d10"

    def clean(self, raw: Any) -> str:
        try:
            return str(UUID(super().clean(raw)))
        except ValueError:
            raise self._bad("not_reference") from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


def by_machine(step: Step) -> bool:
    """What happened on the line is told by the telephone system; where there is none, by whose call it is; what was left, by us."""
    return step.actor.machine or step.actor.kind == "system" or step.record.provider == MANUAL


REPORTED = Guard("not_telephony", _("通话的接听和结束由电话系统报告，不能手工填写。"), by_machine, early=True)
CALLER = Phone(key="caller", label=_("号码"), required=False)
AGENT = Word(key="agent", label=_("分机或登录名"), longest=40, required=False)
SECONDS = Number(key="seconds", label=_("秒数"), required=False)

CALL = declare(
    Process(
        "call",
        _("通话"),
        record="calls.Call",
        related=("version", "checked_by"),
        series=Series("TH"),
        title=actions.title,
        transitions=(
            Transition(
                "ring",
                _("来电"),
                (),
                RINGING,
                may=DESK,
                quiet=True,
                or_else=(TALKING,),
                guards=(Guard("not_telephony", _("来电由电话系统报告。"), lambda step: step.actor.machine),),
                do=actions.ring,
                needs=(
                    Word(key="provider", label=_("电话系统"), longest=40),
                    Word(key="provider_id", label=_("通话标识"), longest=100),
                    Choice(key="direction", label=_("方向"), options=DIRECTIONS, required=False),
                    CALLER,
                    AGENT,
                    Flag(key="ringing", label=_("正在振铃")),
                ),
            ),
            Transition(
                "start",
                _("开始通话"),
                (),
                TALKING,
                may=DESK,
                quiet=True,
                do=actions.start,
                needs=(Screen(key="screen", label=_("电话屏")), CALLER),
            ),
            Transition(
                "tell", _("补报振铃"), EVERY, None, may=DESK, quiet=True, guards=(REPORTED,), do=actions.tell, needs=(CALLER, AGENT)
            ),
            Transition(
                "answer",
                _("接听"),
                (RINGING, ENDED, MISSED),
                TALKING,
                may=DESK,
                quiet=True,
                or_else=(ENDED,),
                guards=(REPORTED,),
                do=actions.answer,
                needs=(AGENT,),
            ),
            Transition(
                "end",
                _("挂机"),
                (RINGING, TALKING),
                ENDED,
                may=DESK | {r.SYSTEM},
                quiet=True,
                or_else=(MISSED,),
                guards=(REPORTED,),
                do=actions.end,
                needs=(Choice(key="ended_by", label=_("先挂机"), options=ENDERS), SECONDS),
            ),
            Transition(
                "walk",
                _("话术步骤"),
                EVERY,
                None,
                may={r.OWNER},
                quiet=True,
                do=actions.walk,
                needs=(
                    Word(key="node", label=_("步骤"), longest=40, in_words=script.step_said),
                    Choice(key="outcome", label=_("结果"), options=(("done", _("完成")), ("skipped", _("跳过")))),
                    Number(key="branch", label=_("分支"), required=False, most=Decimal(9), in_words=script.branch_said),
                    LongText(key="value", label=_("客户所说"), longest=script.MOST_SAID, required=False, personal=True),
                ),
            ),
            Transition(
                "back", _("返回步骤"), EVERY, None, may={r.OWNER}, quiet=True, do=actions.back,
                needs=(Word(key="node", label=_("步骤"), longest=40, in_words=script.step_said),),
            ),
            Transition(
                "check",
                _("通话质检"),
                (ENDED,),
                None,
                may=checking.CHECKERS,
                quiet=True,
                guards=(checking.TALKED, checking.ONCE, checking.STRANGER, checking.WHOLE),
                do=checking.check,
                needs=(checking.KEPT, checking.MISSED, LongText(key="remark", label=_("评语"), longest=2000, required=False)),
            ),
            Transition(
                "note",
                _("备注"),
                EVERY,
                None,
                may=DESK | {r.OWNER, r.QUALITY},
                needs=(LongText(key="text", label=_("内容"), longest=2000),),
            ),
        ),
    )
)  # fmt: skip

OWED = State("owed", _("待回电"), "amber")
CALLED = State("called", _("已回电"), "green", end=True)

CALL_BACK = declare(
    Process(
        "call_back",
        _("技术回电"),
        record="calls.CallBack",
        series=Series("HD"),
        title=str,
        transitions=(
            Transition(
                "ask_back",
                _("登记技术回电"),
                (),
                OWED,
                may=DESK,
                on="call",
                do=actions.ask_back,
                clauses=("YD-2.5",),
                needs=(
                    Text(key="name", label=_("姓名"), longest=60, personal=True),
                    Phone(key="phone", label=_("电话")),
                    LongText(key="fault", label=_("故障"), longest=4000),
                ),
            ),
            Transition("take", _("领取"), (OWED,), None, may=DESK, do=lambda step: step.say(owner=_taken(step))),
            Transition(
                "call",
                _("已回电"),
                (OWED,),
                CALLED,
                may=DESK | {r.OWNER},
                needs=(LongText(key="outcome", label=_("回电结果"), longest=4000),),
            ),
        ),
        clocks=(Clock("answer", _("回电时限"), runs_in=(OWED,), stops=("call",), escalates=(r.LEAD, r.MANAGER), clauses=("YD-2.5",)),),
    )
)


def _taken(step: Step) -> int | None:
    """Whoever takes it calls back."""
    step.case.owner_id = step.actor.id
    return step.actor.id
