"""From the ledger to the negotiation: quality, production, the manager, research where it asks for it, the general manager's office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from xiuhao.claim import consulting, deciding
from xiuhao.claim.elements import (
    AGAIN_BY,
    ANALYSED,
    ANSWER_BY,
    ASKED,
    CONSULTED,
    DEPARTMENTS,
    ENDORSED,
    IMPROVE_BY,
    IMPROVERS,
    INSTRUCTION,
    INVESTIGATED,
    NEGOTIATED,
    NEGOTIATING,
    OFFICE,
    OPINIONS,
    REGISTERED,
    REPORTED,
    REVIEWING,
    STAGES,
    WHY,
    turn,
)
from xiuhao.claim.models import CAUSES, ORIGINS
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Flag, LongText, Money, Photos, Text
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

DUTY = ("CS5-7.1",)
TRACKING = (("tracked", _("列案追踪")), ("exempt", _("人为疏忽，免追踪")))
BACK = tuple((role, DEPARTMENTS[role]) for role in (r.QUALITY, r.PRODUCTION))  # whose study may have to be done again


def _back_to(role: str) -> Callable[[Step], bool]:
    return lambda step: bool(step.given["back_to"] == role)


def _tracked(given: Mapping[str, Any]) -> bool:
    return bool(given.get("tracking") == "tracked")


STUDYING = (
    Transition(
        "investigate", _("质管调查"), (REGISTERED,), INVESTIGATED, may={r.QUALITY},
        needs=(
            Choice(key="cause", label=_("原因类别"), options=CAUSES, clauses=("CS5-5",)),
            LongText(key="finding", label=_("调查结果"), longest=4000, clauses=DUTY),
            Choice(key="origin", label=_("责任来源"), options=ORIGINS),
            Text(key="liable", label=_("拟定责任单位"), longest=100, clauses=DUTY),
            Photos(key="photos", label=_("照片"), required=False),
        ),
    ),
    Transition(
        "report", _("提报调查报告"), (INVESTIGATED,), REPORTED, may={r.QUALITY},
        needs=(LongText(key="report", label=_("调查报告"), longest=8000),), opens=(INSTRUCTION,), do=deciding.done_again,
        notify=(turn(r.PRODUCTION), ASKED),
    ),
    Transition(
        "instruct", _("批示调查报告"), STAGES[3:], None, may={r.ASKED}, answers=INSTRUCTION, outcome="agreed",
        needs=(LongText(key="text", label=_("批示"), longest=2000),), notify=(Notice("claim_instructed", {r.QUALITY, r.OFFICE}),),
    ),
    Transition(
        "analyse", _("制造分析"), (REPORTED,), ANALYSED, may={r.PRODUCTION},
        needs=(
            LongText(key="analysis", label=_("异常原因分析"), longest=4000, clauses=DUTY),
            LongText(key="countermeasure", label=_("改善对策"), longest=4000, clauses=DUTY),
            Text(key="unit_of_occurrence", label=_("发生单位"), longest=100, clauses=("CS5-7.1", "CS5-9.9")),
            Text(key="machine_shift", label=_("机台班别"), longest=100, clauses=DUTY),
            Text(key="operators", label=_("作业人员"), longest=200, personal=True, clauses=DUTY),
            Day(key="produced_on", label=_("生产日期"), past=True, clauses=DUTY),
        ),
        do=deciding.done_again, notify=(turn(r.MANAGER),),
    ),
    Transition(
        "endorse", _("经理批示"), (ANALYSED,), ENDORSED, may={r.MANAGER}, or_else=(REVIEWING,),
        needs=(
            Choice(key="to_research", label=_("送研发部研究"), options=(("no", _("不需要")), ("yes", _("需要")))),
            LongText(key="note", label=_("批示"), longest=2000),
        ),
        do=deciding.endorse,
    ),
    Transition(
        "study", _("研发研究"), (ENDORSED,), REVIEWING, may={r.RESEARCH},
        needs=(LongText(key="study", label=_("研发部意见"), longest=4000),), notify=(turn(r.OFFICE),),
    ),
    Transition(
        "review", _("审议"), (REVIEWING,), NEGOTIATING, may=OFFICE,
        needs=(
            LongText(key="handling", label=_("处理方式"), longest=4000, clauses=("CS5-9.9",)),
            Choice(key="tracking", label=_("追踪判定"), options=TRACKING, clauses=("CS5-9.9",)),
            Text(
                key="exempt_reason", label=_("免追踪原因"), longest=300, required=False,
                when=lambda given: given.get("tracking") == "exempt", clauses=("CS5-9.9",),
            ),
            Choice(
                key="improver", label=_("改善单位"), options=IMPROVERS, required=False,
                when=_tracked,
            ),
            replace(IMPROVE_BY, key="improve_by", required=False, when=_tracked),
        ),
        guards=(deciding.EXEMPT, consulting.ANSWERED), do=deciding.review,
        notify=(turn(r.SALES),), clauses=("CS5-9.4",),
    ),
    Transition(
        "send_back", _("退回重办"), (ANALYSED, REVIEWING, NEGOTIATED), REGISTERED, may=OFFICE | {r.MANAGER}, or_else=(REPORTED,),
        needs=(Choice(key="back_to", label=_("退回部门"), options=BACK), AGAIN_BY, WHY), guards=(deciding.HOLDS_IT,), do=deciding.send_back,
        notify=tuple(replace(turn(role), when=_back_to(role)) for role, _label in BACK),
    ),
    Transition(
        "consult", _("会签"), STAGES, None, may=OFFICE,
        needs=(
            *(Flag(key=f"ask_{role}", label=DEPARTMENTS[role]) for role in CONSULTED),
            LongText(key="question", label=_("征询事项"), longest=2000),
            ANSWER_BY,
        ),
        guards=(consulting.SOMEBODY, consulting.NOT_WAITING, consulting.THERE), do=consulting.consult, may_open=(OPINIONS,),
        notify=(Notice("claim_consulted", {r.ASKED}),),
    ),
    Transition(
        "advise", _("答复会签"), STAGES, None, may={r.ASKED}, answers=OPINIONS, outcome="agreed",
        needs=(LongText(key="text", label=_("意见"), longest=4000),), do=consulting.advise,
    ),
    Transition(
        "involve", _("登记外部责任方"), STAGES, None, may=OFFICE,
        needs=(
            Text(key="external_party", label=_("外部责任方"), longest=100),
            Choice(key="origin", label=_("责任来源"), options=ORIGINS[1:]),
            LongText(key="joint_handling", label=_("会同处理"), longest=4000),
            Money(key="recourse", label=_("向外部责任方索赔"), required=False),
        ),
        clauses=("CS5-9.17",),
    ),
)  # fmt: skip
