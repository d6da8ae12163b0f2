"""Hostile X5: the worker is killed in the middle of an import; another goes on, and no row is lost or made twice."""

from __future__ import annotations

import psycopg

from tests.harness import Company, until

ROWS = 800
PREPARE = f"""
from tests import cast
from tests.sheets import book, row
from xiuhao.ticket import importing
from xiuhao.ticket.jobs import import_work
cast.build()
run = importing.start(cast.actor("agent"), "x.xlsx", book([row(n) for n in range({ROWS})]), "zh-hans")
run.pieces.update(checked=True)
run.state = "checked"
run.save()
importing.begin(run, whole=False)
import_work.configure(lock=f"import:{{run.pk}}").defer(run=str(run.pk))
"""


def test_X5_a_worker_killed_at_some_row_leaves_an_import_that_goes_on_without_a_second_ticket(company: Company) -> None:
    company.start()
    company.manage("shell", "-c", PREPARE)
    with psycopg.connect(company.dsn(), autocommit=True) as connection:

        def count(what: str) -> int:
            found = connection.execute(what).fetchone()
            return int(found[0]) if found else 0

        done = "select coalesce(sum(rows) filter (where done), 0) from ticket_importpiece"
        tickets = "select count(*) from ticket_ticket"
        until(lambda: count(done) >= ROWS // 4, 120, "a quarter is imported")
        company.restarted("worker", company.kill("worker"))
        assert 0 < count(done) < ROWS, "killed in the middle"
        assert count("select coalesce(sum(made), 0) from ticket_importpiece") == count(tickets), "what is said to be made is there"
        until(lambda: count("select count(*) from ticket_importrun where state = 'finished'"), 240, "the import has ended")
        assert count(tickets) == ROWS == count("select sum(made) from ticket_importpiece")
        assert count("select count(distinct plain) from ticket_ticket") == ROWS
