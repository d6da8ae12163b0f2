"""What the desk sees of visitors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.words import _
from xiuhao.reception import actions
from xiuhao.reception.models import Visit
from xiuhao.reception.process import LEFT, WAITING, WITH_HOST
from xiuhao.ui.defaults import CLOSED, DUE, MINE, NUMBER, OWNER, STATE
from xiuhao.ui.pages import CasePage, Column, Fact, Nav, Panel, Queue, Todo, View, register


def facts(record: Visit, actor: Actor) -> Iterable[Fact]:
    """Who came, what for, whom they saw; the ticket that came of it."""
    yield Fact(_("访客姓名"), mask_name(record.name))
    yield Fact(_("访客电话"), mask_phone(record.phone))
    yield Fact(_("单位"), record.company)
    yield Fact(_("来访目的"), record.get_purpose_display())
    yield Fact(_("到访时间"), record.arrived_at)
    yield Fact(_("接待人"), record.host)
    yield Fact(_("接待时间"), record.received_at)
    yield Fact(_("离开时间"), record.left_at)
    for link in Link.objects.filter(child_id=record.pk, kind="visit", parent__in=Case.objects.visible_to(actor)).select_related("parent"):
        yield Fact(_("工单"), link.parent.number, f"/c/ticket/{link.parent.number}/")
    if not record.left_at:
        yield Fact(_("新建工单"), _("电话建单"), "/ticket/call?channel=store")
    yield Fact(_("接待结果"), record.outcome, broad=True)


def _visits(case: Case, record: Any, actor: Actor) -> dict[str, Any]:
    rows = Link.objects.filter(parent_id=case.pk, kind="visit", child__in=Case.objects.visible_to(actor)).select_related("child__owner")
    return {"visits": [link.child for link in rows.order_by("-child_id")[:20]]}


OPEN = View("open", _("在访"), lambda rows, actor: rows.filter(is_open=True), order="due")
register(
    Queue(
        "visit",
        icon="users",
        columns=(
            NUMBER,
            Column("name", _("访客姓名"), lambda row: mask_name(row.record.name), kind="title"),
            Column("title", _("来访目的"), lambda row: row.record.get_purpose_display()),
            STATE,
            DUE,
            OWNER,
            Column("arrived_at", _("到访时间"), lambda row: row.record.arrived_at, kind="time"),
        ),
        views=(OPEN, MINE, CLOSED, View("all", _("全部"), lambda rows, actor: rows, order="newest")),
    ),
    CasePage("visit", facts=facts, steps=(WAITING, WITH_HOST, LEFT), first=("receive", "leave", "tie"), related=("host",)),
    Nav("visit", _("来访登记"), "/c/visit/", icon="id", roles=actions.DESK),
    Todo("visitors", _("访客在等您"), process="visit", view="mine", roles=(*actions.DESK, r.ENGINEER), tone="amber", rare=True),
    Panel("visits", _("来访"), "reception/visits.html", _visits, on="ticket", icon="users", roles=actions.DESK),
)
