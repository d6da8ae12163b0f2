"""What runs low is asked for by itself, bought with approval, received in parts; what a count finds moves stock once approved."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.cast import actor
from tests.parts.test_supply import begins, do, moved
from tests.shelves import at, fill, line, part, store, van
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.parts import actions, buying
from xiuhao.parts.models import CountLine, Piece, Purchase, PurchaseLine

pytestmark = pytest.mark.django_db


def test_a_place_below_its_point_asks_once_and_what_comes_goes_to_who_waits() -> None:
    pump, central = part(), store("浙江公司", "warehouse")
    actions.save_level(SYSTEM, central, pump, Decimal(4), Decimal(10))
    waiting = moved(central, store(), "PUMP-01 2")
    assert waiting.state == "short"
    assert buying.reorder() == 1 and buying.reorder() == 0, "what is asked for counts as coming"
    record = Purchase.objects.get()
    case = record.case
    assert (PurchaseLine.objects.get().quantity, record.amount, record.content) == (10, 600, "PUMP-01 × 10")
    with pytest.raises(Refused):
        do(case, "approve", "warehouse")
    do(case, "approve", "manager")
    do(case, "order", "warehouse", supplier="临安电机厂", expected_at=(now() + timedelta(days=5)).isoformat())
    assert CaseClock.objects.get(case=case, key="delivery").status == "running"
    assert begins(case, "receive") == "PUMP-01 10"
    assert do(case, "receive", "warehouse", lines="PUMP-01 4").state == "ordered" and begins(case, "receive") == "PUMP-01 6"
    with pytest.raises(Refused) as caught:
        do(case, "receive", "warehouse", lines="PUMP-01 7")
    assert caught.value.code == "accepted_beyond"
    assert do(case, "receive", "warehouse").state == "received" and at(central, pump)[0] == 10
    dispatcher.drain()
    assert Case.objects.unscoped("test").get(pk=waiting.pk).state == "reserved" and at(central, pump) == (10, 2)


def test_a_difference_moves_stock_only_when_somebody_else_agrees_and_what_moved_meanwhile_stays_moved() -> None:
    pump, fan, shelf = part(), part("FAN-02"), store()
    fill(shelf, line(pump, 5), line(fan, 2))
    case = engine.perform("count", "begin", actor=actor("warehouse"), given={"place": shelf.pk}).case
    with pytest.raises(Refused) as caught:
        do(case, "enter", "warehouse")
    assert caught.value.code == "nothing_counted"
    assert do(case, "enter", "warehouse", lines="PUMP-01 3", whole=True).state == "counted"
    assert at(shelf, pump) == (5, 0), "nothing has moved yet"
    assert {row.part.code: (row.book, row.found) for row in CountLine.objects.all()} == {"PUMP-01": (5, 3), "FAN-02": (2, 0)}
    fill(shelf, line(pump, 1))
    with pytest.raises(Refused) as caught:
        do(case, "approve", "warehouse")
    assert caught.value.code in ("own_request", "not_allowed")
    assert do(case, "approve", "manager").state == "closed"
    assert (at(shelf, pump), at(shelf, fan)) == ((4, 0), (0, 0))


def test_a_count_without_difference_is_closed_at_once_and_pieces_are_counted_by_their_serials() -> None:
    board, shelf, car = part("BOARD-9", tracked=True), store(), van()
    fill(shelf, line(board, 1, "SN1"), line(board, 1, "SN2"))
    case = engine.perform("count", "begin", actor=actor("warehouse"), given={"place": shelf.pk}).case
    assert do(case, "enter", "warehouse", lines="BOARD-9 1 SN1\nBOARD-9 1 SN2").state == "closed"
    case = engine.perform("count", "begin", actor=actor("engineer"), given={"place": car.pk}).case
    assert do(case, "enter", "engineer", lines="BOARD-9 1 SN2").state == "counted"
    do(case, "approve", "manager")
    assert Piece.objects.unscoped("test").get(serial="SN2").place == car and at(car, board) == (1, 0)


def test_a_loss_of_what_is_promised_to_a_job_is_refused_until_it_is_free() -> None:
    pump, shelf = part(), store()
    fill(shelf, line(pump, 2))
    moved(shelf, van(), "PUMP-01 2", "engineer")
    case = engine.perform("count", "begin", actor=actor("warehouse"), given={"place": shelf.pk}).case
    do(case, "enter", "warehouse", lines="PUMP-01 1")
    with pytest.raises(Refused) as caught:
        do(case, "approve", "manager")
    assert (caught.value.code, caught.value.params["held"]) == ("stock_held", "2") and at(shelf, pump) == (2, 2)
