"""The dealer's day: whatever was sold is registered before the day's work ends; who has not done it is listed (YD-3.3).

The clause says daily and knows no day off, and shops sell most at weekends and holidays: on days without office hours it is owed by
midnight.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from xiuhao.kernel import calendars
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Number, Text
from xiuhao.kernel.models import Account
from xiuhao.kernel.outbox import nearest
from xiuhao.kernel.process import Clock, Duty, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.registration import actions
from xiuhao.registration.models import DealerDay

OWED = State("owed", _("待上传"), "amber")
DONE = State("done", _("已上传"), "green", end=True)


def closing_time(at: datetime) -> datetime:
    """When the office calendar's working day of that moment ends; of a day without hours, its midnight."""
    day = local(at)
    hours = calendars.of(calendars.named(calendars.OFFICE).pk).hours(day.date())
    minutes = hours[-1][1] if hours else 24 * 60
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)


def open_day(step: Step) -> None:
    """Whose day it is, and by when it must be uploaded. It lies with somebody of that dealer, if anybody works there."""
    record: DealerDay = step.record
    record.dealer, record.due_at = step.case.unit.name if step.case.unit else "", closing_time(step.at)
    held = Account.objects.filter(pk__in=nearest(r.DEALER, step.case.unit_path), unit__path__startswith=step.case.unit_path)
    step.own(held.order_by("pk").first())


def all_registered(step: Step) -> bool:
    """True if as many pieces were registered as were sold."""
    step.context["registered"] = actions.of_day(step.case.unit_path, date.fromisoformat(step.record.period))
    return bool(step.context["registered"] >= step.given["sold"])


def report(step: Step) -> None:
    """How many were registered by now."""
    step.record.registered = step.context["registered"]
    step.say(registered=step.context["registered"])


WHOLE = Guard("not_all_registered", _("今天售出的还没有全部登记，请先补登。"), all_registered, ("YD-3.3",))

DEALER_DAY = declare(
    Process(
        "dealer_day",
        _("经销商日报"),
        record="registration.DealerDay",
        series=Series("RB"),
        transitions=(
            Transition(
                "open",
                _("生成日报"),
                (),
                OWED,
                may={r.SYSTEM},
                needs=(Text(key="period", label=_("日期"), longest=10),),
                do=open_day,
                notify=(Notice("day_opened", {r.OWNER}),),
            ),
            Transition(
                "report",
                _("今日登记已上传"),
                (OWED,),
                DONE,
                may={r.OWNER, r.DEALER, r.LEAD, r.MANAGER},
                needs=(Number(key="sold", label=_("今日售出台数"), help=_("没有售出就填 0。")),),
                guards=(WHOLE,),
                do=report,
                clauses=("YD-3.3",),
            ),
        ),
        clocks=(
            Clock("upload", _("当日上传"), runs_in=(OWED,), due="due_at", stops=("report",), escalates=(r.MANAGER,), clauses=("YD-3.3",)),
        ),
        duty=Duty("YD-3.3", opens="open", every="day", unit_kind="dealer", at="09:00"),
    )
)
