"""THE DECLARATION of an improvement: what a department does so that it does not happen again, and whether it helped (CS5-9.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xiuhao.claim import queries
from xiuhao.claim.elements import DONE, EFFECTIVE, IMPROVE_BY, IMPROVERS, OFFICE, READERS, TO_DO
from xiuhao.claim.models import Improvement
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, LongText, Text
from xiuhao.kernel.process import Ask, Clock, Notice, Process, Series, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

IMPROVE = Ask("improve", _("执行改善"), to=r.DIRECTOR, to_choice="unit")
TOLD = Notice("improvement_asked", {r.ASKED})


def begin(step: Step) -> None:
    """It hangs on the claim that it came of."""
    step.record.claim_id = step.context["parent"].pk


IMPARTIAL = queries.no_part(lambda step: step.record.claim_id if step.before else step.context["parent"].pk)


def reassign(step: Step) -> None:
    """Another department, or another day: who was asked before is asked no more."""
    step.unask(IMPROVE.key)


def judge(step: Step) -> None:
    """It helped; or a department is asked anew."""
    step.record.effective = step.given["effective"] == "yes"
    if not step.record.effective:
        step.go(TO_DO)
        step.ask(IMPROVE)


def title(record: Improvement) -> str:
    """What is to be done."""
    return record.measure.splitlines()[0][:60] if record.measure else ""


def _anew(given: Mapping[str, Any]) -> bool:
    return bool(given.get("effective") == "no")


IMPROVEMENT = declare(
    Process(
        "improvement", _("改善追踪"), record="claim.Improvement", related=("claim",), series=Series("GS"), title=title, readers=READERS,
        transitions=(
            Transition(
                "open", _("列案追踪"), (), TO_DO, may=OFFICE | {r.SYSTEM}, on="claim", do=begin, guards=(IMPARTIAL,),
                opens=(IMPROVE,), notify=(TOLD,),
                needs=(
                    LongText(key="measure", label=_("改善对策"), longest=4000),
                    Choice(key="unit", label=_("改善单位"), options=IMPROVERS),
                    IMPROVE_BY,
                ),
            ),
            Transition(
                "reassign", _("改派改善单位"), (TO_DO,), None, may=OFFICE, guards=(IMPARTIAL,), opens=(IMPROVE,), do=reassign,
                notify=(TOLD,),
                needs=(
                    Choice(key="unit", label=_("改善单位"), options=IMPROVERS),
                    IMPROVE_BY,
                    Text(key="why", label=_("理由"), longest=500),
                ),
            ),
            Transition(
                "improve", _("登记改善执行"), (TO_DO,), DONE, may={r.ASKED}, answers=IMPROVE, outcome="agreed", guards=(IMPARTIAL,),
                needs=(LongText(key="result", label=_("改善执行情况"), longest=4000),),
                notify=(Notice("improvement_done", {r.OFFICE, r.QUALITY}),),
            ),
            Transition(
                "verify_effect", _("确认改善效果"), (DONE,), EFFECTIVE, may=OFFICE | {r.QUALITY}, or_else=(TO_DO,), do=judge,
                may_open=(IMPROVE,), guards=(IMPARTIAL,), notify=(TOLD,),
                needs=(
                    Choice(key="effective", label=_("改善有效"), options=(("yes", _("有效")), ("no", _("无效，重新改善")))),
                    LongText(key="effect", label=_("效果确认"), longest=4000),
                    Choice(key="unit", label=_("改善单位"), options=IMPROVERS, required=False, when=_anew),
                    replace(IMPROVE_BY, required=False, when=_anew),
                ),
            ),
        ),
        clocks=(
            Clock("improvement", _("改善时限"), runs_in=(TO_DO,), due="due_at", escalates=(r.OFFICE, r.DIRECTOR)),
            Clock("effect", _("效果确认时限"), runs_in=(DONE,), escalates=(r.QUALITY, r.OFFICE), again=("improve",)),
        ),
    )
)  # fmt: skip
