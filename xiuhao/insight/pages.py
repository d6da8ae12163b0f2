"""What insight adds to the menu and to the work bench."""

from __future__ import annotations

from typing import Any

from xiuhao.insight.today import deadlines
from xiuhao.kernel import calendars, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.ui.pages import Card, Nav, register


def calendar_card(actor: Actor) -> dict[str, Any]:
    """Which holiday tables are missing; without them deadlines are provisional."""
    return {"missing": calendars.missing_years(local(now())), "known": max(calendars.known_years(), default=None)}


register(
    Nav("outbox", _("发件箱"), "/outbox/", "send", group="tools"),
    Nav("rules", _("条款与落实"), "/rules/", "gavel", group="rules"),
    Nav("policies", _("决策表"), "/policies/", "scale", group="rules"),
    Nav("calendars", _("工作历"), "/calendars/", "calendar", group="rules"),
    Card("calendars", _("假日表"), "insight/calendar_card.html", calendar_card, roles=roles.RULE_KEEPERS, place="side"),
    Card(
        "today",
        _("今日时限"),
        "insight/today.html",
        deadlines,
        roles=(roles.LEAD, roles.MANAGER, roles.DISPATCHER, roles.AUDITOR, roles.QUALITY),
    ),
)
