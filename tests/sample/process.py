"""The tiny process: five verbs, two clocks, an approval, a photo-less piece of evidence, a guard, a notice; each names a clause."""

from __future__ import annotations

from decimal import Decimal

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Moment, Number, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.step import Step

OPEN = State("open", "进行中")
WAITING = State("waiting", "等待", "grey", waits=True)
DONE = State("done", "完成", "green", end=True)
STAFF = frozenset({r.AGENT, r.LEAD, r.MANAGER})

COST = Ask("cost", "费用核决", to=r.MANAGER, covers=("cost",), amount="cost", clauses=("CS5-11",))
DONE_WELL = Guard("not_done", "事情还没办完。", lambda step: bool(step.record.done_by_somebody), ("HA-3.5.1",))


def work(step: Step) -> None:
    step.record.done_by_somebody = True
    step.rule("CS1-8.2")


ERRAND = Process(
    "errand",
    "差事",
    record="sample.Errand",
    series=Series("CS"),
    facts=lambda record: {"size": record.size},
    title=lambda record: record.what,
    transitions=(
        Transition(
            "order", "交办", (), OPEN, may=STAFF,
            needs=(
                Text(key="what", label="何事", clauses=("JD-1.1",)),
                Number(key="size", label="大小", required=False),
                Moment(key="promised_at", label="承诺", required=False),
            ), clauses=("JD-4.3",),
        ),
        Transition(
            "answer", "答复", (OPEN, WAITING), None, may=STAFF, needs=(LongText(key="text", label="内容"),),
            notify=(Notice("errand_answer", {r.OWNER}, ("JD-1.9",)),),
        ),
        Transition("pass_on", "转办", (OPEN,), None, may=STAFF, needs=(Text(key="reason", label="原因"),), clauses=("CS1-8.3",)),
        Transition("wait", "等待", (OPEN,), WAITING, may=STAFF),
        Transition("go_on", "继续", (WAITING,), OPEN, may=STAFF),
        Transition("work", "办理", (OPEN,), None, may=STAFF, do=work),
        Transition(
            "spend", "申请费用", (OPEN,), None, may=STAFF, opens=(COST,),
            needs=(Number(key="cost", label="金额", places=2, most=Decimal(10**6)),),
        ),
        Transition("allow", "同意费用", (OPEN,), None, may={r.ASKED}, answers=COST, outcome="agreed"),
        Transition("finish", "办结", (OPEN,), DONE, may=STAFF, guards=(DONE_WELL,)),
        Transition("resume", "重办", (DONE,), OPEN, may=STAFF, reopens=True),
    ),
    clocks=(
        Clock("response", "答复时限", runs_in=(OPEN, WAITING), stops=("answer",), clauses=("HA-3.2.1",)),
        Clock("finish", "办结时限", runs_in=(OPEN,), escalates=(r.LEAD, r.MANAGER)),
        Clock("promise", "承诺", runs_in=(OPEN,), due="promised_at", clauses=("CS4-1.4",)),
    ),
)  # fmt: skip
