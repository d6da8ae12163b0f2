"""What others ask of returns, and what their declaration looks up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Account, Case, Grant, Link, Unit
from xiuhao.kernel.step import Step
from xiuhao.party import queries as people
from xiuhao.product import queries as products
from xiuhao.product.models import Model
from xiuhao.returns import judging
from xiuhao.returns.models import KINDS, Return
from xiuhao.ticket.models import Ticket

MOST = 200
TECHNICIANS = (r.EXPERT, r.ENGINEER)


def facts(record: Return) -> Mapping[str, Any]:
    """What the decision tables match on."""
    category = record.model.category if record.model else record.category
    return {
        "way": record.way, "kind": record.kind, "region": record.region, "method": record.method,
        "industry": category.industry if category else "", "category": category.key if category else "",
    }  # fmt: skip


def visible(actor: Actor) -> QuerySet[Return]:
    """The returns whose cases this actor sees."""
    return Return.objects.filter(case__in=Case.objects.of("returns", actor)).select_related("case", "model")


def on_ticket(actor: Actor, ticket: int) -> list[Return]:
    """The applications of a ticket that the actor sees, latest first. One statement."""
    return list(visible(actor).filter(case__in=_born_on(ticket)).order_by("-case_id")[:20])


def of_ticket(ticket: int) -> list[Return]:
    """The applications of a ticket whose customer is asking, latest first. One statement."""
    rows = Return.objects.filter(case__in=_born_on(ticket)).select_related("case")
    return list(rows.exclude(case__state="withdrawn").order_by("-case_id")[:3])


def claimable(ticket: int) -> tuple[products.Assessment, list[str], dict[str, Any]]:
    """What the customer of a ticket may ask for: the verdict of today, the remedies that it opens (all where the day of
    the purchase has to be told first), what is on file."""
    found = judging.tickets({ticket})[ticket]
    verdict, kinds = judging.offered(found)
    known = judging.on_file(found)
    return verdict, [kind for kind, _label in KINDS if kind in kinds or "purchased_on" not in known], known


def _born_on(ticket: int) -> QuerySet[Any, Any]:
    return Link.objects.filter(parent=ticket, kind="returns").values("child")


def analyses(actor: Actor, record: Return, most: int = 10) -> list[Return]:
    """What was analysed before of the same model, latest first (YD-5.7)."""
    if record.model_id is None:
        return []
    rows = visible(actor).filter(model_id=record.model_id).exclude(analysis="").exclude(pk=record.pk)
    return list(rows.order_by("-case_id")[:most])


def reachable(step: Step) -> bool:
    """For notices to the customer: whether the ticket has a number to write to."""
    if step.case.customer_id is None:
        return False
    rows = Ticket.objects.filter(pk__in=_parents(step.case.pk))
    return any(phone for phone in rows.values_list("contact_phone", flat=True))


def _parents(case: int) -> QuerySet[Any, Any]:
    return Link.objects.filter(child=case, kind="returns").values("parent")


# What verbs name


def model(actor: Actor, pk: int) -> Model | None:
    """A model of the catalogue."""
    return products.models(everything=True).filter(pk=pk).first()


def models(step: Step) -> Options:
    """The models in use, for a select."""
    return tuple((str(row.pk), str(row)) for row in products.models()[:MOST])


def unit(actor: Actor, pk: int) -> Unit | None:
    """A unit of the organisation."""
    return Unit.objects.filter(pk=pk, active=True).first()


def with_gates() -> QuerySet[Unit]:
    """The units whose warehouses take goods in."""
    return Unit.objects.filter(pk__in=Grant.in_force().filter(role=r.WAREHOUSE).values("unit"), active=True).order_by("path")


def gates(step: Step) -> Options:
    """The same, for a select."""
    return tuple((str(row.pk), str(row)) for row in with_gates())


def technician(actor: Actor, pk: int) -> Account | None:
    """Somebody who can appraise, or a lead, who does where nobody else can."""
    rows = Account.objects.filter(pk__in=Grant.in_force().filter(role__in=(*TECHNICIANS, r.LEAD)).values("account"), is_active=True)
    return rows.filter(pk=pk).first()


def technicians(step: Step) -> Options:
    """Who is on duty and can appraise, but the applicant: of the case's region first, then the least loaded; leads where nobody is."""
    region, applicant = (step.record.region, step.record.applied_by) if step.record else ("", None)
    able = [hand for hand in people.hands(*TECHNICIANS, process="returns") if hand.account != applicant]
    able = able or [hand for hand in people.hands(r.LEAD, process="returns") if hand.account != applicant]
    found = sorted(able, key=lambda hand: (hand.region != region, hand.load))
    return tuple((str(hand.account), hand.name) for hand in found[:MOST])
