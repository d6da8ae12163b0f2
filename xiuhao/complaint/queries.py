"""The questions about complaints: which came before, which are alike, what policies match on, whom they concern."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, Q, QuerySet

from xiuhao.complaint.models import Anomaly, Complaint, Option, Tipoff
from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, Grant
from xiuhao.kernel.process import Guard, Transition
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.product import queries as products
from xiuhao.product.models import Model

KIND = "complaint"  # of the link from a ticket, as the engine names it
GRAVE = ("serious", "critical")
MOST = 200  # complaints of one customer or machine that are looked at
SERVED = frozenset({"service", "other"})  # what need not be about a machine


def facts(record: Complaint) -> Mapping[str, Any]:
    """What policies of clocks and authority match on."""
    return {
        "severity": record.severity, "content": record.content, "channel": record.channel, "department": record.department,
        "safety": record.safety, "repeats": record.repeats, "claimed": record.claimed,
    }  # fmt: skip


def relations(actor: Actor, case: Case | None, record: Complaint) -> Iterable[str]:
    """Who took it in goes on answering for it, but not a dealer from outside; the responsible department works on it too. Who is
    complained of does neither."""
    if case is None or actor.kind != "staff" or concerned(actor, record):
        return
    if case.keeper_id == actor.id and actor.roles_at(case.unit_path) - {r.DEALER}:
        yield r.OWNER
    if record.department and actor.holds(record.department, *r.above(record.department), path=case.unit_path):
        yield r.OWNER


def concerned(actor: Actor, record: Complaint | Tipoff) -> bool:
    """Whether it is about this person."""
    return record.about_id is not None and actor.kind == "staff" and actor.id == record.about_id


def no_part(of: Callable[[Step], Complaint]) -> Guard:
    """The condition that whoever a complaint is about takes no part; `of(step)` is that complaint."""
    sentence = _("这件投诉与您本人有关，您不能参与处理，请由其他同事办理。")
    return Guard("about_you", sentence, lambda step: not concerned(step.actor, of(step)), early=True)


def impartial(verbs: Iterable[Transition], guard: Guard) -> tuple[Transition, ...]:
    """The verbs under that condition; what only the system does needs none."""
    return tuple(verb if verb.quiet else replace(verb, guards=(guard, *verb.guards)) for verb in verbs)


def visible(actor: Actor) -> QuerySet[Complaint]:
    """The complaints whose cases this actor sees, with their cases."""
    return Complaint.objects.filter(case__in=Case.objects.of("complaint", actor)).select_related("case")


def model(actor: Actor, pk: int) -> Model | None:
    """A model, for staff."""
    return Model.objects.filter(pk=pk).first() if actor.kind in ("staff", "system") else None


def models(step: Step) -> Options:
    """The models in use."""
    return tuple((str(one.pk), str(one)) for one in products.models()[:500])


def days(table: str) -> int:
    """The days of a table; 0 where no row says any."""
    row = policy.decide(table, {})
    return int(row.value["days"]) if row else 0


def before(customer: int | None, serial: str, but: int | None = None) -> QuerySet[Complaint]:
    """The complaints of the same customer or machine within the days of `complaint.repeat`, newest first. Two statements, and theirs."""
    since = now() - timedelta(days=days("complaint.repeat"))
    recent = Complaint.objects.filter(case__opened_at__gte=since)  # each by its own index
    ids = set(recent.filter(case__customer_id=customer).values_list("pk", flat=True)[:MOST]) if customer is not None else set()
    ids |= set(recent.filter(serial=serial).values_list("pk", flat=True)[:MOST]) if serial else set()
    return Complaint.objects.filter(pk__in=ids - {but}).select_related("case").order_by("-pk")


def batch(record: Complaint) -> tuple[int, int] | None:
    """How many complaints of the same model and content in how many days, if as many as `complaint.batch` says. One statement."""
    row = policy.decide("complaint.batch", {})
    if row is None or record.model_id is None:
        return None
    within = int(row.value["days"])
    rows = Complaint.objects.filter(model=record.model_id, content=record.content, case__opened_at__gte=now() - timedelta(days=within))
    count = rows.count()
    return (count, within) if count >= int(row.value["cases"]) else None


def options(actor: Actor, record: Complaint) -> list[Option]:
    """The options of the plan that holds, the best first."""
    return list(Option.objects.visible_to(actor).filter(case=record.case_id, edition=record.edition).order_by("rank"))


def of_anomaly(record: Anomaly) -> Mapping[str, Any]:
    """What policies of the slip's clocks match on."""
    return {"content": record.content}


def shown_to_none_it_concerns(actor: Actor) -> Q:
    """The reports that concern this person: nobody may show them these cases. While it is not known whom one of ours concerns, it may be
    them: the highest post alone reads it, and says who it is; where nobody holds that, whoever reads the others."""
    if actor.id is None:
        return Q(pk__in=())
    hidden = Q(about_id=actor.id)
    if not actor.holds(r.DIRECTOR):
        hidden |= Q(concerns="unknown", about=None) & Q(Exists(Grant.in_force().filter(role=r.DIRECTOR)))
    return Q(pk__in=Tipoff.objects.filter(hidden).values("pk"))


def of_tipoff(record: Tipoff) -> Mapping[str, Any]:
    """Which of its two readers it concerns: nobody is told of a report about themselves."""
    held = {role for role in (r.DIRECTOR, r.OFFICE) if record.about_id is not None and _holds(record.about_id, role)}
    return {"director": r.DIRECTOR in held, "office": r.OFFICE in held}


def _holds(account: int, role: str) -> bool:
    return Grant.in_force().filter(account_id=account, role=role).exists()
