"""The questions about problems: which tickets hang on one, and where one seems to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from xiuhao.kernel import policy
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Link
from xiuhao.kernel.policy import Column
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.product.models import Model
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.queries import ALIKE, likeness, pairs, visible

KIND = "problem"  # of the link from a problem to its tickets
FAULT = "fault"
MOST = 2_000  # tickets joined by one verb
SHOWN = ("case", "model", "description")  # what is read of each of them, not its search text nor what is sealed
READ, COMPARED = 1_000, 60  # latest tickets that are looked at for clusters, and of one model

policy.table(
    "problem.suggest", _("批量问题提示"), (), (Column("cases", _("工单数"), "number"), Column("days", _("天数"), "number", unit=_("天")))
)


@dataclass(frozen=True)
class Cluster:
    """Open tickets of one model that tell much the same fault, in the days of `problem.suggest`."""

    model: Model
    tickets: tuple[Ticket, ...]
    days: int

    @property
    def cases(self) -> int:
        return len(self.tickets)


def _free(actor: Actor, days: int) -> QuerySet[Ticket]:
    """The visible open tickets with a fault of a known model of so many days that are under no problem yet, latest first."""
    since = now() - timedelta(days=days)
    rows = visible(actor).filter(case__is_open=True, case__opened_at__gte=since, kind=FAULT, model__isnull=False)
    return rows.exclude(pk__in=Link.objects.filter(kind=KIND).values("child_id")).order_by("-pk")


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and (one == other or likeness(one, other) >= ALIKE)


def alike(actor: Actor, model: int, like: Collection[str]) -> list[Ticket]:
    """Of this model the tickets, of the days of `problem.suggest`, that say much the same as one of the texts `like`; without any text
    those of the greatest cluster."""
    row = policy.decide("problem.suggest", {})
    if not like:
        return next((list(cluster.tickets) for cluster in clusters(actor) if cluster.model.pk == model), [])
    told = [pairs(text) for text in like]
    free = _free(actor, int(row.value["days"]) if row else 0).filter(model=model)[:MOST]
    return [ticket for ticket in free if any(_same(pairs(ticket.description), one) for one in told)]


def clusters(actor: Actor) -> list[Cluster]:
    """Where one problem seems to be behind many tickets, most first: one model, and texts that are alike. One statement; none where no
    row asks for it."""
    row = policy.decide("problem.suggest", {})
    if row is None:
        return []
    days, least = int(row.value["days"]), int(row.value["cases"])
    by_model: dict[int, list[Ticket]] = {}
    for ticket in _free(actor, days).select_related("model").only(*SHOWN, "model__name", "model__code")[:READ]:
        by_model.setdefault(ticket.model_id or 0, []).append(ticket)
    groups = [(pk, group) for pk, rows in by_model.items() for group in _groups(rows[:COMPARED], least)]
    groups = sorted(groups, key=lambda found: -len(found[1]))[:20]
    return [Cluster(group[0].model, tuple(group), days) for _pk, group in groups]  # type: ignore[arg-type]  # theirs all have one


def _groups(rows: list[Ticket], least: int) -> Iterator[list[Ticket]]:
    """At least so many that say much the same as one of them, the greatest first; none is in two."""
    told = [pairs(ticket.description) for ticket in rows] if len(rows) >= least else []
    near = [{place for place, other in enumerate(told) if _same(one, other)} for one in told]
    left = set(range(len(told)))
    while len(left) >= least:
        most = near[max(sorted(left), key=lambda one: len(near[one] & left))] & left
        if len(most) < least:
            return
        yield [rows[place] for place in sorted(most)]
        left -= most


def offered(step: Step) -> Options:
    """The models in which a problem is suspected."""
    found = {str(c.model.pk): f"{c.model}（{c.cases}）" for c in reversed(clusters(step.actor))}
    return tuple(reversed(found.items()))


def model(actor: Actor, pk: int) -> Model | None:
    """A model, for staff."""
    return Model.objects.filter(pk=pk).first() if actor.kind in ("staff", "system") else None


def tickets(case: int) -> QuerySet[Case]:
    """The tickets under a problem, oldest first; who asks has reached the problem before."""
    rows = Case.objects.unscoped("the tickets that were joined under a problem by somebody who saw them")
    return rows.filter(pk__in=Link.objects.filter(parent_id=case, kind=KIND).values("child_id")).order_by("pk")


def late(case: int, by: datetime) -> list[Case]:
    """The open tickets under a problem whose time for a solution ends before that moment, the first to end first, each with `due`: what
    the fix has to meet (JD-2.4). One statement."""
    ticking = CaseClock.objects.filter(case_id=OuterRef("pk"), key="resolution", stopped_at=None, due_at__lt=by)
    rows = tickets(case).filter(is_open=True).annotate(due=Subquery(ticking.order_by("due_at").values("due_at")[:1]))
    return list(rows.filter(due__isnull=False).order_by("due", "pk"))


def tracing_for(actor: Actor) -> QuerySet[CaseAsk, int]:
    """The problems that wait for the actor's department to trace them."""
    return CaseAsk.open_to(actor).filter(key="tracing").values_list("case_id", flat=True)


def state_of(case: Case, actor: Actor) -> Mapping[str, Any]:
    """For the page of a problem: how far its tickets are, of those that the actor sees."""
    rows = Case.objects.visible_to(actor).filter(pk__in=tickets(case.pk).order_by().values("pk"))
    counted = rows.aggregate(all=Count("pk"), open=Count("pk", filter=Q(is_open=True)))
    return {"total": counted["all"], "open": counted["open"]}


def named(actor: Actor, numbers: Sequence[str]) -> list[Case]:
    """The open tickets of these numbers that the actor sees."""
    return list(Case.objects.of("ticket", actor).filter(number__in=numbers, is_open=True)[:MOST])
