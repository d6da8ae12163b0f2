"""Home, queue, case and search over HTTP with a session, with 100,000 tickets and then with 200,000, in turn with a company of 2,000.

Both companies are served while either is read, request by request, so that what else the machine does meets both. The engine writes an
eighth of the 100,000, the database makes the copies (`multiply`), and of all once more; with 2 million lines and more than 100,000
customers in the end.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

import psycopg

from bench.inside import begun, database, inside
from bench.multiply import FURTHER, multiply
from tests.harness import Company, opened, until
from tests.load import token
from xiuhao.config import postgres

Row = tuple[str, str, str, bool]
SMALL, LARGE, HANDS = 2_000, 100_000, 2  # two fill at once: so many cores
TIMES, LINES = 8, 6  # copies of the tickets in all, and of their lines
AGAIN = 2  # and of all these once more
DAYS = 300
COUNTED = {"kernel_case": "tickets", "kernel_journal": "lines", "kernel_caseclock": "clocks", "party_customer": "customers"}
MILLISECONDS = {"home": 200, "queue": 300, "case": 300, "search": 300, "palette": 150}
STATEMENTS = {"home": 20, "queue": 12, "case": 25}
GROWTH = 1.3


@dataclass
class Seen:
    """Times to the first byte (ms) by kind and person, then address; the most statements by kind."""

    times: dict[tuple[str, str], dict[str, list[float]]] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)

    def p95(self, kind: str, login: str) -> float:
        every = sorted(ms for each in self.times[kind, login].values() for ms in each)
        return every[int(len(every) * 0.95)]


def measure(quick: bool = False) -> Iterator[Row]:
    """The bulk writer's rate; then by kind of page the 95th percentile, the statements, and how it grew from small to large, and twice
    as large."""
    small, large, rounds = (200, 3_200, 12) if quick else (SMALL, LARGE, 200)
    with opened() as few, opened() as company:
        for each, count in ((few, small), (company, large // TIMES)):
            with database(each):
                token(each)
                steps, seconds = fill(each, count, 1)
        with database(company):
            multiply(company.dsn(postgres.SUPERUSER), TIMES, LINES)
        yield f"bulk writer, {HANDS} at once: steps a second", f"{steps / seconds:.0f}", "—", True
        yield from compared(*look(few, company, rounds), small, large)
        with database(company):
            rows = multiply(company.dsn(postgres.SUPERUSER), AGAIN, 1, FURTHER)
        told = ", ".join(f"{rows[table]:,} {name}" for table, name in COUNTED.items())
        yield "pages are read with", told, "—", True
        yield from compared(*look(few, company, rounds), small, large * AGAIN)


def compared(few: Seen, many: Seen, small: int, large: int) -> Iterator[Row]:
    """Of each kind of page, for each person: the 95th percentile with many tickets, the statements, and how much more than with few."""
    people = sorted({login for _kind, login in many.times})
    names = " / ".join(people)
    for kind, most in MILLISECONDS.items():
        p95 = {login: many.p95(kind, login) for login in people}
        said = " / ".join(f"{p95[login]:.0f}" for login in people)
        yield f"{kind} with {large:,} tickets, p95 to the first byte ({names})", f"{said} ms", f"≤ {most} ms", max(p95.values()) <= most
        if kind in STATEMENTS:
            taken = many.statements[kind]
            what = f"{kind} with {large:,} tickets, SQL statements"
            yield what, str(taken), f"≤ {STATEMENTS[kind]}", taken <= STATEMENTS[kind]
        growth = {login: p95[login] / few.p95(kind, login) for login in people}
        said = " / ".join(f"{growth[login]:.2f}" for login in people)
        what = f"{kind}, its p95 with {large:,} against {small:,} tickets ({names})"
        yield what, f"{said} ×", f"≤ {GROWTH} ×", max(growth.values()) <= GROWTH


def fill(company: Company, count: int, salt: int) -> tuple[float, float]:
    """Steps written and seconds taken; as many writers as cores. Statistics are brought up to date, as autovacuum would in a minute."""
    shares = [count // HANDS + (hand < count % HANDS) for hand in range(HANDS)]
    found = [done() for done in [begun(company, "fill", "fill", count=n, days=DAYS, salt=salt * 10 + h) for h, n in enumerate(shares)]]
    with psycopg.connect(company.dsn(postgres.SUPERUSER), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return sum(each["steps"] for each in found), max(each["seconds"] for each in found)


def look(few: Company, many: Company, rounds: int) -> tuple[Seen, Seen]:
    """Serve both companies, let them come to rest, and read their pages in turn."""
    both = []
    for company in (few, many):
        company.start()
        until(lambda company=company: not inside(company, "statements", "waiting"), 600, "all effects are had")  # type: ignore[misc]
        both.append((company, inside(company, "statements", "pages"), Seen()))
    for login, theirs in both[0][1].items():
        for kind in theirs["pages"]:
            for _company, given, seen in both:
                seen.statements[kind] = max(seen.statements.get(kind, 0), given[login]["statements"][kind])
                seen.times[kind, login] = {}
            reading = [
                reader(company, given[login]["cookie"], given[login]["pages"][kind], rounds, seen.times[kind, login])
                for company, given, seen in both
            ]
            for _one, _other in zip_longest(*reading):
                pass
    few.stop()
    many.stop()
    return both[0][2], both[1][2]


def read(company: Company, cookie: str, urls: list[str], rounds: int) -> dict[str, list[float]]:
    """Ms to the first byte of each address, with nothing in between."""
    found: dict[str, list[float]] = {}
    for _one in reader(company, cookie, urls, rounds, found):
        pass
    return found


def reader(company: Company, cookie: str, urls: list[str], rounds: int, found: dict[str, list[float]]) -> Iterator[None]:
    """Each address at least three times and all together `rounds` times, after a round that warms up; ms to the first byte go to
    `found`. Gives way after each request."""
    link = http.client.HTTPConnection("127.0.0.1", company.port, timeout=30)
    for number in range(max(3, rounds // len(urls)) + 1):
        for url in urls:
            took = _get(link, url, cookie)
            if number:
                found.setdefault(url, []).append(took)
            yield
    link.close()


def _get(link: http.client.HTTPConnection, url: str, cookie: str) -> float:
    began = time.perf_counter()
    link.request("GET", quote(url, safe="/?=&%-"), headers={"Cookie": cookie})
    answer: Any = link.getresponse()
    took = (time.perf_counter() - began) * 1e3
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{url}: {answer.status}")
    return took
