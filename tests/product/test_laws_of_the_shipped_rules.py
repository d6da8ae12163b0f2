"""What the issue asks of the rules as they ship, for every class and every province that has rules of its own: monotone in time, no
remedy appears by adding repair time, verdicts explained. Seeded chance; a failure names its device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from xiuhao.kernel import policy
from xiuhao.kernel.time import zone
from xiuhao.product import law, remedies, warranty
from xiuhao.product.catalogue import shipped
from xiuhao.product.facts import Facts, Fault, Past
from xiuhao.product.remedies import Assessment

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("laws")]
PROVINCES = ("", "浙江", "山东", "上海", "北京")
EACH = 12
BY_TIME = ("from_start", "after_repair", "distance", "resale")  # a first day, a last day, and nothing else
BY_REPAIR = ("total_days", "one_repair", "after_repair")  # time in repair is their very condition
Case = tuple[Facts, law.Law, date, Fault]


def _past(chance: Random, sold: date, on: date) -> Past:
    came = datetime(sold.year, sold.month, sold.day, 9, tzinfo=zone()) + timedelta(hours=chance.randrange(24 * max((on - sold).days, 1)))
    left = min(came + timedelta(hours=chance.randrange(1, 24 * 50)), datetime(on.year, on.month, on.day, 8, tzinfo=zone()))
    keys = (chance.choice(("engine", "compressor", "panel", "battery")),)
    return Past(came, max(left, came), chance.choice("ab"), chance.random() < 0.3, keys, keys, came, None, chance.random() < 0.5)


def _cases() -> Iterator[Case]:
    chance = Random(20261122)
    for kind in shipped():
        for province in PROVINCES:
            for _each in range(EACH):
                sold = date(2024, 3, 1) + timedelta(days=chance.randrange(900))
                on = sold + timedelta(days=chance.choice((3, 8, 14, 40, 61, 200, 400, 800, 1200)))
                facts = Facts(
                    kind.industry, kind.key, purchased_on=chance.choice((sold, sold, None)), made_on=sold - timedelta(days=40),
                    installed_on=chance.choice((None, sold + timedelta(days=9))), delivered_on=chance.choice((None, sold)),
                    province=province, mileage=chance.choice((None, 900, 2_900, 20_000, 70_000)), price=Decimal(3000),
                    distance=chance.choice((None, True, False)), resold_on=chance.choice((None, sold)), resold_km=0,
                    repairs=tuple(_past(chance, sold, on) for _n in range(chance.randrange(4))),
                )  # fmt: skip
                fault = Fault(
                    part=chance.choice(("", "engine", "compressor", "other")), same=chance.choice(("", "a")), grave=chance.random() < 0.3,
                    safety=chance.random() < 0.5, stock=chance.choice((None, True, False)),
                    proof=chance.choice(("", "", "copy", "made", "none")),
                    exclusions=chance.choice(((), (), ("misuse",))), no_service=chance.random() < 0.3,
                )  # fmt: skip
                yield facts, law.whole(facts, on), on, fault


@pytest.fixture(name="cases", scope="module")
def _kept(django_db_blocker: object, django_db_setup: None) -> list[Case]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        policy.current()
        return list(_cases())


def _ends(found: Assessment) -> tuple[object, ...]:
    return (found.verdict.until, *(cover.until for cover in found.verdict.parts))


def _open(found: Assessment) -> set[str]:
    return {one.rule for one in found.open}


def test_waiting_ends_and_never_begins_what_hangs_on_a_day(cases: list[Case]) -> None:
    ended = 0
    for facts, rules, on, fault in cases:
        past = replace(facts, repairs=tuple(one for one in facts.repairs if one.came.date() <= on))
        now, later = (remedies.assess(past, rules, day, fault) for day in (on, on + timedelta(days=45)))
        by_time = {rule.key for rule in rules.rules if rule.when in BY_TIME}
        closed = {one.rule for one in now.closed} & by_time
        assert not closed & _open(later), (facts, fault, on)
        assert (now.verdict.outcome, later.verdict.outcome) not in {("out", "in"), ("out", "uncertain")}, (facts, fault, on)
        if now.verdict.until and later.verdict.until and now.verdict.code == later.verdict.code:
            assert later.verdict.until >= now.verdict.until
        ended += len((_open(now) - _open(later)) & by_time) + (now.verdict.outcome == "in" and later.verdict.outcome != "in")
    assert ended > 50, "and much does end"


def test_more_time_in_repair_opens_only_what_is_owed_for_it(cases: list[Case]) -> None:
    opened = 0
    for facts, rules, on, fault in cases:
        if not facts.repairs:
            continue
        last = facts.repairs[-1]
        assert last.left is not None
        longer = replace(facts, repairs=(*facts.repairs[:-1], replace(last, left=last.left + timedelta(days=60))))
        before, after = remedies.assess(facts, rules, on, fault), remedies.assess(longer, rules, on, fault)
        counted = {rule.key for rule in rules.rules if rule.when in BY_REPAIR}
        new = _open(after) - _open(before) - counted
        if _ends(before) != _ends(after):  # the period stood still, or a part that was put in later starts later
            new -= {rule.key for rule in rules.rules if rule.when not in BY_TIME} | {"repair"}
        else:
            assert before.verdict.outcome == after.verdict.outcome
        assert not new, (new, facts, fault, on)
        opened += len((_open(after) - _open(before)) & counted)
    assert opened > 20, "and what is owed for time in repair does open"


def test_every_verdict_and_every_remedy_names_its_article_or_says_that_the_figure_is_ours(cases: list[Case]) -> None:
    seen = set()
    for facts, rules, on, fault in cases:
        found = remedies.assess(facts, rules, on, fault)
        seen.add(found.verdict.code)
        for text in (found.verdict.reason, *(str(each) for one in found.remedies for each in one.why)):
            assert text and "{" not in text and "None" not in text, text
        if rules.period:
            assert found.verdict.basis.article or found.verdict.basis.doubt, facts
        for one in found.remedies:
            assert one.why and one.gives and (one.basis.article or one.basis.doubt), one
    assert seen >= {"warranty_in", "warranty_out", "warranty_excluded", "warranty_no_proof", "warranty_made_over"}


def test_less_proof_opens_nothing(cases: list[Case]) -> None:
    taken = 0
    for facts, rules, on, fault in cases:
        whole, less = (remedies.assess(facts, rules, on, replace(fault, proof=proof)) for proof in ("", fault.proof or "none"))
        if facts.dated and fault.proof != "made":  # another day than that of the sale may open what the sale's had closed
            gained = {(one.rule, each) for one in less.open for each in one.gives} - {
                (one.rule, each) for one in whole.open for each in one.gives
            }
            assert not gained, (gained, facts, fault, on)
        taken += len(_open(whole)) > len(_open(less))
        if less.verdict.outcome == warranty.UNCERTAIN and not fault.proof and rules.proofs:
            assert less.verdict.code == "warranty_no_proof" and less.verdict.reason
    assert taken > 100
