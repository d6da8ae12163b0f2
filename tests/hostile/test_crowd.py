"""K4: every thread of the web server is taken by slow queries. Who comes then is told within seconds, and health still answers."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from http.client import HTTPConnection
from uuid import UUID, uuid4

import psycopg

from tests.harness import Company, company, fair
from tests.load import token
from tests.tickets import GIVEN
from xiuhao.config import postgres

__all__ = ["company"]
CROWD, SOON, SLOW = 100, 4.0, 1.0  # requests at once; seconds until somebody is turned away, and until health answers


def post(company: Company, raw: str, key: UUID, number: int) -> tuple[int, float, bool]:
    """A ticket: the status, the seconds until it came, and whether the answer says when to come back."""
    headers = {"Authorization": f"Bearer {raw}", "Idempotency-Key": str(key), "Content-Type": "application/json"}
    body, began = {**GIVEN, "channel": "api", "contact_phone": f"1370000{number:04d}"}, time.monotonic()
    link = HTTPConnection("127.0.0.1", company.port, timeout=60)  # a hundred of them must cost the machine little
    with closing(link):
        link.request("POST", "/api/v1/ticket", json.dumps(body), headers)
        answer = link.getresponse()
        answer.read()
    return answer.status, time.monotonic() - began, bool(answer.getheader("Retry-After"))


def test_K4_a_hundred_slow_queries_turn_others_away_in_time_and_health_still_answers(company: Company) -> None:
    company.start()
    raw, keys = token(company), [uuid4() for _ in range(CROWD)]
    with ThreadPoolExecutor(CROWD) as crowd, psycopg.connect(company.dsn(postgres.SUPERUSER)) as holder:
        holder.execute("LOCK TABLE kernel_journal IN ACCESS EXCLUSIVE MODE")  # whoever wants a ticket now waits for it
        asked = [crowd.submit(post, company, raw, key, number) for number, key in enumerate(keys)]
        healthy = []
        while not all(one.done() for one in asked):
            began = time.monotonic()
            assert company.get("/healthz") == 200
            healthy.append(time.monotonic() - began)
            wait(asked, timeout=0.2)
        holder.rollback()
        found = [one.result() for one in asked]
    assert Counter(status for status, *_ in found) == {503: CROWD}, "nothing can be written, and everybody hears of it"
    assert all(said for *_, said in found), "each is told when to come back"
    first = sorted(seconds for _status, seconds, _said in found)
    assert first[CROWD // 2] < fair(SOON), f"most do not wait for the slow: {first}"
    assert sorted(healthy)[len(healthy) * 9 // 10] < fair(SLOW)
    again = {post(company, raw, key, number)[0] for number, key in enumerate(keys[:5])}
    assert again == {201}, "with the same keys all goes on"
    with psycopg.connect(company.dsn()) as connection:
        assert connection.execute("SELECT count(*) FROM kernel_journal WHERE verb = 'receive'").fetchone() == (5,)
    company.stop()
