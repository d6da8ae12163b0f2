"""Parts: asked for as the repair is arranged, priced by the list, handed over between two, supplied in time (YD-1.4, YD-1.9, SL-3.10)."""

from __future__ import annotations

import pytest

from tests import works
from tests.parts.test_supply import do, moved
from tests.shelves import SINCE, at, fill, line, part, store, van
from tests.tickets import receive
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Case, CaseClock, Journal, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.parts import actions
from xiuhao.parts.models import Supply, SupplyLine

pytestmark = pytest.mark.django_db


def rules(case: Case, verb: str) -> dict[str, str]:
    return dict(Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq").rules)


def test_YD_1_9_parts_are_handed_out_at_the_lists_price_between_two_people_and_stand_in_the_books_of_the_job() -> None:
    dear, shelf, car = part("COMP-7", price=None), store(), van()
    fill(shelf, line(dear, 2))
    case = moved(shelf, car, "COMP-7 1", "engineer")
    Supply.objects.filter(pk=case.pk).update(purpose="job", work=receive().case)
    do(case, "pick", "warehouse")
    with pytest.raises(Refused) as caught:
        do(case, "issue", "warehouse")
    assert caught.value.code == "part_unpriced" and "COMP-7" in str(caught.value.sentence) and caught.value.clauses == ("YD-1.9",)
    actions.set_price(SYSTEM, dear, SINCE, 680)  # type: ignore[arg-type]
    do(case, "issue", "manager")
    assert SupplyLine.objects.get(case=case).price == 680 and rules(case, "issue")["YD-1.9"] == "met"
    with pytest.raises(Refused) as caught:
        do(case, "accept", "manager")
    assert caught.value.code == "same_hands"
    do(case, "accept", "engineer")
    assert rules(case, "accept")["YD-1.9"] == "met" and at(car, dear)[0] == 1


def test_SL_3_10_a_request_counts_whether_all_was_there_and_how_soon_it_was_in_the_hands() -> None:
    pump, shelf, central = part(), store(), store("浙江公司", "warehouse")
    fill(central, line(pump, 3))
    whole, short = moved(central, shelf, "PUMP-01 2"), moved(central, shelf, "PUMP-01 2")
    assert (rules(whole, "transfer").get("SL-3.10"), rules(short, "transfer").get("SL-3.10")) == ("met", "broken")
    clock = CaseClock.objects.get(case=whole, key="handover")
    assert "SL-3.10" in clock.clauses and clock.due_at
    for verb in ("pick", "issue", "accept"):
        do(whole, verb, "warehouse")
    clock.refresh_from_db()
    assert clock.status == "met" and rules(whole, "accept")["SL-3.10"] == "met"


def test_YD_1_4_as_a_repair_is_arranged_the_keeper_is_told_by_a_request_for_what_the_estimate_names() -> None:
    works.crew()
    store = works.stocked(works.STATION, "PUMP-01", 3)
    van_of = actions.open_van(Account.objects.get(pk=works.who("engineer").id))
    job = works.assigned(works.plan(parts="PUMP-01 2"))
    dispatcher.drain()
    record = Supply.objects.get(work=job)
    assert (record.source, record.destination, record.case.state, record.filled) == (store, van_of, "reserved", 1)
    assert at(store, part()) == (3, 2), "what the job holds is not held twice"
    told = Message.objects.filter(case=record.case, template__contains="supply_requested").values_list("to_account__login", flat=True)
    assert "warehouse" in told
    for verb, who in (("pick", "warehouse"), ("issue", "warehouse")):
        do(record.case, verb, who)
    engine.perform("supply", "accept", actor=works.who("engineer"), number=record.case.number)
    assert at(van_of, part()) == (2, 2)
    works.do(job, "assign", "planner", to=works.who("engineer").id)
    dispatcher.drain()
    assert Supply.objects.count() == 1, "asked once"
