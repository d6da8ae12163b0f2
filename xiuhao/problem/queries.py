"""The questions about problems: which tickets hang on one, and where one seems to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from xiuhao.kernel import policy
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.policy import Column
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.product.models import Model
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.queries import visible

KIND = "problem"  # of the link from a problem to its tickets
FAULT = "fault"
MOST = 2_000  # tickets joined by one verb

policy.table(
    "problem.suggest", _("批量问题提示"), (), (Column("cases", _("工单数"), "number"), Column("days", _("天数"), "number", unit=_("天")))
)


@dataclass(frozen=True)
class Cluster:
    """Open tickets of one model with a fault, in the days of `problem.suggest`."""

    model: Model
    cases: int
    days: int


def alike(actor: Actor, model: int) -> QuerySet[Ticket]:
    """The visible open tickets of this model with a fault, of the days of `problem.suggest`, that are under no problem yet."""
    row = policy.decide("problem.suggest", {})
    since = now() - timedelta(days=int(row.value["days"]) if row else 0)
    rows = visible(actor).filter(case__is_open=True, case__opened_at__gte=since, kind=FAULT, model=model)
    return rows.exclude(pk__in=Link.objects.filter(kind=KIND).values("child_id"))


def clusters(actor: Actor) -> list[Cluster]:
    """Where one problem seems to be behind many tickets, most first. Two statements; none where no row asks for it."""
    row = policy.decide("problem.suggest", {})
    if row is None:
        return []
    days, least = int(row.value["days"]), int(row.value["cases"])
    rows = visible(actor).filter(case__is_open=True, case__opened_at__gte=now() - timedelta(days=days), kind=FAULT, model__isnull=False)
    free = rows.exclude(pk__in=Link.objects.filter(kind=KIND).values("child_id"))
    counted = free.order_by().values_list("model").annotate(n=Count("pk")).filter(n__gte=least).order_by("-n")[:20]
    found = dict(counted)
    models = Model.objects.in_bulk(found)
    return [Cluster(models[pk], n, days) for pk, n in found.items()]


def offered(step: Step) -> Options:
    """The models in which a problem is suspected."""
    return tuple((str(c.model.pk), f"{c.model}（{c.cases}）") for c in clusters(step.actor))


def model(actor: Actor, pk: int) -> Model | None:
    """A model, for staff."""
    return Model.objects.filter(pk=pk).first() if actor.kind in ("staff", "system") else None


def tickets(case: int) -> QuerySet[Case]:
    """The tickets under a problem, oldest first; who asks has reached the problem before."""
    rows = Case.objects.unscoped("the tickets that were joined under a problem by somebody who saw them")
    return rows.filter(pk__in=Link.objects.filter(parent_id=case, kind=KIND).values("child_id")).order_by("pk")


def state_of(case: Case, actor: Actor) -> Mapping[str, Any]:
    """For the page of a problem: how far its tickets are, of those that the actor sees."""
    rows = Case.objects.visible_to(actor).filter(pk__in=tickets(case.pk).order_by().values("pk"))
    counted = rows.aggregate(all=Count("pk"), open=Count("pk", filter=Q(is_open=True)))
    return {"total": counted["all"], "open": counted["open"]}


def named(actor: Actor, numbers: Sequence[str]) -> list[Case]:
    """The open tickets of these numbers that the actor sees."""
    return list(Case.objects.visible_to(actor).filter(process="ticket", number__in=numbers, is_open=True)[:MOST])
