"""Parts are asked for, handed over between two people, and what differs is cleared up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps

from tests.cast import actor
from tests.shelves import at, fill, line, part, store, van
from xiuhao.kernel import engine, recount, registry
from xiuhao.kernel import figures as clauses
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import State
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.parts import figures, queries
from xiuhao.parts.models import Piece, Place, Supply, SupplyLine
from xiuhao.ui.forms import VerbForm, build
from xiuhao.ui.pages import case_page

pytestmark = pytest.mark.django_db


def do(case: Case, verb: str, who: str, **given: Any) -> Case:
    """A verb on a paper, by one of the cast."""
    return engine.perform(case.process, verb, actor=actor(who), number=case.number, given=given).case


def begins(case: Case, verb: str) -> str:
    """With which lines the form of a verb begins."""
    process = registry.process(case.process)
    record = apps.get_model(process.record).objects.get(pk=case.pk)
    [field] = [
        each for each in build(VerbForm(process, process.verb(verb), actor("manager"), case, record), {}).fields if each.name == "lines"
    ]
    return field.raw


def bar(case: Case) -> Sequence[State]:
    """The stages that the page of a request shows."""
    made = case_page(registry.process("supply")).bar
    assert made is not None
    return made(Supply.objects.get(pk=case.pk))


def moved(source: Place, target: Place, lines: Any, who: str = "warehouse") -> Case:
    """A transfer that was asked for."""
    given = {"source": source.pk, "destination": target.pk, "lines": lines}
    return engine.perform("supply", "transfer", actor=actor(who), given=given).case


def test_a_transfer_holds_leaves_travels_and_arrives_and_shows_as_on_its_way() -> None:
    pump, shelf, central = part(), store(), store("浙江公司", "warehouse")
    fill(central, line(pump, 5))
    case = moved(central, shelf, "pump-01 3")
    assert case.state == "reserved" and at(central, pump) == (5, 3)
    do(case, "pick", "warehouse")
    assert do(case, "issue", "warehouse").state == "issued"
    assert (at(central, pump), at(shelf, pump)) == ((2, 0), (0, 0))
    [row] = queries.stock(actor("warehouse"), place_id=shelf.pk)
    assert (row.quantity, row.coming) == (0, 3) and queries.incoming(shelf.pk) == {pump.pk: 3}
    assert do(case, "accept", "warehouse").state == "done"
    assert at(shelf, pump) == (3, 0) and SupplyLine.objects.get().price == 120
    last = queries.ledger(actor("warehouse"), place_id=shelf.pk)[0]
    assert (last.movement.actor_name, last.movement.paper.number) == (actor("warehouse").name, case.number)


def test_what_is_short_waits_and_is_filled_when_goods_come_and_a_cancelled_request_frees_what_it_held() -> None:
    pump, shelf, central = part(), store(), store("浙江公司", "warehouse")
    fill(central, line(pump))
    case, other = moved(central, shelf, "PUMP-01 2"), moved(central, shelf, "PUMP-01 1")
    assert (case.state, other.state) == ("short", "short") and at(central, pump) == (1, 1)
    assert bar(case)[0].key == "short" and case.state == "short"
    with pytest.raises(Refused) as caught:
        do(other, "pick", "warehouse")
    assert caught.value.code == "nothing_held"
    fill(central, line(pump))
    assert do(case, "fill", "warehouse").state == "reserved" and at(central, pump) == (2, 2)
    do(case, "cancel", "warehouse", why="不要了")
    assert at(central, pump) == (2, 0)
    assert do(other, "fill", "warehouse").state == "reserved"
    [told] = figures.served(actor("warehouse"), now() - timedelta(days=1))
    assert (told.requests, told.asked, told.filled, told.rate) == (1, 1, 0, "0.0%")


def test_pieces_go_first_in_first_out_or_as_they_are_named_and_no_other_ones() -> None:
    board, shelf, car = part("BOARD-9", tracked=True), store(), van()
    fill(shelf, *(line(board, 1, f"SN{n}") for n in range(1, 5)))
    one, two = moved(shelf, car, "BOARD-9 2"), moved(shelf, car, [{"part": "board-9", "quantity": 1}])
    with pytest.raises(Refused) as caught:
        do(two, "pick", "warehouse", pieces="BOARD-9 1 SN9")
    assert caught.value.code == "serial_elsewhere"
    do(two, "pick", "warehouse", pieces="BOARD-9 1 SN2")
    do(one, "pick", "warehouse")
    assert {line.case_id: line.serials for line in SupplyLine.objects.all()} == {one.pk: ["SN1", "SN3"], two.pk: ["SN2"]}
    do(one, "issue", "warehouse")
    assert begins(one, "accept") == "BOARD-9 1 SN1\nBOARD-9 1 SN3"
    with pytest.raises(Refused, match="serial_missing"):
        do(one, "accept", "engineer", lines="BOARD-9 1")  # which of the two?
    case = do(one, "accept", "engineer", lines="BOARD-9 1 SN3")
    assert [state.key for state in bar(case)] == ["reserved", "picked", "issued", "differs", "done"]
    assert case.state == "differs" and at(car, board) == (1, 0)
    with pytest.raises(Refused):
        do(one, "settle", "engineer", how="lost", why="路上丢了")
    assert do(one, "settle", "manager", how="found", why="在车上找到").state == "done"
    places = {piece.serial: piece.place for piece in Piece.objects.unscoped("test").all()}
    assert places["SN3"] == car and places["SN1"] == shelf


def test_an_old_part_reaches_a_shelf_or_a_van_only_by_way_of_who_judges_it() -> None:
    pump, shelf = part(), store()
    old, judged = store(kind="faulty"), store(kind="good")
    fill(old, line(pump, 3))
    for target in (shelf, van()):
        with pytest.raises(Refused, match="not_judged"):
            moved(old, target, "PUMP-01 1")
    for source, target in ((old, judged), (judged, shelf)):
        case = moved(source, target, "PUMP-01 1")
        for verb in ("pick", "issue", "accept"):
            do(case, verb, "warehouse")
    assert (at(old, pump)[0], at(judged, pump)[0], at(shelf, pump)[0]) == (2, 0, 1)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("PUMP-01 -1", "quantity_wrong"), ("PUMP-01 0", "quantity_wrong"), ("PUMP-01 0.5", "quantity_broken"),
        ("PUMP-01 1000000000", "quantity_wrong"), ("PUMP-01 1米", "unit_wrong"), ("NOPE-1 1", "part_missing"),
        ("PUMP-01 x", "quantity_wrong"), ([{"part": 5, "colour": "red"}], "parts_unread"),
    ],
)  # fmt: skip
def test_S6_a_request_that_makes_no_sense_is_refused_with_the_reason(lines: Any, code: str) -> None:
    fill(store(), line(part(), 5))
    with pytest.raises(Refused) as caught:
        moved(store(), van(), lines)
    no = caught.value.fields.get("lines", caught.value)
    assert (no.code, caught.value.status) == (code, 422)
    assert not Supply.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_figures_of_supply_and_hand_over_are_those_of_an_independent_recount() -> None:
    pump, central = part(), store("浙江公司", "warehouse")
    fill(central, line(pump, 3))
    whole, _short = moved(central, store(), "PUMP-01 2"), moved(central, store(), "PUMP-01 2")
    for verb in ("pick", "issue", "accept"):
        do(whole, verb, "warehouse")
    clauses.fold()
    found = clauses.totals(SYSTEM)
    assert (found["SL-3.10"].met, found["SL-3.10"].broken, found["SL-3.10"].running, found["YD-1.9"].met) == (2, 1, 1, 2)
    assert not recount.recount().differences


def test_a_keeper_sees_the_papers_of_the_province_and_nobody_elses() -> None:
    pump, far = part(), store("四川公司", "warehouse")
    fill(far, line(pump, 2))
    case = engine.perform(
        "supply", "transfer", actor=actor("manager"), given={"source": far.pk, "destination": store().pk, "lines": "PUMP-01 1"}
    ).case
    assert not Case.objects.visible_to(actor("warehouse")).filter(pk=case.pk).exists()
    own = moved(store(), van(), "PUMP-01 1", "engineer")
    for login in ("warehouse", "engineer", "manager"):
        assert Case.objects.visible_to(actor(login)).filter(pk=own.pk).exists()
    assert not Case.objects.visible_to(actor("dealer")).filter(pk=own.pk).exists()
    assert Decimal(0) == at(store(), pump)[1]
