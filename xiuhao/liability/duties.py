"""THE DECLARATION of the monthly list: by the 10th last month's disciplinary cases are with personnel, who publish them (CS5-12.1).

What is on the list is copied when it is drawn up: name, department, measure, number of the notice. Personnel never gets the complaint.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Day, Files, LongText, Text
from xiuhao.kernel.process import Ask, Clock, Duty, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import month_before
from xiuhao.kernel.words import _
from xiuhao.liability import queries
from xiuhao.liability.models import LISTED, Discipline, Listed

OWED = State("owed", _("待审"), "amber")
SENT = State("sent", _("待人事公布"), "blue")
PUBLISHED = State("published", _("已公布"), "green", end=True)
NOTHING = State("nothing", _("上月无行政处分"), "grey", end=True)
LAST_DAY = 10  # of the month, by whose end it is due

PUBLICATION = Ask("publication", _("人事公布"), to=r.PERSONNEL)


def due(period: str) -> datetime:
    """The end of the tenth day of that month."""
    return month_before(period)[1] + timedelta(days=LAST_DAY)


def draw_up(step: Step) -> None:
    """Copy what was approved last month; a month without any is done with."""
    record: Discipline = step.record
    since, until = month_before(record.period)
    record.month, record.due_at = f"{since:%Y-%m}", due(record.period)
    found = list(queries.disciplinary(since, until))
    for each in found:
        step.add(
            Listed(
                discipline_id=step.case.pk, number=each.case.number, name=each.person.name, department=each.department,
                measure=each.measure, approved_at=each.approved_at or since,
            )
        )  # fmt: skip
    record.cases = len(found)
    step.case.title = record.month
    step.say(cases=record.cases)
    if not found:
        step.go(NOTHING)


def others(step: Step) -> bool:
    """Whom a line concerns does not publish it."""
    rows = Listed.objects.unscoped("the lines of this very list").filter(discipline_id=step.case.pk)
    return not rows.filter(number__in=queries.concerning(step.actor)).exists()


NOT_CONCERNED = Guard("concerned_listed", _("名单里有您本人，请由他人办理。"), others)

DISCIPLINE = declare(
    Process(
        "discipline",
        _("行政处分名单"),
        record="liability.Discipline",
        series=Series("XZ"),
        transitions=(
            Transition(
                "open", _("生成名单"), (), OWED, may={r.SYSTEM}, or_else=(NOTHING,), do=draw_up,
                needs=(Text(key="period", label=_("办理月份"), longest=10),),
            ),
            Transition(
                "send", _("审毕送人事"), (OWED,), SENT, may={r.OFFICE}, guards=(NOT_CONCERNED,), opens=(PUBLICATION,),
                needs=(LongText(key="review", label=_("审核意见"), longest=2000, clauses=("CS5-12.1",)),), clauses=("CS5-12.1",),
                notify=(Notice("discipline_sent", {r.ASKED}),),
            ),
            Transition(
                "publish", _("登记公布"), (SENT,), PUBLISHED, may={r.PERSONNEL}, answers=PUBLICATION, outcome="agreed",
                guards=(NOT_CONCERNED,),
                needs=(
                    Day(key="published_on", label=_("公布日期"), past=True),
                    Files(key="proof", label=_("公布凭据"), help=_("公告照片或扫描件。")),
                ),
            ),
        ),
        clocks=(
            Clock("send", _("送人事期限"), runs_in=(OWED,), due="due_at", stops=("send",), escalates=(r.OFFICE, r.DIRECTOR),
                  clauses=("CS5-12.1",)),
        ),
        duty=Duty("CS5-12.1", opens="open", every="month", unit_kind="head", at="06:00"),
        readers=LISTED,
        closed=True,
    )
)  # fmt: skip
