"""The ledger: what leaves one place comes to another, its sums are the stock, nobody rewrites it, and nonsense is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from tests.cast import actor
from tests.shelves import at, fill, line, part, store, van
from tests.tickets import receive
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.refusal import Refused
from xiuhao.parts import actions, counting, queries
from xiuhao.parts.models import OUT, Balance, Count, Entry, Movement, Piece

pytestmark = pytest.mark.django_db
NO, ONE = Decimal(0), Decimal(1)


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    return caught.value


def sums_hold() -> None:
    """The stock is the sum of the ledger at every place, and the ledger adds up to nothing."""
    told = {
        (row["place"], row["part"]): (row["much"], row["kept"])
        for row in Entry.objects.unscoped("test")
        .exclude(place__kind__in=OUT)
        .values("place", "part")
        .annotate(much=Sum("quantity"), kept=Sum("held"))
    }
    kept = {(row.place_id, row.part_id): (row.quantity, row.held) for row in Balance.objects.unscoped("test").all()}
    assert {k: v for k, v in told.items() if v != (0, 0)} == {k: v for k, v in kept.items() if v != (0, 0)}
    assert not Entry.objects.unscoped("test").values("part").annotate(all=Sum("quantity")).exclude(all=0).exists()


def test_a_part_goes_from_the_store_over_the_van_into_the_device_and_the_old_one_comes_back() -> None:
    case, pump, shelf, car, who = receive().case.pk, part(), store(), van(), actor("engineer")
    fill(shelf, line(pump, 3))
    actions.need(case, [line(pump, 2)])
    actions.reserve(case, shelf.pk, [line(pump, 2)], who)
    assert at(shelf, pump) == (3, 2) and [one.missing for one in queries.needs_for(case)] == [NO]
    actions.issue(case, shelf.pk, car.pk, [line(pump, 2)], who)
    assert (at(shelf, pump), at(car, pump)) == ((1, 0), (2, 2))
    actions.use(case, car.pk, [line(pump)], who)
    actions.take_back(case, car.pk, [line(pump)], who)
    assert at(car, pump) == (1, 1) and at(queries.quarantine_of(car), pump) == (1, 0)
    [used] = queries.used_for(case)
    assert (used.part, used.quantity, used.price) == (pump, 1, 120) and (used.until.year * 12 + used.until.month) % 12 == (
        used.at.year * 12 + used.at.month + 3
    ) % 12
    assert [(one.quantity, one.held, one.used) for one in queries.needs_for(case)] == [(2, 1, 1)]
    actions.release(case, who)
    assert at(car, pump) == (1, 0)
    actions.put_back(case, car.pk, shelf.pk, [line(pump)], who)
    assert (at(shelf, pump), at(car, pump)) == ((2, 0), (0, 0))
    assert actions.release(case, who) is None
    sums_hold()


def test_what_is_held_for_one_job_is_not_for_another() -> None:
    one, other, pump, shelf, car, who = receive().case.pk, receive().case.pk, part(), store(), van(), actor("engineer")
    fill(shelf, line(pump, 2))
    actions.reserve(one, shelf.pk, [line(pump, 2)], who)
    no = refused(lambda: actions.issue(other, shelf.pk, car.pk, [line(pump)], who))
    assert (no.code, no.status, no.params["left"]) == ("stock_short", 409, "0")
    actions.issue(one, shelf.pk, car.pk, [line(pump, 2)], who)
    assert at(car, pump) == (2, 2)


@pytest.mark.parametrize("wrong", ["-1", "0", "0.5", "1000000000", "NaN"])
def test_S6_a_quantity_that_cannot_be_is_refused(wrong: str) -> None:
    case, pump, shelf = receive().case.pk, part(), store()
    fill(shelf, line(pump, 5))
    for act in (actions.reserve, actions.use):
        no = refused(lambda act=act: act(case, shelf.pk, [line(pump, wrong)], SYSTEM))
        assert no.status == 422 and no.code in ("quantity_wrong", "quantity_broken")
    assert at(shelf, pump) == (5, 0)


def test_S6_the_unit_of_measure_must_be_the_parts_own_and_metres_may_be_broken() -> None:
    case, pipe, shelf = receive().case.pk, part("PIPE-06", unit="米", places=1), store()
    fill(shelf, line(pipe, "12.5"))
    assert refused(lambda: actions.reserve(case, shelf.pk, [line(pipe, 2, unit="个")], SYSTEM)).code == "unit_wrong"
    assert refused(lambda: actions.reserve(case, shelf.pk, [line(pipe, "0.25")], SYSTEM)).code == "quantity_broken"
    actions.reserve(case, shelf.pk, [line(pipe, "0.5", unit="米"), line(pipe, "0.5")], SYSTEM)
    assert at(shelf, pipe) == (Decimal("12.5"), 1)


def test_S7_a_return_posted_twice_is_one_and_more_than_was_handed_out_is_refused() -> None:
    case, pump, shelf, car, who = receive().case.pk, part(), store(), van(), actor("engineer")
    fill(shelf, line(pump, 3))
    actions.issue(case, shelf.pk, car.pk, [line(pump, 2)], who)
    key = uuid4()
    first = actions.put_back(case, car.pk, shelf.pk, [line(pump)], who, key=key)
    assert actions.put_back(case, car.pk, shelf.pk, [line(pump)], who, key=key) == first and at(shelf, pump) == (2, 0)
    no = refused(lambda: actions.put_back(case, car.pk, shelf.pk, [line(pump, 2)], who))
    assert (no.code, no.status, no.params["left"]) == ("returned_beyond", 422, "1")
    actions.use(case, car.pk, [line(pump)], who)
    assert refused(lambda: actions.put_back(case, car.pk, shelf.pk, [line(pump)], who)).code == "returned_beyond"
    key = uuid4()
    for _ in range(2):
        actions.take_back(case, car.pk, [line(pump)], who, key=key)
    assert refused(lambda: actions.take_back(case, car.pk, [line(pump)], who)).code == "returned_beyond"
    assert refused(lambda: actions.take_back(case, car.pk, [line(pump)], actor("lead"), key=key)).code in ("key_reused", "not_found")


def test_O9_what_was_used_without_a_network_is_true_and_a_count_of_the_van_is_opened() -> None:
    case, pump, car, who = receive().case.pk, part(), van(), actor("engineer")
    fill(car, line(pump))
    actions.reserve(receive().case.pk, car.pk, [line(pump)], SYSTEM)
    assert refused(lambda: actions.use(case, car.pk, [line(pump, 2)], who)).code == "stock_short"
    assert refused(lambda: actions.use(case, store().pk, [line(pump, 2)], who, offline=True)).code == "only_van_owes"
    actions.use(case, car.pk, [line(pump, 2)], who, offline=True)
    assert at(car, pump)[0] == -1 and [row.part for row in queries.owing(actor("lead"))] in ([], [pump])
    assert [row.part for row in queries.owing(actor("warehouse"))] == [pump]
    assert counting.check_vans() == 1 and counting.check_vans() == 0, "one count, while it is open"
    opened = Count.objects.get()
    assert opened.place == car and opened.case.owner == car.account
    sums_hold()


def test_a_numbered_piece_is_at_one_place_and_moves_only_from_there() -> None:
    case, board, shelf, car, who = receive().case.pk, part("BOARD-9", tracked=True), store(), van(), actor("engineer")
    assert refused(lambda: fill(shelf, line(board, 2))).code == "serial_missing"
    fill(shelf, line(board, 1, "SN1"), line(board, 1, "SN2"))
    assert refused(lambda: fill(shelf, line(board, 1, "SN1"))).code == "serial_known"
    assert refused(lambda: actions.issue(case, shelf.pk, car.pk, [line(board, 2, "SN1")], who)).code == "serial_odd"
    actions.issue(case, shelf.pk, car.pk, [line(board, 1, "SN1")], who)
    assert refused(lambda: actions.use(case, car.pk, [line(board, 1, "SN2")], who)).code == "serial_elsewhere"
    actions.use(case, car.pk, [line(board, 1, "SN1")], who)
    assert {p.serial: p.place.kind for p in Piece.objects.unscoped("test").all()} == {"SN1": "customer", "SN2": "station"}
    assert queries.used_for(case)[0].serial == "SN1"


def test_the_database_itself_keeps_the_ledger_balanced_whole_and_alone_in_writing_stock() -> None:
    pump, shelf = part(), store()
    fill(shelf, line(pump, 2))
    moved = Movement.objects.get()
    tried = (
        f"update parts_balance set quantity = 9 where part_id = {pump.pk}",
        f"insert into parts_balance (place_id, part_id, quantity, held, owes) values ({van().pk}, {pump.pk}, 5, 0, true)",
        "delete from parts_balance",
        "update parts_entry set quantity = 1",
        "delete from parts_movement",
        f"insert into parts_entry (movement_id, place_id, part_id, quantity, held) values ({moved.pk}, {shelf.pk}, {pump.pk}, 5, 0)",
        f"insert into parts_entry (movement_id, place_id, part_id, quantity, held) values ({moved.pk}, {shelf.pk}, {pump.pk}, 0, 3)",
    )
    for statement in tried:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert at(shelf, pump) == (2, 0)


def test_whatever_is_done_in_any_order_the_sums_of_the_ledger_are_the_stock() -> None:
    rng, who = Random(7), SYSTEM
    cases = [receive().case.pk for _ in range(3)]
    things, shelf, car = [part(), part("FAN-02")], store(), van()
    fill(shelf, *(line(one, 40) for one in things))
    done = 0
    for _ in range(120):
        case, lines = rng.choice(cases), [line(rng.choice(things), rng.randint(1, 6))]
        acts: tuple[Callable[[], object], ...] = (
            lambda case=case, lines=lines: actions.reserve(case, rng.choice((shelf, car)).pk, lines, who),
            lambda case=case, lines=lines: actions.issue(case, shelf.pk, car.pk, lines, who),
            lambda case=case, lines=lines: actions.use(case, car.pk, lines, who, rng.random() < 0.2),
            lambda case=case, lines=lines: actions.take_back(case, car.pk, lines, who),
            lambda case=case, lines=lines: actions.put_back(case, car.pk, shelf.pk, lines, who),
            lambda case=case: actions.release(case, who),
        )  # fmt: skip
        try:
            with transaction.atomic():
                rng.choice(acts)()
            done += 1
        except Refused as no:
            assert no.status in (409, 422)
    assert done > 40
    sums_hold()


def test_one_sees_and_moves_only_what_lies_in_ones_own_branch_or_supplies_it() -> None:
    case, pump, shelf, far = receive().case.pk, part(), store(), store("四川公司", "warehouse")
    central = store("总部", "warehouse")
    for place in (shelf, far, central):
        fill(place, line(pump))
    engineer = actor("engineer")
    assert {row.place for row in queries.stock(engineer)} == {shelf, central}
    assert refused(lambda: actions.reserve(case, far.pk, [line(pump)], engineer)).status == 404
    assert not queries.stock(actor("dealer")) and {row.place for row in queries.stock(actor("outsider"))} == {far, central}
