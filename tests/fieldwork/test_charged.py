"""What a charged visit may come to: a yes that is shown, a price made anew, a list no higher than agreed; parts and place let go of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import works
from tests.cast import unit
from tests.pictures import photo
from tests.works import arrived, booked, do, plan, settled, who
from tests.works import station_at_work as station_at_work
from xiuhao.billing import papers as prices
from xiuhao.billing import queries as bills
from xiuhao.fieldwork import money, papers, queries
from xiuhao.fieldwork.models import Whereabouts, WorkOrder
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.parts import actions as parts
from xiuhao.parts import process as parts_process
from xiuhao.parts import queries as stores
from xiuhao.parts.models import Place, Price, Supply, SupplyLine
from xiuhao.roster import actions as roster
from xiuhao.ui.paper import Signs

pytestmark = pytest.mark.django_db


def charged(case: Case) -> Case:
    """There, diagnosed, out of warranty."""
    arrived(case)
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out")
    return do(case, "diagnose", **works.DIAGNOSIS)


PRICE = {"reason": "已过保修期", "minutes": 60, "parts_cost": "120"}


def test_who_is_not_on_the_way_any_more_is_nowhere_to_be_seen() -> None:
    for verb, given in (
        ("reschedule", {**works.window(30), "reason": "客户临时有事", "consent": True}),
        ("await_customer", {"note": "家里没人"}),
        ("cancel", {"reason": "客户不修了"}),
    ):
        case = booked(plan())
        do(case, "depart", loaded=True, position="30.2741,120.1551")
        assert list(queries.whereabouts(who("planner"))) == [who("engineer").id]
        do(case, verb, "planner", **given)
        assert not Whereabouts.objects.unscoped("test").exists(), verb


def test_HA_3_2_5_a_yes_by_signature_has_the_signature() -> None:
    case = do(charged(plan()), "quote", **PRICE)
    with pytest.raises(Refused) as caught:
        do(case, "agree", how="signature")
    assert "signature" in caught.value.fields and Case.objects.unscoped("test").get(pk=case.pk).state == "quoted"
    assert do(case, "agree", how="signature", signature=[photo(who("engineer"))]).state == "diagnosed"


def test_HA_3_2_5_a_quote_that_ran_out_or_is_not_enough_is_made_anew_and_nothing_goes_on_without_a_new_yes() -> None:
    case = do(charged(plan()), "quote", **PRICE)
    with simulated(now() + timedelta(days=60)), pytest.raises(Refused) as caught:
        do(case, "agree", how="phone")
    assert caught.value.code == "quote_expired"
    do(case, "quote", **{**PRICE, "parts_cost": "150"})
    do(case, "agree", how="phone")
    do(case, "repair", measure="mend")
    assert do(case, "quote", **{**PRICE, "parts_cost": "300"}).state == "quoted"
    assert WorkOrder.objects.get(pk=case.pk).agreed is None
    do(case, "agree", how="phone")
    assert do(case, "repair", measure="mend").state == "repairing"


def test_YD_1_6_what_costs_more_than_was_agreed_is_settled_as_quoted_or_not_at_all() -> None:
    works.stocked("engineer", "PUMP-01", 3)
    case = do(charged(plan()), "quote", **{**PRICE, "parts_cost": "80"})
    agreed = bills.quote_of(case.pk)
    assert agreed is not None
    do(case, "agree", how="phone")
    do(case, "repair", measure="mend")
    do(case, "use_parts", parts="PUMP-01 2")
    works.shoot(case, "before", "after")
    works.tick(case, "running")
    do(case, "finish", solution="补漏")
    do(case, "check", passed="yes")
    with pytest.raises(Refused) as caught:
        do(case, "settle")
    assert caught.value.code == "bill_above_quote" and bills.bill_of(case.pk) is None
    do(case, "settle", as_quoted=True)
    made = bills.bill_of(case.pk)
    assert made is not None and made.total == agreed.total > 0


def test_who_declines_the_price_leaves_the_parts_to_others() -> None:
    store = works.stocked(works.STATION, "PUMP-01", 3)
    case = plan(parts="PUMP-01 2")
    arrived(case)
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out")
    do(case, "diagnose", **works.DIAGNOSIS)
    assert next(iter(stores.on_hand(store.pk).values())).free == 1
    do(case, "quote", **PRICE)
    assert do(case, "decline", how="phone").state == "aborted"
    dispatcher.drain()
    assert next(iter(stores.on_hand(store.pk).values())).free == 3


def test_HA_3_2_5_a_dearer_price_declined_in_the_middle_of_the_work_ends_nothing_and_what_was_agreed_stands_again() -> None:
    store = works.stocked(works.STATION, "PUMP-01", 3)
    case = plan(parts="PUMP-01 2")
    do(charged(case), "quote", **PRICE)
    do(case, "agree", how="phone")
    agreed = bills.quote_of(case.pk)
    assert agreed is not None
    do(case, "repair", measure="mend")
    do(case, "quote", **{**PRICE, "minutes": 120, "parts_cost": "300"})
    dearer = bills.quote_of(case.pk)
    assert dearer is not None and dearer.total > agreed.total
    assert do(case, "decline", how="phone", note="太贵").state == "repairing"
    dispatcher.drain()
    stands, record = bills.quote_of(case.pk), WorkOrder.objects.get(pk=case.pk)
    assert stands is not None and (stands.pk, stands.state, stands.total) == (agreed.pk, "accepted", agreed.total)
    assert (record.agreed, record.minutes, record.charge_reason) == (True, 60, "已过保修期")
    dearer.refresh_from_db()
    assert (dearer.state, dearer.was, dearer.decided_why) == ("void", "declined", "太贵") and "客户不同意" in dearer.answer
    assert next(iter(stores.on_hand(store.pk).values())).free == 1, "the parts are still the job's"
    works.shoot(case, "before", "after")
    works.tick(case, "running")
    do(case, "finish", solution="补漏")
    do(case, "check", passed="yes")
    do(case, "settle", as_quoted=True)
    made = bills.bill_of(case.pk)
    assert made is not None and made.total == agreed.total


def test_a_no_is_taken_though_the_price_ran_out_and_before_the_work_it_leads_back_to_what_was_found() -> None:
    case = do(charged(plan()), "quote", **PRICE)
    do(case, "agree", how="phone")
    do(case, "quote", **{**PRICE, "parts_cost": "300"})
    with simulated(now() + timedelta(days=60)):
        assert do(case, "decline", how="phone").state == "diagnosed"
    assert do(case, "repair", measure="mend").state == "repairing"
    alone = do(charged(plan()), "quote", **PRICE)
    with simulated(now() + timedelta(days=60)):
        assert do(alone, "decline", how="phone").state == "aborted", "nothing was agreed before"


def test_the_hand_by_which_a_price_was_agreed_to_stands_under_it_with_moment_and_who_took_it() -> None:
    def hand(case: Case, by: str = "engineer") -> tuple[str, bytes]:
        sheet = prices.quote(case, WorkOrder.objects.get(pk=case.pk), who(by))
        [label, picture] = next(block for block in sheet.blocks if isinstance(block, Signs)).places[0]
        return str(label), bytes(picture)

    case = do(charged(plan()), "quote", **PRICE)
    assert hand(case) == ("客户签字", b"")
    picture = photo(who("engineer"))
    do(case, "agree", how="signature", signature=[picture])
    label, shown = hand(case)
    at = bills.quote_of(case.pk).decided_at  # type: ignore[union-attr]
    assert at is not None and shown.startswith(b"\x89PNG") and f"{local(at):%Y-%m-%d %H:%M}" in label and who("engineer").name in label
    found = bills.quote_of(case.pk)
    assert found is not None
    portal = next(block for block in bills.sheet(found).blocks if isinstance(block, Signs))
    assert portal.places[0][1] == b"", "a link that goes from hand to hand shows nobody's"
    do(case, "quote", **{**PRICE, "parts_cost": "300"})
    assert hand(case) == ("客户签字", b""), "of another price it says nothing"
    do(case, "decline", how="phone")
    assert hand(case) == (label, shown), "what was agreed to stands again"
    spoken = do(charged(plan()), "quote", **PRICE)
    do(spoken, "agree", how="phone")
    assert hand(spoken) == ("客户签字", b"")


def test_a_hand_under_the_price_is_not_the_hand_under_the_service() -> None:
    case = do(charged(plan()), "quote", **PRICE)
    do(case, "agree", how="signature", signature=[photo(who("engineer"))])

    def hand() -> bytes:
        sheet = papers.service_sheet(case, WorkOrder.objects.get(pk=case.pk), who("engineer"))
        signs = next(block for block in sheet.blocks if isinstance(block, Signs))
        return bytes(signs.places[0][1])

    assert hand() == b"", "the price was agreed to, the service is not done"
    do(case, "repair", measure="mend")
    works.shoot(case, "before", "after")
    works.tick(case, "running")
    do(case, "finish", solution="补漏")
    do(case, "check", passed="yes")
    do(case, "explain", **works.TOLD)
    do(case, "settle", as_quoted=True)
    do(case, "sign", signed_how="screen", signature=[photo(who("engineer"))])
    assert hand()


def test_YD_1_9_parts_that_are_named_are_quoted_one_by_one_at_the_lists_price_and_the_tiers_share() -> None:
    works.stocked("engineer", "PUMP-01", 4, "80.10")
    case = charged(plan(parts="PUMP-01 1"))
    WorkOrder.objects.filter(pk=case.pk).update(tier="advanced")
    told = {"reason": "已过保修期", "minutes": 60}
    with pytest.raises(Refused) as caught:
        do(case, "quote", **told)
    assert "parts_cost" in caught.value.fields
    do(case, "quote", **told, parts="PUMP-01 2")
    made = bills.quote_of(case.pk)
    assert made is not None
    [pump] = made.lines.filter(kind="part")
    assert (pump.name, pump.quantity, pump.price, pump.listed) == ("水泵 PUMP-01", 2, Decimal("80.10"), Decimal("160.20"))
    assert pump.amount == (Decimal("160.20") * made.share).quantize(Decimal("0.01"))
    settled(case, "PUMP-01 2")
    listed = bills.bill_of(case.pk)
    assert listed is not None and listed.total == made.total, "what was built in is what was quoted"


def test_a_part_without_a_price_is_quoted_by_what_it_is_told_to_cost() -> None:
    works.stocked("engineer", "PUMP-01", 4)
    Price.objects.all().delete()
    case = charged(plan())
    with pytest.raises(Refused) as caught:
        do(case, "quote", reason="已过保修期", minutes=60, parts="PUMP-01 1")
    assert caught.value.code == "part_unpriced"
    do(case, "quote", **PRICE, parts="PUMP-01 1")
    made = bills.quote_of(case.pk)
    assert made is not None and [(line.name, line.price) for line in made.lines.filter(kind="part")] == [("零件", Decimal(120))]


def test_a_long_way_is_charged_as_the_price_list_says_and_a_telephone_knows_it() -> None:
    def quoted(home: tuple[float, float]) -> list[tuple[str, Decimal]]:
        for login in ("engineer", "engineer2"):
            roster.set_home(SYSTEM, Account.objects.get(login=login).pk, *home, Decimal(1))
        case = do(charged(plan(position="30.2741,120.1551")), "quote", **PRICE)
        made = bills.quote_of(case.pk)
        assert made is not None
        list_ = money.prices(WorkOrder.objects.get(pk=case.pk))
        assert {row["name"] for row in list_["rows"]} == {line.name for line in made.lines.all()} - {"零件"}
        assert Decimal(list_["share"]) == made.share
        return [(line.name, line.price) for line in made.lines.all()]

    near, far = quoted((30.28, 120.15)), quoted((30.05, 120.15))
    assert set(far) - set(near) == {("远程上门加收", Decimal(50))}


def _more(code: str, store: str, quantity: int = 3) -> Place:
    """Another part in a store."""
    [part] = parts.load_parts(SYSTEM, [{"code": code, "zh": "阀", "en": "Valve", "price": Decimal(50)}], local(now()).date())
    place = parts.open_place("station", unit(store))
    parts.receive(place.pk, [parts.Line(part.pk, Decimal(quantity))], SYSTEM)
    return place


def _free(place: Place) -> dict[str, Decimal]:
    return {row.part.code: row.free for row in stores.on_hand(place.pk).values()}


def _dearer(van: bool = False) -> tuple[Case, Place]:
    """Two pumps are needed and agreed to; a dearer quote names a third and a valve, and is to be decided."""
    store = works.stocked(works.STATION, "PUMP-01", 4)
    _more("VALVE-01", works.STATION)
    if van:
        parts.open_van(Account.objects.get(login="engineer"))
    case = plan(parts="PUMP-01 2")
    do(charged(case), "quote", **PRICE)
    do(case, "agree", how="phone")
    do(case, "repair", measure="mend")
    dispatcher.drain()
    do(case, "quote", **{**PRICE, "parts_cost": "300", "parts": "PUMP-01 3\nVALVE-01 1"})
    dispatcher.drain()
    assert _free(store) == {"PUMP-01": 1, "VALVE-01": 2}
    return case, store


@pytest.mark.parametrize("van", [False, True])
def test_what_only_the_declined_price_named_is_left_to_others_and_what_was_agreed_stays(van: bool) -> None:
    case, store = _dearer(van)
    assert do(case, "decline", how="phone", note="太贵").state == "repairing"
    dispatcher.drain()
    assert _free(store) == {"PUMP-01": 2, "VALVE-01": 3}
    assert [(one.part.code, one.quantity, one.held) for one in stores.needs_for(case.pk)] == [("PUMP-01", 2, 2)]


def test_what_was_handed_out_for_the_declined_price_stays_in_the_van_and_an_agreed_one_keeps_its_parts() -> None:
    case, store = _dearer()
    van = parts.open_van(Account.objects.get(login="engineer"))
    [valve] = [one.part for one in stores.needs_for(case.pk) if one.part.code == "VALVE-01"]
    parts.issue(case.pk, store.pk, van.pk, [parts.Line(valve.pk, Decimal(1))], SYSTEM)
    do(case, "decline", how="phone")
    dispatcher.drain()
    assert _free(store) == {"PUMP-01": 2, "VALVE-01": 2} and stores.on_hand(van.pk)[valve.pk].held == 1


def test_a_request_that_only_the_declined_price_made_is_withdrawn_and_its_like_for_an_agreed_one_stays() -> None:
    case, store = _dearer(van=True)
    [first] = Supply.objects.filter(work=case)
    assert [(line.part.code, line.wanted) for line in SupplyLine.objects.filter(case_id=first.pk)] == [("PUMP-01", 2)]
    engine.perform("supply", "cancel", actor=SYSTEM, number=first.case.number, given={"why": "重新申请"})
    parts_process.inform(Case.objects.unscoped("test").get(pk=case.pk))
    do(case, "decline", how="phone")
    dispatcher.drain()
    [open_one] = Supply.objects.filter(work=case, case__is_open=True)
    assert [(line.part.code, line.wanted, line.held) for line in SupplyLine.objects.filter(case_id=open_one.pk)] == [("PUMP-01", 2, 2)]
    assert _free(store) == {"PUMP-01": 2, "VALVE-01": 3}
