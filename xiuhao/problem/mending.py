"""A fault of the product goes back to who makes it: traced to where it came from (JD-2.3), reproduced, mended by a day (JD-2.4)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, LongText, Text
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, Transition
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, zone
from xiuhao.kernel.words import _
from xiuhao.problem import queries
from xiuhao.problem.elements import OPEN
from xiuhao.problem.models import LIABLE, MAKERS, STAGES, News, Problem
from xiuhao.ticket.models import Ticket

MOST_SERIALS = 500
TRACING = Ask("tracing", _("追溯产品问题"), to=r.RESEARCH, to_choice="department", clauses=("JD-2.3",))
SUPPORT = frozenset({r.OWNER, r.LEAD, r.EXPERT, r.MANAGER})
TOGETHER = SUPPORT | {r.QUALITY, r.PRODUCTION, r.RESEARCH}
RESULTS = (("yes", _("已复现")), ("no", _("未能复现")))


def refer(step: Step) -> None:
    """With it go the serials: those that are named, and those of its tickets."""
    record: Problem = step.record
    named = {text.upper() for text in re.findall(r"[A-Za-z0-9-]{1,40}", str(step.given["listed"] or ""))}
    ids = queries.tickets(step.case.pk).values_list("pk", flat=True)
    known = set(Ticket.objects.filter(pk__in=ids).exclude(serial="").order_by().values_list("serial", flat=True))
    record.serials = sorted({*record.serials, *named, *known})[:MOST_SERIALS]
    step.say(serials=len(record.serials))
    _tell(step, _("已转{department}追溯。").format(department=dict(MAKERS)[step.given["department"]]))


def trace(step: Step) -> None:
    """Where it came from."""
    stage = dict(STAGES)[step.given["stage"]]
    _tell(step, _("追溯到{stage}：{finding}").format(stage=stage, finding=step.given["finding"]))


def schedule(step: Step) -> None:
    """Who mends it, by the end of which day. Whether that suits the tickets' deadlines stands in the line."""
    record: Problem = step.record
    record.fix_by = end_of(record.fix_on) if record.fix_on else None
    record.late_reason = step.given["late_reason"] if step.context["due"] else ""
    if step.context["due"]:
        step.say(late=[case.number for case in step.context["due"][:10]])
    liable = dict(LIABLE)[step.given["liable"]]
    _tell(step, _("{department}负责，计划 {day} 修复。").format(department=liable, day=record.fix_on))


def progress(step: Step) -> None:
    """How far they are."""
    _tell(step, step.given["text"])


def _tell(step: Step, text: str) -> None:
    step.add(News(text=str(text)))


def end_of(day: date) -> datetime:
    """The moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, zone())


def gather(steps: list[Step]) -> None:
    """The open tickets whose time for a solution is over before the day that is planned, as `context["due"]`."""
    for step in steps:
        step.context["due"] = queries.late(step.case.pk, end_of(step.given["fix_on"]))


def _first_due(step: Step) -> dict[str, Any]:
    late: list[Case] = step.context["due"]
    return {"number": late[0].number, "due": f"{local(late[0].due):%Y-%m-%d %H:%M}", "count": len(late)}  # type: ignore[attr-defined]


NOT_ASKED = Guard(
    "tracing_already",
    _("该部门正在追溯，还没有答复。"),
    lambda step: not any(ask.to_role == step.given["department"] for ask in step.asked("tracing", "")),
)
REPRODUCED = Guard(
    "not_reproduced", _("还没有联合复现：请先填写“联合复现”，再定责和排修复计划。"), lambda step: bool(step.record.steps), ("JD-2.4",)
)
AHEAD = Guard("fix_in_the_past", _("修复日期不能早于今天。"), lambda step: step.given["fix_on"] >= local(step.at).date())
IN_TIME = Guard(
    "fix_too_late",
    _("修复日期晚于 {count} 张工单的解决时限，最早是 {number}（{due}）：请提前修复日期，或写明理由。"),
    lambda step: not step.context["due"] or bool(step.given["late_reason"]),
    ("JD-2.4",),
    why=_first_due,
)


# What is done with an open problem until it is mended
MENDING = (
    Transition(
        "refer",
        _("转研发制造"),
        (OPEN,),
        None,
        may=SUPPORT,
        needs=(
            Choice(key="department", label=_("部门"), options=MAKERS),
            LongText(key="request", label=_("要查什么"), longest=4000),
            Text(key="batch", label=_("涉及批次"), required=False, longest=200, clauses=("JD-2.3",)),
            LongText(
                key="listed",
                label=_("涉及序列号"),
                required=False,
                longest=16_000,
                help=_("空格、逗号或换行隔开；并入工单的序列号会自动带上"),
            ),
        ),
        guards=(NOT_ASKED,),
        do=refer,
        opens=(TRACING,),
        clauses=("JD-2.3",),
        notify=(Notice("problem_referred", {r.ASKED}),),
    ),
    Transition(
        "trace",
        _("追溯结论"),
        (OPEN,),
        None,
        may={r.ASKED},
        answers=TRACING,
        outcome="agreed",
        needs=(
            Choice(key="stage", label=_("问题环节"), options=STAGES, clauses=("JD-2.3",)),
            LongText(key="finding", label=_("追溯结论"), longest=4000, clauses=("JD-2.3",)),
        ),
        do=trace,
        notify=(Notice("problem_traced", {r.OWNER}),),
    ),
    Transition(
        "return",
        _("不属本部门"),
        (OPEN,),
        None,
        may={r.ASKED},
        answers=TRACING,
        outcome="refused",
        needs=(Text(key="reason", label=_("原因"), longest=500),),
        notify=(Notice("problem_traced", {r.OWNER}),),
    ),
    Transition(
        "reproduce",
        _("联合复现"),
        (OPEN,),
        None,
        may=TOGETHER,
        needs=(
            Choice(key="partner", label=_("共同复现的部门"), options=LIABLE, clauses=("JD-2.4",)),
            LongText(key="steps", label=_("复现步骤"), longest=4000, clauses=("JD-2.4",)),
            Choice(key="reproduced", label=_("复现结果"), options=RESULTS),
        ),
    ),
    Transition(
        "schedule",
        _("定责与修复计划"),
        (OPEN,),
        None,
        may=TOGETHER,
        needs=(
            Choice(key="liable", label=_("责任部门"), options=LIABLE, clauses=("JD-2.4",)),
            Day(key="fix_on", label=_("修复日期"), clauses=("JD-2.4",)),
            Text(
                key="late_reason",
                label=_("超时限的理由"),
                required=False,
                longest=500,
                help=_("修复日期晚于工单的解决时限时必填"),
            ),
        ),
        guards=(REPRODUCED, AHEAD, IN_TIME),
        gather=gather,
        do=schedule,
        notify=(Notice("problem_scheduled", {r.OWNER, r.LEAD}),),
    ),
    Transition(
        "progress",
        _("通报进展"),
        (OPEN,),
        None,
        may=TOGETHER,
        needs=(LongText(key="text", label=_("进展"), longest=2000),),
        do=progress,
    ),
)
CLOCKS = (
    Clock("tracing", _("追溯时限"), starts="refer", stops=("trace", "return", "solve"), escalates=(r.OWNER, r.MANAGER, r.DEPUTY)),
    Clock("fix", _("修复时限"), due="fix_by", stops=("solve",), escalates=(r.OWNER, r.MANAGER, r.DEPUTY), clauses=("JD-2.4",)),
)
