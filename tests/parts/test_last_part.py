"""Many clients at the same stock: the last part goes to exactly one, and two who want the same parts in another order never stand still."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, close_old_connections, connection, connections

from tests import ground
from tests.shelves import at, fill, line, part, store
from tests.tickets import receive
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.refusal import Refused
from xiuhao.parts import actions, ledger
from xiuhao.parts.models import Balance

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS, ROUNDS, PAIRS = 50, 2, 60


def at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    """What each of them came to, all begun in the same moment: "won", the code of a refusal, or the name of a database's error."""
    ready = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        close_old_connections()
        try:
            ready.wait(30)
            act()
            return "won"
        except Refused as no:
            return f"{no.code} {no.status} {no.params.get('left')}"
        except DatabaseError as error:
            return type(error).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_S4_of_fifty_who_take_the_last_part_one_has_it_and_the_others_are_told_that_none_is_left() -> None:
    pump, shelf, cases = part(), store(), [receive().case.pk for _ in range(5)]
    taken = []
    for turn in range(ROUNDS):
        fill(shelf, line(pump))
        began = time.monotonic()
        found = Counter(at_once([lambda n=n: actions.reserve(cases[n % 5], shelf.pk, [line(pump)], SYSTEM) for n in range(CLIENTS)]))
        assert found == {"won": 1, "stock_short 409 0": CLIENTS - 1}
        taken.append(time.monotonic() - began)
        assert at(shelf, pump) == (turn + 1, turn + 1)
    assert min(taken) < 3 * 4, "three seconds on a machine of its own"


def unguarded(pairs: object) -> dict[tuple[int, int], Balance]:
    """The control: the same rows, looked at without a lock."""
    rows = Balance.objects.unscoped("test").all()
    found = {(row.place_id, row.part_id): row for row in rows}
    time_to_look.wait(30)
    return found


time_to_look = Barrier(8)


def without_lock(take: Sequence[Callable[[], object]]) -> int:
    """How many of them have it where nobody waits for anybody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "lock", unguarded)
        return Counter(at_once(take))["won"]


def test_S4_control_without_the_lock_and_the_databases_own_check_many_would_have_the_last_part() -> None:
    pump, shelf, case = part(), store(), receive().case.pk
    fill(shelf, line(pump))
    take = [lambda: actions.reserve(case, shelf.pk, [line(pump)], SYSTEM)] * 8
    assert without_lock(take) == 1, "the check of the database alone lets one through"
    fill(shelf, line(pump))
    with ground.administrator(str(connection.settings_dict["NAME"])) as owner:
        owner.execute("alter table parts_balance drop constraint balance_there")
    assert without_lock(take) > 1


def test_S5_who_takes_two_parts_in_the_one_order_and_in_the_other_never_deadlock() -> None:
    one, two, shelf, case = part("A-1"), part("B-2"), store(), receive().case.pk
    fill(shelf, line(one, PAIRS), line(two, PAIRS))
    there = [line(one), line(two)]
    acts = [lambda n=n: actions.reserve(case, shelf.pk, there if n % 2 else there[::-1], SYSTEM) for n in range(20)]
    for _ in range(PAIRS // 20):
        assert set(at_once(acts)) == {"won"}
    assert at(shelf, one) == at(shelf, two) == (PAIRS, PAIRS)
