"""Laws of the engine, for any device and any past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiuhao.product import remedies, warranty
from xiuhao.product.facts import Facts, Fault, Past
from xiuhao.product.law import Charge, Exclusion, Law, Limit, Part, Period, Promise, Proof, Rule
from xiuhao.product.reckoning import extended
from xiuhao.product.tables import WHEN

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = date(2024, 1, 1)
DAYS = st.integers(0, 1500).map(lambda n: START + timedelta(days=n))
HOURS = st.integers(0, 24 * 60)


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    came = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 24 * 1200)))
    left = came + timedelta(hours=draw(HOURS)) if draw(st.booleans()) else None
    waited = came if draw(st.booleans()) else None
    keys = tuple(draw(st.lists(st.sampled_from(("a", "b")), max_size=2)))
    fault, safety, own = draw(st.sampled_from(("x", "y"))), draw(st.booleans()), draw(st.booleans())
    return Past(came, left, fault, safety, keys, keys, waited, None, own, draw(st.integers(0, 30)))


MAYBE = st.one_of(st.none(), DAYS)
DEVICES = st.builds(
    Facts, industry=st.just("appliance"), category=st.just("tv"), purchased_on=MAYBE, installed_on=MAYBE, delivered_on=MAYBE,
    exchanged_on=st.one_of(st.none(), st.none(), DAYS), mileage=st.one_of(st.none(), st.integers(0, 80_000)),
    price=st.one_of(st.none(), st.decimals(0, 100_000, places=2)), distance=st.one_of(st.none(), st.booleans()),
    registered=st.booleans(), registered_on=MAYBE, made_on=MAYBE, resold_on=MAYBE, resold_km=st.one_of(st.none(), st.integers(0, 80_000)),
    repairs=st.lists(pasts(), max_size=5).map(tuple),
)  # fmt: skip
FAULTS = st.builds(
    Fault, faulty=st.booleans(), part=st.sampled_from(("", "a", "b", "other")), same=st.sampled_from(("", "x")), grave=st.booleans(),
    safety=st.booleans(), exclusions=st.sampled_from(((), ("misuse",))), stock=st.sampled_from((None, True, False)),
    proof=st.sampled_from(("", "", "copy", "made", "none")), no_service=st.booleans(),
)  # fmt: skip
_OF = {"from_start": "assembly", "one_repair": "waiting", "repairs": "safety"}
LAWS = st.builds(
    Law,
    period=st.one_of(
        st.none(),
        st.builds(
            Period, whole=st.integers(1, 40), start=st.sampled_from(("purchase", "delivered", "installed")),
            km=st.sampled_from((None, 60_000)), swap=st.integers(1, 24), swap_km=st.sampled_from((None, 50_000)), pauses=st.booleans(),
        ),
    ),
    exclusions=st.just((Exclusion("misuse", "使用不当"),)),
    proofs=st.just((Proof("copy", "复印件", gives=("exchange", "repair")),
                   Proof("made", "出厂日期", date="made", plus=90, gives=("repair",)))),
    parts=st.just((Part("a", months=24, assembly=True), Part("b", km=20_000))),
    rules=st.just(
        tuple(
            Rule(f"{when}{of}", when, 3, None, of, ("refund", "exchange"), True)
            for when in WHEN for of in ("any", _OF.get(when, "own"))
        )
    ),
    charge=st.sampled_from((None, Charge("daily", Decimal("0.1")), Charge("distance", Decimal("0.5")), Charge("daily"), Charge("none"))),
    limits=st.just((Limit("burden", 6, "month"),)),
    promises=st.just((Promise("replacement", months=42, registered=True, within=30), Promise("extension", months=30, registered=True))),
)  # fmt: skip


@few
@given(DEVICES, LAWS, DAYS, FAULTS)
def test_every_verdict_and_every_remedy_is_explained(facts: Facts, law: Law, on: date, fault: Fault) -> None:
    found = remedies.assess(facts, law, on, fault)
    assert found.verdict.outcome in warranty.OUTCOMES
    for text in (found.verdict.reason, *(str(each) for one in found.remedies for each in one.why)):
        assert text and "{" not in text and "None" not in text, text
    assert all(one.why and one.gives for one in found.remedies)


def test_where_nobody_knows_since_when_it_was_used_no_fee_is_made_up() -> None:
    rule = Rule("resale", "resale", 7, None, "any", ("refund",), True)
    law = Law(period=None, rules=(rule,), charge=Charge("daily", Decimal("0.1")))
    facts = Facts(industry="appliance", category="tv", price=Decimal(1000), resold_on=START)
    [found] = remedies.assess(facts, law, START, Fault(stock=True)).remedies
    assert found.open and found.refund is None and "起算日不明" in str(found.why[-1])


@few
@given(DEVICES, LAWS, DAYS, FAULTS, st.integers(1, 400))
def test_what_is_out_never_comes_in_again_by_waiting(facts: Facts, law: Law, on: date, fault: Fault, days: int) -> None:
    past = replace(facts, repairs=tuple(one for one in facts.repairs if one.came.date() <= on))
    if warranty.verdict(past, law, on, fault).outcome == "out":
        assert warranty.verdict(past, law, on + timedelta(days=days), fault).outcome == "out"


@few
@given(st.lists(pasts(), max_size=5), st.integers(0, 4), HOURS, st.integers(1, 24), DAYS)
def test_more_time_in_repair_never_makes_the_period_shorter(past: list[Past], at: int, more: int, months: int, on: date) -> None:
    longer = [replace(one, left=one.left + timedelta(hours=more)) if i == at and one.left else one for i, one in enumerate(past)]
    assert extended(START, months, longer, on)[0] >= extended(START, months, past, on)[0]
    assert extended(START, months, past[:at], on)[0] <= extended(START, months, past, on)[0]


@few
@given(DEVICES, LAWS, DAYS, FAULTS)
def test_a_period_that_does_not_stand_still_opens_no_remedy_that_a_standing_one_closes(
    facts: Facts, law: Law, on: date, fault: Fault
) -> None:
    if law.period is None:
        return
    running, standing = (
        {one.rule: one.open for one in remedies.assess(facts, replace(law, period=replace(law.period, pauses=pauses)), on, fault).remedies}
        for pauses in (False, True)
    )
    assert not [key for key, open_ in running.items() if open_ and key != "repair" and not standing[key]]


@few
@given(DEVICES, LAWS, DAYS, FAULTS)
def test_nobody_is_paid_back_more_than_the_price_or_less_than_nothing(facts: Facts, law: Law, on: date, fault: Fault) -> None:
    for one in remedies.assess(facts, law, on, fault).remedies:
        assert one.refund is None or (facts.price is not None and 0 <= one.refund <= facts.price)


@few
@given(DEVICES, LAWS, DAYS, FAULTS)
def test_an_excluded_fault_leaves_paid_repair_and_the_return_of_a_distance_sale_alone(
    facts: Facts, law: Law, on: date, fault: Fault
) -> None:
    found = remedies.assess(facts, law, on, replace(fault, exclusions=("misuse",)))
    assert {one.rule for one in found.open} <= {"repair", "distanceany", "distanceown"}
    assert not found.gives("repair")
