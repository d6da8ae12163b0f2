"""What the desk shows of calls: queue and case, the line that pops up, the script beside the phone screen, figures in the menu."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from xiuhao.calls import check_pages, checking, leftover, queries, talk
from xiuhao.calls.models import Call, CallBack
from xiuhao.calls.process import MISSED
from xiuhao.kernel import chores
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.ui.defaults import ALL, COLUMNS, MINE, OPEN, TITLE
from xiuhao.ui.pages import CasePage, Fact, Nav, Panel, Queue, Strip, Todo, View, register

chores.EVERY[leftover.sweep] = 300
DESK = (r.AGENT, r.LEAD, r.EXPERT, r.MANAGER)


def facts(record: Call, actor: Actor) -> Iterable[Fact]:
    """What is known of a call."""
    yield Fact(_("号码"), mask_phone(record.caller))
    yield Fact(_("方向"), record.get_direction_display())
    yield Fact(_("振铃"), record.rang_at)
    yield Fact(_("接听"), record.answered_at)
    yield Fact(_("结束"), record.ended_at)
    yield Fact(_("通话秒数"), record.seconds)
    yield Fact(_("先挂机"), record.get_ended_by_display())
    yield Fact(_("道别后秒数"), record.pause)
    yield Fact(_("话术版本"), record.version)


def owed(record: CallBack, actor: Actor) -> Iterable[Fact]:
    """Whom to call back, and why."""
    yield Fact(_("故障"), record.fault, broad=True)
    yield Fact(_("姓名"), mask_name(record.name) if actor.id != record.case.owner_id else record.name)
    yield Fact(_("电话"), mask_phone(record.phone) if actor.id != record.case.owner_id else record.phone)
    if record.outcome:
        yield Fact(_("回电结果"), record.outcome, broad=True)


def on_ticket(case: Case, _record: Any, actor: Actor) -> Mapping[str, Any]:
    """The calls of a ticket."""
    return {"calls": queries.of_ticket(actor, case.pk)}


LATEST = replace(ALL, order="-opened")  # a call is over in minutes: who opens the list wants to see the last ones
UNANSWERED = View("missed", _("未接"), lambda rows, actor: rows.filter(state=MISSED.key), order="-opened")
UNCHECKED = View("unchecked", _("待质检"), queries.unchecked, order="-opened", roles=tuple(sorted(checking.CHECKERS)))
CALLER = replace(TITLE, label=_("号码"), cell=lambda row: row.record)  # an unknown one is called so in the reader's language

register(
    Queue(
        "call",
        icon="phone",
        columns=[CALLER if column is TITLE else column for column in COLUMNS],
        views=(LATEST, OPEN, MINE, UNANSWERED, UNCHECKED),
    ),
    Queue("call_back", icon="phone-incoming"),
    CasePage("call", facts=facts),
    CasePage("call_back", facts=owed, first=("call", "take")),
    Strip("calls", _("来电"), "/calls/pop", script="calls/calls.js", style="calls/calls.css", roles=DESK),
    Panel("script", _("话术"), "calls/script.html", talk.beside, on="ticket.call", roles=DESK),
    Panel("script", _("话术"), "calls/script.html", talk.after, on="ticket.called", roles=DESK),
    Panel("check", _("质检"), "calls/check.html", check_pages.on_call, on="call", place="main", roles=(*DESK, r.QUALITY, r.AUDITOR)),
    Panel("calls", _("通话"), "calls/panel.html", on_ticket, on="ticket", icon="phone", roles=(*DESK, r.QUALITY)),
    Nav("call_figures", _("通话统计"), "/calls/figures", icon="chart-bar", roles=(*DESK, r.QUALITY, r.AUDITOR), group="tools"),
    Todo("talking", _("正在通话"), process="call", view="mine", rare=True),
    Todo("call_back", _("待回电"), process="call_back", view="open", roles=(r.EXPERT, r.LEAD), rare=True, tone="amber"),
)
