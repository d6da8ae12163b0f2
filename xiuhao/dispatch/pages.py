"""What the desk shows of dispatch: the board in the menu, windows beside a ticket."""

from __future__ import annotations

from xiuhao.dispatch import automatic, situation, slots
from xiuhao.dispatch import tables as tables  # the tables declare themselves
from xiuhao.dispatch.models import PLANNERS
from xiuhao.kernel import chores
from xiuhao.kernel import roles as r
from xiuhao.kernel.words import _
from xiuhao.roster import queries as roster
from xiuhao.ui.pages import Nav, Panel, register

roster.tell_conflicts(situation.planned)
chores.EVERY[automatic.give_out] = automatic.EVERY
register(
    Nav("dispatch", _("派工台"), "/dispatch/", icon="route", roles=tuple(PLANNERS)),
    Panel("slots", _("可约时段"), "dispatch/slots.html", slots.of_ticket, on="ticket", icon="calendar", roles=(r.AGENT, *PLANNERS)),
)
