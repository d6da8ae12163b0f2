"""Requests that may be the same one again: of the open tickets that the actor sees, those with the phone, the serial or the words."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.product.queries import normalise_serial
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.queries import ALIKE, LATEST, SHORTEST, likeness, pairs, visible

MOST = 5
REASONS = {"phone": _("同一电话"), "serial": _("同一序列号"), "text": _("描述相近")}


@dataclass
class Suspect:
    """An open ticket that may be the same request; `why` are keys of REASONS."""

    ticket: Ticket
    why: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> str:
        return str(_("、")).join(str(REASONS[key]) for key in self.why)


def suspects(actor: Actor, given: Mapping[str, Any], other_than: int | None = None) -> list[Suspect]:
    """At most five, those with most in common first. `given` is what was typed of contact_phone, serial and description, finished or not.

    Four statements: who has the number, who is the same person, their and the device's tickets, the latest ones by their words.
    """
    open_ = visible(actor).filter(case__is_open=True).exclude(pk=other_than or 0)
    found: dict[int, Suspect] = {}

    def add(rows: QuerySet[Ticket] | list[Ticket], why: str) -> None:
        for ticket in rows:
            found.setdefault(ticket.pk, Suspect(ticket)).why.append(why)

    customers, serial = _customers(actor, str(given.get("contact_phone") or "")), _serial(str(given.get("serial") or ""))
    if customers or serial:
        same = Q(customer__in=customers) | (Q(serial=serial) if serial else Q(pk__in=()))
        rows = list(open_.filter(same).order_by("-pk")[:20])
        add([t for t in rows if t.customer_id in customers], "phone")
        add([t for t in rows if serial and t.serial == serial], "serial")
    add(_alike(open_, str(given.get("description") or "")), "text")
    return sorted(found.values(), key=lambda s: (-len(s.why), -s.ticket.pk))[:MOST]


def akin(case: Case, record: Ticket, actor: Actor) -> list[tuple[Case, list[str]]]:
    """The open tickets that may be the same request as this one, for staff; a customer is told of no other's."""
    given = {"contact_phone": record.contact_phone, "serial": record.serial, "description": record.description}
    found = suspects(actor, given, case.pk) if actor.kind == "staff" else []
    return [(each.ticket.case, [str(REASONS[key]) for key in each.why]) for each in found]


def _customers(actor: Actor, phone: str) -> set[int]:
    with suppress(Refused):
        found = people.by_phone(actor, phone) if phone else []
        return set(people.family([customer.pk for customer in found])) if found else set()
    return set()


def _serial(text: str) -> str:
    with suppress(Refused):
        return normalise_serial(text)
    return ""


def _alike(rows: QuerySet[Ticket], text: str) -> list[Ticket]:
    """Of the latest open tickets those whose description says much the same, most alike first."""
    mine = pairs(text)
    if len(mine) < SHORTEST - 1:
        return []
    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    told = [(likeness(mine, pairs(t.description)), t) for t in rows.filter(case_id__gt=last - LATEST).order_by("-pk")[:400]]
    return [t for share, t in sorted(told, key=lambda pair: (-pair[0], -pair[1].pk)) if share >= ALIKE][:MOST]
