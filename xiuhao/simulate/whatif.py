"""What if: the same seeded demand on two companies that differ in one thing, and the clauses' figures of both.

Chance is common to both (`chances`): each request meets the same luck in either, so that what differs comes of the one thing. The caller
gives the databases (`config.scratch`): both begin as copies of each other, and neither is the real one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from xiuhao.kernel import calendars, figures, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.roles import AGENT
from xiuhao.kernel.time import now, simulated
from xiuhao.party import actions as party
from xiuhao.simulate import actions, company, history, queries
from xiuhao.simulate.models import Comparison, Demo, History
from xiuhao.simulate.rota import DOUBLE
from xiuhao.simulate.speech import words
from xiuhao.simulate.world import working_days_back

MOST = 30  # people more or less
EVENING = 18  # local hour at which a day's queue is counted
HOUSEHOLDS, DEVICES = 600, 900
CLOCKS = ("first_response", "resolution", "promise")
CLAUSES = ("HA-3.2.1", "HA-4.1", "CS1-8.2")
LIMITS = ("first_response", "resolution", "service_response")  # clocks of the ticket that can be given another limit


@dataclass(frozen=True)
class Question:
    """`agents` people more (or, negative, fewer) at the desk, or a `clock` of `limit`, for so many days of so many requests."""

    agents: int
    days: int
    requests: int
    seed: int = actions.SEED
    clock: str = ""
    limit: str = ""

    @property
    def change(self) -> str:
        return f"{self.clock}={self.limit}" if self.clock else f"agents={self.agents:+d}"


def read(text: str, days: int) -> Question:
    """`agents=+2` or `resolution=8h` as a question over so many days. Refused unknown_question (422)."""
    what, _sign, value = (part.strip() for part in text.partition("="))
    many, limit = 0, ""
    with suppress(ValueError, Refused):
        if what in LIMITS:
            limit = calendars.clean_limit(value)
        elif what == "agents":
            many = int(value)
    if not (limit or (0 < abs(many) <= MOST and -many < len(agents()))) or not 1 <= days <= history.DAYS:
        given = {"text": text[:40], "most": MOST, "days": history.DAYS, "clocks": LIMITS}
        raise Refused("unknown_question", given, status=422)
    return Question(many, days, round(history.REQUESTS * days / history.DAYS), clock=what if limit else "", limit=limit)


def agents() -> list[list[Any]]:
    """Who answers the telephone, as the plan has them."""
    return [person for person in company.plan()["people"] if AGENT in person[4].values()]


def settle(question: Question, end: datetime) -> None:
    """In an empty scratch database: the company with customers, its past still to be lived through."""
    begin = working_days_back(end, queries.WORKING_DAYS) - timedelta(days=question.days)
    with simulated(begin - actions.FOUNDED):
        made = company.found(words("people")["prefix"])
    mark = Demo(pk=1, made_until=end, seed=question.seed, token=made.token)
    mark.save(force_insert=True)
    history.plan(mark, question.days, question.requests)
    history.settle(HOUSEHOLDS, DEVICES)


def change(question: Question) -> None:
    """More people with skills, hours and pace of those who are there; or the last of these gone; or another limit for all."""
    if question.clock:
        _limit(question)
        return
    there = agents()
    standing = company.standing("")
    if question.agents < 0:
        for person in there[question.agents :]:
            party.set_duty(SYSTEM, standing.people[person[0]].staff, False)
        return
    for place in range(question.agents):
        login, _name, unit, post, held, skills, languages, most = there[place % len(there)]
        posts = [(role, standing.units[at]) for at, role in held.items()]
        party.hire(
            SYSTEM, login=f"{login}{DOUBLE}{place + 1}", name=f"新增{place + 1}", unit=standing.units[unit], posts=posts, post=post,
            phone="", email="", skills=company.plan()["skills"][skills], languages=languages, max_load=most,
        )  # fmt: skip


def _limit(question: Question) -> None:
    """Every row of the clock says the limit asked for; calendars and levels stay."""
    table = f"clock.ticket.{question.clock}"
    for row in policy.rows(table):
        if row.value.get("limit") != question.limit:
            value = {**row.value, "limit": question.limit}
            asked = policy.Change(
                "correction", table, row.line, row.pk, position=row.position, match=row.match, value=value, clauses=tuple(row.clauses),
                note=row.note,
            )  # fmt: skip
            policy.apply(asked, SYSTEM, question.change)


def live(say: Callable[[str], None]) -> dict[str, float]:
    """Live through the days and say what came of it, by key: shares in percent, lengths of queues, hours."""
    history.fill(say)
    figures.fold()
    mark = History.objects.visible_to(SYSTEM).get(pk=1)
    until = mark.begin + timedelta(days=mark.days)
    cases = Case.objects.of("ticket", SYSTEM).filter(opened_at__gte=mark.begin, opened_at__lt=until)
    found = {key: _share(key, cases) for key in CLOCKS}
    known = figures.totals(SYSTEM)
    for clause in CLAUSES:
        figure = known.get(clause)
        found[clause] = round(100 * figure.met / figure.total, 1) if figure and figure.total else 100.0
    return found | _queue(mark, cases)


def _share(clock: str, cases: Any) -> float:
    """In how many of a hundred cases the clock was kept."""
    rows = CaseClock.objects.filter(key=clock, case__in=cases, void=False)
    counted = rows.aggregate(kept=Count("pk", filter=Q(breached_at=None)), all=Count("pk"))
    return round(100 * counted["kept"] / counted["all"], 1) if counted["all"] else 100.0


def _queue(mark: History, cases: Any) -> dict[str, float]:
    """Open cases at the end of each day, on average and at most; hours from birth to archive, in the middle."""
    spans = list(cases.values_list("opened_at", "closed_at"))
    evenings = [mark.begin + timedelta(days=n, hours=EVENING) for n in range(mark.days)]
    open_then = [sum(1 for since, until in spans if since <= at and (until is None or until > at)) for at in evenings]
    hours = sorted((until - since) / timedelta(hours=1) for since, until in spans if until is not None)
    return {
        "queue_mean": round(sum(open_then) / len(open_then), 1), "queue_most": float(max(open_then)),
        "hours": round(hours[len(hours) // 2], 1) if hours else 0.0,
    }  # fmt: skip


def keep(question: Question, before: dict[str, float], after: dict[str, float]) -> Comparison:
    """The comparison as the page of the demo shows it; the one before is forgotten."""
    told = {"change": question.change, "days": question.days, "requests": question.requests, "seed": question.seed}
    row = Comparison(pk=1, asked_at=now(), question=told, before=before, after=after)
    row.save()
    return row
