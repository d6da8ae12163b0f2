"""One worked example a rule, named after its article: what is owed, and the day or the count at which it begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from xiuhao.kernel import policy
from xiuhao.kernel.time import zone
from xiuhao.product.queries import Assessment, Facts, Fault, Past, assess, verdict

pytestmark = pytest.mark.django_db
SOLD = date(2026, 1, 10)
TV = Facts("appliance", "tv", purchased_on=SOLD, price=Decimal(5000))
PHONE = Facts("electronics", "phone", purchased_on=SOLD, price=Decimal(4000))
CAR = Facts("vehicle", "car", purchased_on=SOLD, price=Decimal(200_000), mileage=2_000)


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone())


def repair(day: date, days: int | None = 1, **more: object) -> Past:
    return Past(at(day), at(day) + timedelta(days=days) if days is not None else None, **{"fault": "E1", **more})  # type: ignore[arg-type]


def after(days: int) -> date:
    return SOLD + timedelta(days=days)


def rule(found: Assessment, key: str) -> tuple[bool | None, tuple[str, ...]]:
    [one] = [one for one in found.remedies if one.rule == key]
    return one.open, one.gives


def opens(facts: Facts, key: str, yes: tuple[date, Fault], no: tuple[date, Fault]) -> None:
    assert (rule(assess(facts, *yes), key)[0], rule(assess(facts, *no), key)[0]) == (True, False), key


FAULTY = Fault(same="E1")


def test_general_rule_art_9_refund_exchange_or_repair_within_seven_days_of_the_sale() -> None:
    early = replace(TV, purchased_on=after(2))  # a Monday; of the Saturday see below
    opens(early, "within_7", (after(9), FAULTY), (after(10), FAULTY))
    found = assess(TV, after(7), FAULTY)
    [one] = [one for one in found.open if one.rule == "within_7"]
    assert one.gives == ("refund", "exchange", "repair") and one.refund == 5000 and "第九条" in one.basis.article


def test_general_rule_art_10_exchange_or_repair_within_fifteen_days() -> None:
    opens(replace(TV, purchased_on=after(2)), "within_15", (after(17), FAULTY), (after(18), FAULTY))
    assert not assess(TV, after(15), FAULTY).gives("refund")


def test_general_rule_art_11_exchange_after_two_repairs_of_the_same_fault_and_a_fee_for_who_wants_the_money() -> None:
    once = replace(TV, repairs=(repair(after(20)),))
    twice = replace(TV, repairs=(*once.repairs, repair(after(40), 3)))
    other = replace(TV, repairs=(*once.repairs, repair(after(40), fault="E2")))
    assert [rule(assess(each, after(100), FAULTY), "two_repairs")[0] for each in (once, twice, other)] == [False, True, False]
    assert rule(assess(twice, after(100)), "two_repairs")[0] is None, "which fault it is nobody has said"
    [fee] = [one for one in assess(twice, after(100), replace(FAULTY, stock=True)).open if one.rule == "two_repairs"]
    assert fee.refund == 5000 - Decimal("0.001") * 5000 * (100 - 1 - 3)
    [none] = [one for one in assess(twice, after(100), replace(FAULTY, stock=False)).open if one.rule == "two_repairs"]
    assert none.refund == 5000


def test_general_rule_exchange_where_parts_do_not_come_for_ninety_days_or_the_repairer_is_late_by_thirty() -> None:
    waiting = replace(TV, repairs=(replace(repair(after(20), None), waited=at(after(21), 0)),))
    opens(waiting, "waiting", (after(21 + 90), FAULTY), (after(21 + 89), FAULTY))
    late = replace(TV, repairs=(repair(after(20), 31, own_fault=True),))
    assert rule(assess(late, after(60), FAULTY), "own_fault")[0]
    assert not rule(assess(replace(TV, repairs=(repair(after(20), 31),)), after(60), FAULTY), "own_fault")[0]


def test_general_rule_time_in_repair_is_taken_out_of_the_period_and_an_exchange_starts_it_anew() -> None:
    assert verdict(TV, date(2027, 1, 11)).outcome == "uncertain", "the display has three years"
    held = replace(TV, repairs=(repair(after(20), 10), repair(after(25), 10)))
    found = verdict(held, date(2027, 1, 11))
    assert (found.outcome, found.until, found.excluded) == ("in", date(2027, 1, 25), 15), "days that overlap count once"
    assert verdict(replace(TV, exchanged_on=date(2026, 12, 1)), date(2027, 12, 1)).outcome == "in"
    assert verdict(TV, date(2027, 1, 10), fault=Fault(exclusions=("misuse",))).outcome == "out"


def test_catalogue_main_parts_have_three_years_and_a_fault_elsewhere_is_out() -> None:
    later = date(2028, 6, 1)
    assert verdict(TV, later).code == "warranty_parts"
    assert verdict(TV, later, fault=Fault(part="panel")).outcome == "in"
    assert verdict(TV, later, fault=Fault(part="other")).outcome == "out"


@pytest.mark.parametrize("sold", [TV, PHONE, replace(PHONE, category="laptop"), replace(PHONE, category="telephone")])
def test_civil_code_art_203_seven_and_fifteen_days_that_end_on_a_day_of_rest_end_with_the_day_after_it(sold: Facts) -> None:
    opens(sold, "within_7", (date(2026, 1, 19), FAULTY), (date(2026, 1, 20), FAULTY))  # Saturday the 17th
    opens(sold, "within_15", (date(2026, 1, 26), FAULTY), (date(2026, 1, 27), FAULTY))  # Sunday the 25th
    festival = replace(sold, purchased_on=date(2026, 2, 9))
    opens(festival, "within_7", (date(2026, 2, 24), FAULTY), (date(2026, 2, 25), FAULTY))
    working = replace(sold, purchased_on=date(2026, 2, 13))  # the fifteenth day is the Saturday on which all work for the festival
    opens(working, "within_15", (date(2026, 2, 28), FAULTY), (date(2026, 3, 1), FAULTY))
    why = [str(each) for one in assess(sold, after(3), FAULTY).open if one.rule == "within_7" for each in one.why]
    assert "2026-01-17 是法定休假日，最后一天顺延到 2026-01-19" in why


def test_telephone_and_computer_rules_a_period_that_ends_on_a_day_of_rest_ends_with_the_day_after_it() -> None:
    for sold in (PHONE, replace(PHONE, category="laptop"), replace(PHONE, category="telephone")):
        found = verdict(sold, date(2027, 1, 11))  # the year ends on Sunday the 10th
        assert (found.until, verdict(sold, date(2027, 1, 12)).outcome == "in") == (date(2027, 1, 11), False)
        assert found.reason.endswith("2027-01-10 是法定休假日，最后一天顺延到 2027-01-11"), found.reason
        assert assess(sold, date(2027, 1, 11), FAULTY).gives("repair")
    battery = replace(PHONE, purchased_on=date(2026, 1, 11))  # six months end on Saturday, 11 July
    assert [verdict(battery, date(2026, 7, day), fault=Fault(part="battery")).outcome for day in (13, 14)] == ["in", "out"]
    assert verdict(TV, date(2027, 1, 10)).until == date(2027, 1, 10), "the general rule says nothing of it: a tick at its row"


def test_telephone_rules_sixty_days_for_parts_a_battery_of_six_months_and_an_accessory_twice() -> None:
    assert verdict(PHONE, date(2026, 8, 1)).outcome == "in"
    assert verdict(PHONE, date(2026, 8, 1), fault=Fault(part="battery")).code == "warranty_part_out"
    waiting = replace(PHONE, repairs=(replace(repair(after(20), None), waited=at(after(21), 0)),))
    opens(waiting, "waiting", (after(21 + 60), FAULTY), (after(21 + 59), FAULTY))
    worn = replace(PHONE, repairs=(repair(after(20), parts=("charger",)), repair(after(40), parts=("charger",))))
    assert rule(assess(worn, after(60), Fault(part="charger")), "accessory") == (True, ("refund_part",))
    made = Facts("electronics", "phone", made_on=date(2026, 1, 1))
    assert verdict(made, date(2026, 6, 1)).start == date(2026, 4, 1), "without an invoice ninety days after it was made"


def test_fixed_telephone_rules_art_20_a_loaner_from_the_fourth_day() -> None:
    held = replace(PHONE, category="telephone", repairs=(repair(after(20), None),))
    opens(held, "loaner", (after(23), FAULTY), (after(22), FAULTY))


def test_repaired_computers_art_10_work_for_thirty_days() -> None:
    mended = Facts("electronics", "computer", purchased_on=date(2024, 1, 1), repairs=(repair(date(2026, 3, 1)),))
    opens(mended, "after_repair", (date(2026, 4, 1), FAULTY), (date(2026, 4, 2), FAULTY))


def test_cars_art_18_three_years_of_free_repair_and_two_of_exchange_whichever_limit_comes_first() -> None:
    day = date(2028, 6, 1)
    assert verdict(CAR, day).outcome == "in" and verdict(replace(CAR, mileage=60_001), day).outcome == "out"
    five = tuple(repair(after(20 * n)) for n in range(1, 6))
    opens(replace(CAR, repairs=five), "same_fault", (date(2028, 1, 10), FAULTY), (date(2028, 1, 11), FAULTY))
    assert not rule(assess(replace(CAR, repairs=five, mileage=50_001), after(200), FAULTY), "same_fault")[0]
    assert rule(assess(replace(CAR, repairs=five, mileage=None), after(200), FAULTY), "same_fault")[0] is None


def test_cars_art_20_22_and_23_the_first_days() -> None:
    engine, brakes = Fault(part="engine"), Fault(grave=True)
    opens(CAR, "car_60_assembly", (after(60), engine), (after(61), engine))
    opens(CAR, "car_7", (after(9), engine), (after(10), engine))  # the seventh day is a Saturday
    opens(CAR, "car_7", (after(7), engine), (after(7), Fault(part="other")))
    opens(CAR, "car_60_grave", (after(60), brakes), (after(60), FAULTY))
    assert not rule(assess(replace(CAR, mileage=3_001), after(30), brakes), "car_60_grave")[0]


def test_cars_art_21_a_loaner_from_the_sixth_day() -> None:
    held = replace(CAR, repairs=(repair(after(20), None),))
    opens(held, "loaner", (after(25), FAULTY), (after(24), FAULTY))


def test_cars_art_24_two_safety_repairs_assemblies_or_main_parts_thirty_days_or_more_than_four_repairs() -> None:
    def past(n: int, **more: object) -> Facts:
        return replace(CAR, repairs=tuple(repair(after(20 * i), **more) for i in range(1, n + 1)))  # type: ignore[arg-type]

    day, safety = after(200), Fault(safety=True, same="E1")
    assert [rule(assess(past(n, safety=True), day, safety), "safety_fault")[0] for n in (1, 2)] == [False, True]
    engine = Fault(part="engine")
    assert [rule(assess(past(n, assemblies=("engine",)), day, engine), "assembly_twice")[0] for n in (1, 2)] == [False, True]
    assert [rule(assess(past(n, parts=("crankshaft",)), day, Fault(part="crankshaft")), "part_twice")[0] for n in (1, 2)] == [False, True]
    assert [rule(assess(past(n), day, FAULTY), "same_fault")[0] for n in (4, 5)] == [False, True]
    assert [rule(assess(past(1, days=n), day, FAULTY), "total_days")[0] for n in (30, 31)] == [False, True]
    assert rule(assess(past(1, days=31, uncounted=24), day, FAULTY), "total_days")[0] is False


def test_cars_art_27_the_use_fee_is_price_times_kilometres_by_a_thousand_times_half_a_percent() -> None:
    found = assess(replace(CAR, mileage=12_345, repairs=(repair(after(20), 31),)), after(100), FAULTY)
    [one] = [one for one in found.open if one.rule == "total_days"]
    assert one.refund == 200_000 - Decimal("12345.00")
    assert any("12345" in str(each) for each in one.why)


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (24, 1), (25, 2), (48, 2), (49, 3)])
def test_cars_art_40_every_full_24_hours_are_a_day_and_so_is_the_rest(hours: int, days: int) -> None:
    from xiuhao.product.reckoning import repair_days

    assert repair_days(Past(at(SOLD), at(SOLD) + timedelta(hours=hours)), after(90)) == days


def test_consumer_law_art_23_25_proof_for_six_months_and_seven_days_from_the_day_after_the_receipt() -> None:
    bought = replace(TV, distance=True, delivered_on=date(2026, 1, 12))
    opens(bought, "distance", (date(2026, 1, 19), Fault(faulty=False)), (date(2026, 1, 20), Fault(faulty=False)))
    # What would end on a day of rest ends with the day after it (民法典 art. 203): a Saturday, the spring festival of 2026, and not a
    # Saturday on which everybody works for a holiday.
    for received, last in (
        (date(2026, 1, 10), date(2026, 1, 19)),
        (date(2026, 2, 10), date(2026, 2, 24)),
        (date(2026, 2, 21), date(2026, 2, 28)),
    ):
        shifted = replace(TV, distance=True, delivered_on=received)
        opens(shifted, "distance", (last, Fault(faulty=False)), (last + timedelta(days=1), Fault(faulty=False)))
    assert rule(assess(TV, after(3)), "distance")[0] is None and not rule(assess(replace(TV, distance=False), after(3)), "distance")[0]
    assert assess(bought, after(3)).burden_until == date(2026, 7, 12)
    exchanged = replace(bought, exchanged_on=date(2026, 12, 31))
    assert assess(exchanged, date(2027, 1, 5)).burden_until == date(2027, 6, 30), "of the piece that was handed over for it"


LIMITS: list[tuple[Facts, dict[str, tuple[int, str]]]] = [
    (CAR, {"answer": (10, "workday"), "carry_out": (20, "workday"), "delay": (15, "day")}),
    (replace(TV, province="浙江"), {"answer": (5, "day"), "carry_out": (3, "day")}),
]


@pytest.mark.parametrize(("facts", "limits"), LIMITS)
def test_cars_art_28_and_zhejiang_say_by_when_the_seller_answers(facts: Facts, limits: dict[str, tuple[int, str]]) -> None:
    found = {one.what: (one.number, one.unit) for one in assess(facts, after(30)).limits}
    assert found.items() >= limits.items()


ZHEJIANG: Callable[[Facts], Facts] = lambda facts: replace(facts, province="浙江")  # noqa: E731


def test_zhejiang_takes_no_fee_lends_after_five_days_and_lets_a_new_part_start_anew() -> None:
    twice = replace(TV, repairs=(repair(after(20)), repair(after(40))))
    [one] = [one for one in assess(ZHEJIANG(twice), after(100), replace(FAULTY, stock=True)).open if one.rule == "two_repairs"]
    assert one.refund == 5000 and one.gives == ("refund", "exchange")
    long = replace(TV, repairs=(repair(after(20), 36),))
    assert rule(assess(ZHEJIANG(long), after(100), FAULTY), "total_days")[0]
    assert "total_days" not in {one.rule for one in assess(long, after(100), FAULTY).remedies}
    opens(ZHEJIANG(replace(TV, repairs=(repair(after(20), None),))), "loaner", (after(25), FAULTY), (after(24), FAULTY))
    new = replace(TV, repairs=(repair(date(2028, 1, 1), parts=("panel",)),))
    assert [verdict(each, date(2030, 1, 1), fault=Fault(part="panel")).outcome for each in (new, ZHEJIANG(new))] == ["out", "in"]


def test_shandong_refunds_what_thirty_days_did_not_repair() -> None:
    held = replace(TV, province="山东", repairs=(repair(after(20), None),))
    opens(held, "long_repair", (after(50), FAULTY), (after(49), FAULTY))
