"""The questions that others ask of tickets."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiuhao.kernel import joined
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Account, Case, CaseClock, Reveal
from xiuhao.kernel.search import matching, normal, words
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.party import queries as people
from xiuhao.product import queries as products
from xiuhao.product.models import Device
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.tracking import MERGED, customer_of, customers, token

if TYPE_CHECKING:
    from xiuhao.party.queries import Hand

__all__ = [
    "answer_due", "by_contact", "categories", "colleague", "customer_of", "customers", "device", "facts",
    "looked_at", "newest", "onward", "relations", "search",
    "seniors", "team", "token", "unclaimed", "visible",
]  # fmt: skip
SHORTEST = 6  # characters of a text that says enough to be compared
ALIKE = 0.5  # share of the shorter text's character pairs that the other has too
LATEST = 2_000  # keys of cases
NAMESAKES = 20  # requests that other systems called by the same number


def facts(record: Ticket) -> Mapping[str, Any]:
    """What policies of clocks and authority match on."""
    return {
        "industry": record.industry, "category": record.category.key if record.category else "", "tier": record.tier, "kind": record.kind,
        "channel": record.channel, "urgency": record.urgency, "complexity": record.complexity, "region": record.region,
        "answered": record.answered_at is not None, "level": record.level,
    }  # fmt: skip


def relations(actor: Actor, case: Case | None, record: Ticket) -> Iterable[str]:
    """Who took the first contact stays an owner of the case, whoever works on it."""
    if case is not None and actor.kind == "staff" and case.keeper_id == actor.id:
        yield r.OWNER


def visible(actor: Actor) -> QuerySet[Ticket]:
    """The tickets whose cases this actor sees, with their cases."""
    return Ticket.objects.filter(case__in=Case.objects.of("ticket", actor)).select_related("case")


def looked_at(actor: Actor, case: Case) -> bool:
    """True if this person was shown the case's contact data within the hour, for a reason they gave. One statement."""
    return Reveal.looks(actor, now() - timedelta(hours=1), f"ticket.contact:{case.pk}").exists()


def search(actor: Actor, text: str) -> QuerySet[Ticket]:
    """The visible tickets that LIKE would find in number, serial, description and solution, newest first."""
    return matching(visible(actor), text).order_by("-case_id")


def newest(actor: Actor, text: str, most: int) -> list[Ticket]:
    """The first `most` of `search`. What many tickets say is found among the latest without the index, which would fetch them all to
    sort them; what few say is found by the index. Two statements, three if it is rare.
    """
    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first()
    rows = visible(actor).filter(case_id__gt=(last or 0) - LATEST)
    for word in words(text):
        rows = rows.filter(plain__contains=word)
    found = list(rows.order_by("-case_id")[:most])
    return found if len(found) == most else list(search(actor, text)[:most])


def categories() -> Options:
    """The categories in use, as a select offers them."""
    return tuple((c.key, c) for c in products.catalogue.now().values() if c.active)


def device(actor: Actor, pk: int) -> Device | None:
    """A device that the actor may name, with model and category."""
    return Device.objects.visible_to(actor).select_related("model__category", "category").filter(pk=pk).first()


def colleague(actor: Actor, pk: int) -> Account | None:
    """Somebody who can be given tickets: an active account with a desk's role."""
    roles = (r.AGENT, r.LEAD, r.EXPERT, r.MANAGER)
    found = Account.objects.select_related("unit").filter(pk=pk, is_active=True, kind="staff", grants__role__in=roles)
    return found.first() if actor.kind in ("staff", "system") else None


def team(step: Step) -> Options:
    """Whom the work can be given to: those with the skill first, of them the least loaded."""
    found = _near(step, r.AGENT, r.EXPERT, r.LEAD)
    skill = step.record.skill if step.record else ""  # many at once are of many skills
    able = sorted(found, key=lambda h: (not h.can(skill), h.load / max(1, h.max_load)))
    return _offered(able, skill)


def seniors(step: Step) -> Options:
    """Experts first: to whom a complex ticket is released."""
    return _offered(_near(step, r.EXPERT, r.LEAD), step.record.skill if step.record else "")


def _near(step: Step, *roles: str) -> list[Hand]:
    from xiuhao.party.queries import hands
    from xiuhao.ticket.routing import reach

    regions = reach(step)
    return [h for h in hands(*roles, process="ticket") if h.region in regions]


def _offered(found: Sequence[Hand], skill: str) -> Options:
    """The first hundred, with how much each has in hand and how much at most, and whether they have the skill that is needed."""
    return tuple((str(h.account), _fit(h, skill)) for h in found[:100])


def _fit(hand: Hand, skill: str) -> str:
    said = _("{name}（{load}/{most}）").format(name=hand.name, load=hand.load, most=hand.max_load)
    if not skill:
        return said
    return _("{who} · 技能相符").format(who=said) if hand.can(skill) else _("{who} · 技能不符").format(who=said)


def by_contact(number: str, phone: str) -> Case | None:
    """The case of that number, here or where it came from (of several the newest), or that it was merged into, if this (E.164) is its
    contact's phone. One statement, and every one found is compared, whatever is wrong."""
    ours = Ticket.objects.filter(case__number=number.upper()).order_by().values("pk")
    former = Ticket.objects.filter(external=number, external__gt="").order_by("-pk").values("pk")[:NAMESAKES]
    rows = Ticket.objects.filter(pk__in=ours.union(former, all=True)).select_related("case").order_by("-pk")
    told = {row.case: hmac.compare_digest(row.contact_phone.encode(), phone.encode()) for row in rows}
    found = next((case for case, same in told.items() if same), None)
    return onward(found) if found else None


def onward(case: Case) -> Case:
    """The case that stands for this one: itself, or what it was merged into at last. No statement unless it was merged."""
    if case.state != MERGED:
        return case
    return Case.objects.unscoped("where a merged ticket leads").get(pk=joined.ends([case.pk], MERGED)[case.pk])


def answer_due(case: Case) -> datetime | None:
    """By when the first answer is owed (HA-3.2.1); None once it was given. One statement."""
    rows = CaseClock.objects.filter(case_id=case.pk, key="first_response", round=case.round, stopped_at=None)
    return rows.values_list("due_at", flat=True).first()


def unclaimed(customer: int) -> QuerySet[Ticket]:
    """What strangers reported with this customer's number, and nobody has proven yet; newest first. Cancelled ones are settled."""
    return (
        Ticket.objects.filter(customer__in=people.family([customer]), case__customer_id=None)
        .exclude(case__state="cancelled")
        .select_related("case")
        .order_by("-pk")
    )


def pairs(text: str) -> frozenset[str]:
    """The adjacent pairs of a text's letters and digits, as the search compares them."""
    plain = "".join(sign for sign in normal(text[:2000]) if sign.isalnum())
    return frozenset(a + b for a, b in pairwise(plain))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shorter text's pairs that stand in the other too, 0 to 1; texts of very different length are not alike."""
    few, many = sorted((len(one), len(other)))
    return len(one & other) / few if few >= SHORTEST - 1 and many <= 4 * few else 0.0
