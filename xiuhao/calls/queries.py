"""What is asked of calls: which ring for somebody, which belongs to a screen or a ticket, answers for a question, figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Avg, Count, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from xiuhao.calls import checking, script
from xiuhao.calls.models import MANUAL, Call, CallMark, CallStep
from xiuhao.kernel import chain, policy
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Journal, Link, Reveal
from xiuhao.kernel.search import normal, words
from xiuhao.kernel.time import now

FRESH = timedelta(hours=2)  # what began to ring longer ago and never ended was lost by the telephone system
MOST_ANSWERS = 5
SPACE = UUID("5f0c7f62-6d2b-4c8b-9a53-7f2b8c1d4e90")


@dataclass(frozen=True)
class Answer:
    """An answer that may be read out."""

    question: str
    text: str
    technical: bool


def screen_of(provider: str, provider_id: str) -> UUID:
    """The key of the phone screen of a call as the telephone system names it, and so of the ticket that is born there."""
    return uuid5(SPACE, f"{provider}:{provider_id}")


def visible(actor: Actor) -> QuerySet[Call]:
    """The calls whose cases this actor sees, with their cases."""
    return Call.objects.filter(case__in=Case.objects.of("call", actor)).select_related("case__owner", "version")


def at_hand(actor: Actor) -> list[Call]:
    """What rings for somebody now, and what they are talking on; latest first. One statement."""
    rows = visible(actor).filter(case__owner_id=actor.id, case__is_open=True, rang_at__gt=now() - FRESH).exclude(provider=MANUAL)
    return list(rows.order_by("-rang_at")[:3])


def of_screen(actor: Actor, screen: UUID) -> Call | None:
    """The call of a phone screen, if it is this actor's."""
    return visible(actor).filter(screen=screen, case__owner_id=actor.id).first()


def revealed(actor: Actor, call: Call, customer: int) -> bool:
    """True if this actor has looked at the customer's name, with a reason, since the call began. One statement."""
    return call.rang_at is not None and Reveal.looks(actor, call.rang_at, f"party.customer:{customer}").exists()


def named(actor: Actor, call: Call, customer: int | None) -> bool:
    """True if the whole name was said in this call, or this actor has looked at the customer's. At most three statements."""
    lines = list(Journal.objects.filter(case_id=call.pk, verb="walk").order_by("-seq"))
    nodes = script.of(call.version).nodes
    asked = [line for line in lines if (node := nodes.get(line.data["given"]["node"])) and node.field == "contact_name"]
    texts = chain.read_contents(asked)
    if any(len(texts.get(line.pk, {}).get("value") or "") > 1 for line in asked):
        return True
    return customer is not None and revealed(actor, call, customer)


def of_ticket(actor: Actor, ticket: int) -> list[Call]:
    """The calls tied to a ticket, latest first."""
    tied = Link.objects.filter(parent_id=ticket, kind="call").values("child_id")
    return list(visible(actor).filter(pk__in=tied).order_by("-pk")[:10])


def answers(query: str) -> list[Answer]:
    """The answers that contain every word of the query in question, keywords or text; those whose question does come first. Equal to
    LIKE in what it finds, as the search is. Raises Refused query_too_long (422)."""
    wanted = words(query)
    found: list[tuple[int, Answer]] = []
    for row in policy.rows("calls.answer") if wanted else ():
        value = row.value
        asked, whole = normal(value["question"]), normal(" ".join((value["question"], value["keywords"], value["text"])))
        if all(word in whole for word in wanted):
            answer = Answer(value["question"], value["text"], bool(value["technical"]))
            found.append((-sum(word in asked for word in wanted), answer))
    return [answer for _rank, answer in sorted(found, key=lambda each: each[0])[:MOST_ANSWERS]]


# Figures


@dataclass(frozen=True)
class Tally:
    """One agent's calls of a period; `pause` in seconds on average, `skipped` steps of the script."""

    name: str
    answered: int
    missed: int
    customer_first: int
    agent_first: int
    pause: float | None
    seconds: float | None
    skipped: int


def tallies(actor: Actor, since: datetime, until: datetime) -> list[Tally]:
    """The visible calls of a period by agent, most first. Two statements."""
    rows = visible(actor).filter(rang_at__gte=since, rang_at__lt=until)
    skipped = _skipped(rows)
    by_agent = (
        rows.order_by()
        .values("case__owner_id", "case__owner__name")
        .annotate(
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            missed=Count("pk", filter=Q(case__state="missed")),
            customer_first=Count("pk", filter=Q(ended_by="customer", answered_at__isnull=False)),
            agent_first=Count("pk", filter=Q(ended_by="agent", answered_at__isnull=False)),
            pause=Avg("pause"),
            talk=Avg("seconds"),
        )
    )
    found = [
        Tally(
            row["case__owner__name"] or "", row["answered"], row["missed"], row["customer_first"], row["agent_first"], row["pause"],
            row["talk"], skipped.get(row["case__owner_id"], 0),
        )
        for row in by_agent
    ]  # fmt: skip
    return sorted(found, key=lambda tally: -(tally.answered + tally.missed))


def _skipped(rows: QuerySet[Call]) -> dict[int | None, int]:
    steps = CallStep.objects.filter(call__in=rows.values("pk"), done=False).order_by()
    return dict(steps.values_list("call__case__owner_id").annotate(n=Count("pk")))


@dataclass(frozen=True)
class Checked:
    """One agent's calls of a period that quality looked at: how many of how many, and in percent how often each item was kept ("" was
    not judged), in the order asked for."""

    name: str
    answered: int
    checked: int
    shares: list[str]

    @property
    def share(self) -> str:
        """How many of the answered calls were looked at, in percent."""
        return _percent(self.checked / self.answered)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f}%"


def checked(actor: Actor, since: datetime, until: datetime, items: Sequence[str]) -> list[Checked]:
    """By agent, least looked at first; without those who answered nothing. Two statements."""
    rows = visible(actor).filter(rang_at__gte=since, rang_at__lt=until, answered_at__isnull=False)
    done = CallMark.objects.filter(call__in=rows.values("pk")).order_by().values_list("call__case__owner_id", "item")
    kept = {(owner, item): share for owner, item, share in done.annotate(share=Avg(Cast("kept", IntegerField())))}
    counted = rows.order_by().values("case__owner_id", "case__owner__name").annotate(n=Count("pk"), seen=Count("checked_at"))
    found = [
        Checked(
            row["case__owner__name"] or "", row["n"], row["seen"], [_percent(kept.get((row["case__owner_id"], item))) for item in items]
        )
        for row in counted
    ]
    return sorted(found, key=lambda each: (each.checked / each.answered, each.name))


def checklist() -> list[str]:
    """The keys of what quality judges of a call now."""
    return list(checking.items())


def unchecked(rows: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    """Of these cases the calls that somebody else talked and quality has not looked at."""
    waiting = Call.objects.filter(answered_at__isnull=False, ended_at__isnull=False, checked_at=None)
    return rows.filter(pk__in=waiting.values("pk")).exclude(owner_id=actor.id)


def steps(actor: Actor, since: datetime, until: datetime) -> Iterable[dict[str, Any]]:
    """How often each step was done and skipped in a period, and after how many seconds on average. One statement."""
    rows = CallStep.objects.filter(call__in=visible(actor).values("pk"), at__gte=since, at__lt=until).order_by()
    counted = rows.values("node").annotate(kept=Count("pk", filter=Q(done=True)), skipped=Count("pk", filter=Q(done=False)))
    return counted.annotate(seconds=Avg("seconds", filter=Q(done=True))).order_by("node")
