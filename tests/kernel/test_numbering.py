"""Case numbers: months, prefixes, and a gapless series that stays gapless while its writers are killed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from tests.kernel.owner import administrator
from xiuhao.kernel import numbering
from xiuhao.kernel.models import SeriesMonth
from xiuhao.kernel.process import Series

AT = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)  # a second before February in Shanghai
NEXT = datetime(2026, 1, 31, 16, 0, 0, tzinfo=UTC)
GAPLESS = Series("TS", gapless=True, digits=4)
WRITERS, EACH, KILLS = 8, 25, 25


@pytest.mark.django_db
def test_a_number_is_prefix_year_month_serial_and_the_month_is_local():
    assert numbering.take(GAPLESS, 2, AT) == ["TS26010001", "TS26010002"]
    assert numbering.take(GAPLESS, 1, NEXT) == ["TS26020001"]
    assert numbering.take(Series("TQ", gapless=True, digits=4), 1, AT) == ["TQ26010001"]
    assert numbering.take(GAPLESS, 0, AT) == []
    first, second = numbering.take(Series("GD"), 2, AT)
    assert first.startswith("GD2601")
    assert int(second[6:]) == int(first[6:]) + 1
    assert len(first) == 12


@pytest.mark.django_db
def test_a_roll_back_gives_a_gapless_number_back():
    with transaction.atomic():
        assert numbering.take(GAPLESS, 1, AT) == ["TS26010001"]
        transaction.set_rollback(True)
    assert numbering.take(GAPLESS, 1, AT) == ["TS26010001"]


@pytest.mark.django_db(transaction=True)
def test_a_gapless_number_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        numbering.take(GAPLESS, 1, AT)
    assert len(numbering.take(Series("GD"), 3, AT)) == 3


def unguarded() -> str:
    """The negative control: read, then write, without the row's lock."""
    row, _made = SeriesMonth.objects.get_or_create(prefix="TS", month="2601")
    SeriesMonth.objects.filter(pk=row.pk).update(last=row.last + 1)
    return f"TS2601{row.last + 1:04d}"


def by_sequence() -> str:
    """Another: a sequence, which a rolled-back transaction leaves with a gap."""
    return numbering.take(Series("TS", digits=4), 1, AT)[0]


def race(take: Callable[[], str], seed: int) -> list[int]:
    """Eight writers use one number a transaction while their connections are killed at random; the serials that are committed."""
    with administrator() as admin:
        admin.execute("CREATE TABLE numbering_race (number text); GRANT ALL ON numbering_race TO public")
    done, kills, pids = threading.Event(), random.Random(seed), {}

    def write(writer: int) -> None:
        left = EACH
        while left:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    pids[writer] = cursor.fetchone()[0]
                    cursor.execute("INSERT INTO numbering_race VALUES (%s)", [take()])
                    cursor.execute("SELECT pg_sleep(0.002)")  # the rest of a transaction: room for a kill and for a race
                left -= 1
            except DatabaseError:
                connection.close()
        connection.close()

    def kill() -> None:
        with administrator() as admin:
            for _ in range(KILLS):
                if done.wait(kills.uniform(0.005, 0.03)):
                    return
                if pids:
                    admin.execute("SELECT pg_terminate_backend(%s)", (kills.choice(list(pids.values())),))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    killer = threading.Thread(target=kill)
    for thread in (*threads, killer):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    killer.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM numbering_race")
        return sorted(int(number[6:]) for (number,) in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_a_gapless_series_has_neither_gap_nor_repeat_whatever_is_killed():
    used = race(lambda: numbering.take(GAPLESS, 1, AT)[0], seed=1)
    assert used == list(range(1, len(used) + 1))
    assert len(used) >= WRITERS * EACH, "a commit whose answer was lost is written again"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("control", [unguarded, by_sequence])
def test_the_race_finds_a_series_without_its_guard(control: Callable[[], str]):
    used = race(control, seed=1)
    assert used != list(range(min(used), min(used) + len(used)))
