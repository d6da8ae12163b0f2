"""Work on site as its customer sees it: who comes, when, how far it is. A few words, no codes, no place of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from xiuhao.billing import queries as bills
from xiuhao.dispatch import queries as dispatch
from xiuhao.fieldwork import queries as work
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.masking import surname
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _ as gettext_lazy

# What happened, of what the customer may read. What else is public there is not told here.
SAID = {
    "plan": gettext_lazy("已为您安排上门服务"),
    "book": gettext_lazy("上门时间已约好"),
    "reschedule": gettext_lazy("上门时间已改约"),
    "depart": gettext_lazy("工程师已出发"),
    "arrive": gettext_lazy("工程师已到达"),
    "quote": gettext_lazy("维修报价等您确认"),
    "agree": gettext_lazy("您同意了报价"),
    "decline": gettext_lazy("您选择不维修"),
    "decline.goes_on": gettext_lazy("您没有同意新报价，按先前同意的继续维修"),
    "repair": gettext_lazy("开始作业"),
    "await_parts": gettext_lazy("等待备件，到货后再约时间"),
    "await_customer": gettext_lazy("等您方便的时间"),
    "finish": gettext_lazy("现场作业完成"),
    "sign": gettext_lazy("服务单已签字"),
    "recur": gettext_lazy("问题复现，重新安排"),
    "cancel": gettext_lazy("上门已取消"),
    "abort": gettext_lazy("本次上门未完成"),
}
COMING = ("assigned", "accepted", "booked")
ON_SITE = ("arrived", "diagnosed", "repairing", "repaired", "checked", "explained")


@dataclass(frozen=True)
class Visit:
    """One visit: a line that says how it stands, and whether its time can be chosen or its quote waits for an answer."""

    headline: str
    done: bool
    number: str
    chooses: str  # the verb by which the customer chooses a time now, "" where there is none
    quoted: bool


@dataclass(frozen=True)
class Told:
    """Something that happened at a visit."""

    at: datetime
    sentence: str


def of(ticket: Case) -> tuple[list[Visit], list[Told]]:
    """The visits of a ticket whose customer asks, and what happened at them, latest first. Two statements, one where there is none."""
    orders = work.for_customer(ticket.pk)
    if not orders:
        return [], []
    lines = Journal.objects.filter(case_id__in=[order.pk for order in orders], public=True, verb__in=list(SAID)).order_by("-occurred_at")
    told = [Told(line.occurred_at, str(SAID[_what(line)])) for line in lines[:60]]
    return [_visit(order) for order in orders], told


def _visit(order: WorkOrder) -> Visit:
    case = order.case
    return Visit(_headline(order), not case.is_open, case.number, dispatch.choosing(order), case.state == "quoted")


def _what(line: Journal) -> str:
    """The key of what a line says: a quote may be declined without an end to the work."""
    return "decline.goes_on" if line.verb == "decline" and line.after != "aborted" else line.verb


def _headline(order: WorkOrder) -> str:
    """How a visit stands, as a courier would say it."""
    who, state = _who(order), order.case.state
    at = when(order)
    if state == "travelling":
        return _("工程师{who}已出发，预计 {when} 到达").format(who=who, when=at) if at else _("工程师{who}已出发").format(who=who)
    if state in COMING:
        if order.window_to and order.window_to < now():
            return _("工程师{who}没能在约好的 {when} 到达，会尽快联系您").format(who=who, when=at)
        return _("工程师{who}将于 {when} 上门").format(who=who, when=at) if at else _("已安排工程师{who}，会联系您约时间").format(who=who)
    if state in ON_SITE or state == "remote":
        return _("工程师{who}正在处理").format(who=who)
    if state in ("planned", "offered"):
        return _("{when} 上门，正在安排工程师").format(when=at) if at else _("正在安排工程师")
    if state == "quoted" and bills.agreed_before(order.pk):
        return _("新的报价等您确认，不同意就按先前同意的继续")
    return {
        "quoted": _("报价等您确认，同意后才会开工"),
        "waiting_parts": _("正在等备件，到货后与您再约"),
        "waiting_customer": _("等您方便的时间，我们再上门"),
        "aborted": _("本次上门未完成，客服会联系您"),
        "conflict": _("正在核对这次上门的情况，客服会联系您"),
    }.get(state) or _done(order)


def _done(order: WorkOrder) -> str:
    """A visit that is over says of which day it is: there may have been several."""
    if order.finished_at is None:
        return _("上门服务已完成")
    return _("{day} 上门服务已完成").format(day=f"{local(order.finished_at):%m-%d}")


def _who(order: WorkOrder) -> str:
    """The family name with the title that people use."""
    name = order.engineer.name if order.engineer else ""
    return _("{name}师傅").format(name=surname(name)) if name else ""


def when(order: WorkOrder) -> str:
    """The window that was agreed on, or around when somebody comes; "" where neither is known."""
    if order.window_from and order.window_to:
        start, end = local(order.window_from), local(order.window_to)
        return f"{start:%m-%d %H:%M}–{end:%H:%M}" if start.date() == end.date() else f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
    return f"{local(order.eta):%H:%M}" if order.eta else ""
