"""THE DECLARATION of the monthly statistics (CS5-9.13): by the 10th last month's closed claims are summed up, their liability ratios
confirmed by production, quality and research, the countermeasures checked."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Text
from xiuhao.kernel.process import Clock, Duty, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.statistics import gathering
from xiuhao.statistics.models import READERS

GATHERED = State("gathered", _("待各部确认"), "amber")
SIGNED = State("signed", _("已签核"), "green", end=True)
NOTHING = State("nothing", _("上月无结案"), "grey", end=True)

CONFIRM = gathering.asks(_("确认责任比率"))
ONE = CONFIRM[r.QUALITY]
CLAUSE = ("CS5-9.13",)
OPINION = Text(key="opinion", label=_("意见"), longest=500)


def open_month(step: Step) -> None:
    """A month without a closed claim is done with; else every department is asked."""
    if not gathering.draw_up(step):
        step.go(NOTHING)
    else:
        _ask_all(step)
    step.case.title = step.record.month


def gather_anew(step: Step) -> None:
    """After an objection: drawn up again, and everybody is asked about what it says now."""
    step.unask("confirm")
    gathering.draw_up(step)
    _ask_all(step)


def _ask_all(step: Step) -> None:
    for ask in CONFIRM.values():
        step.ask(ask)


ALL_CONFIRMED = Guard(
    "ratios_unconfirmed", _("制造、质量、研发各部都确认责任比率后才能签核；有异议的请先重新汇总。"), gathering.all_confirmed, clauses=CLAUSE
)

STATISTICS = declare(
    Process(
        "statistics",
        _("客诉统计"),
        record="statistics.Monthly",
        series=Series("TJ"),
        transitions=(
            Transition(
                "open", _("汇总上月结案"), (), GATHERED, may={r.SYSTEM}, or_else=(NOTHING,), do=open_month,
                needs=(Text(key="period", label=_("编制月份"), longest=10),), may_open=tuple(CONFIRM.values()),
                notify=(Notice("statistics_confirm", {r.ASKED}, when=lambda step: bool(step.asked("confirm", ""))),),
            ),
            Transition(
                "confirm", _("确认责任比率"), (GATHERED,), None, may={r.ASKED}, answers=ONE, outcome="agreed",
                needs=(Text(key="opinion", label=_("意见"), longest=500, required=False),), clauses=CLAUSE,
            ),
            Transition(
                "object", _("对比率有异议"), (GATHERED,), None, may={r.ASKED}, answers=ONE, outcome="refused", needs=(OPINION,),
                notify=(Notice("statistics_objected", {r.OFFICE}),),
            ),
            Transition(
                "gather", _("重新汇总"), (GATHERED,), None, may={r.OFFICE}, do=gather_anew, may_open=tuple(CONFIRM.values()),
                needs=(Text(key="why", label=_("原因"), longest=500),), notify=(Notice("statistics_confirm", {r.ASKED}),),
            ),
            Transition(
                "sign", _("查核对策并签核"), (GATHERED,), SIGNED, may={r.OFFICE}, guards=(ALL_CONFIRMED,), clauses=CLAUSE,
                needs=(LongText(key="checked", label=_("对策查核"), longest=4000, clauses=CLAUSE),),
            ),
        ),
        clocks=(
            Clock(
                "sign", _("统计期限"), runs_in=(GATHERED,), due="due_at", stops=("sign",), escalates=(r.OFFICE, r.DIRECTOR), clauses=CLAUSE
            ),
            Clock("confirm", _("各部确认"), runs_in=(GATHERED,), escalates=(r.OFFICE,)),
        ),
        duty=Duty("CS5-9.13", opens="open", every="month", unit_kind="head", at="06:00"),
        readers=READERS,
        closed=True,
    )
)  # fmt: skip
