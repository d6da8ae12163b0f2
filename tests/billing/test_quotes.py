"""A quote says what it costs, why and until when; the first answer counts; nobody is charged more than they agreed to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.billing.till import AT_80, ITEMS, LISTED, D, case, quoted
from tests.cast import actor
from xiuhao.billing import actions, queries, sums
from xiuhao.billing.models import Quote
from xiuhao.billing.sums import Item
from xiuhao.contract import queries as contracts
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated

pytestmark = pytest.mark.django_db


def test_every_line_is_rounded_half_up_by_itself_and_the_sum_is_that_of_the_lines() -> None:
    lines = sums.priced([Item("other", "a", D(1), D("0.05")), Item("other", "b", D(3), D("0.35"))], D("0.5"))
    assert [one.amount for one in lines] == [D("0.03"), D("0.53")] and sums.total(lines) == (D("1.10"), D("0.56"))
    made = quoted()
    assert (made.listed, made.total, made.state) == (LISTED, AT_80, "open")
    assert [line.amount for line in made.lines.all()] == [D("144.00"), D("719.99"), D("30.00")]
    assert made.total == sum(line.amount for line in Quote.objects.unscoped("test").get(pk=made.pk).lines.all())


@pytest.mark.parametrize(
    ("item", "share", "code"),
    [
        (Item("part", "x", D(0), D(1)), D(1), "item_bad"),
        (Item("part", "x", D(1), D("1.001")), D(1), "item_bad"),
        (Item("part", "x", D(1), D(-1)), D(1), "item_bad"),
        (Item("part", "x", D("NaN"), D(1)), D(1), "item_bad"),
        (Item("gift", "x", D(1), D(1)), D(1), "item_bad"),
        (Item("part", " ", D(1), D(1)), D(1), "item_bad"),
        (Item("part", "x", D(1), D(1)), D("1.01"), "share_bad"),
    ],
)
def test_what_cannot_be_is_refused(item: Item, share: Decimal, code: str) -> None:
    with pytest.raises(Refused, match=code):
        sums.priced([item], share)


def test_a_quote_needs_its_reason_and_one_of_nothing_needs_no_answer() -> None:
    job = case()
    with pytest.raises(Refused, match="quote_reason"):
        actions.estimate(job, ITEMS, D(1), " ", actor("agent"))
    assert queries.quote_of(job.pk) is None and not queries.settled(job.pk)
    with pytest.raises(Refused, match="quote_basis"):
        actions.estimate(job, ITEMS, D("0.8"), "已过保修期", actor("agent"))
    free = actions.estimate(job, [Item("labour", "维修工时费", D(1), D(120))], D(0), "", actor("agent"))
    assert free.state == "free" and queries.settled(job.pk)


def test_the_first_answer_counts_a_new_quote_voids_the_old_and_late_is_late() -> None:
    first = quoted()
    assert first.valid_until == local(now()).date() + timedelta(days=7)
    with simulated(now() + timedelta(days=8)), pytest.raises(Refused, match="quote_expired"):
        actions.decide(first, True, "link", actor("agent"))
    second = quoted(first.case)
    with pytest.raises(Refused, match="quote_void"):
        actions.decide(first, True, "link", actor("agent"))
    assert actions.decide(second, False, "phone", actor("agent"), why="太贵").state == "declined"
    with pytest.raises(Refused, match="quote_decided"):
        actions.decide(second, True, "phone", actor("agent"))
    assert not queries.settled(first.case_id) and [second.number, first.number] == [f"{first.case.number}-Q2", f"{first.case.number}-Q1"]


@pytest.mark.parametrize(
    ("tier", "verdict", "total"),
    [
        ("basic", "in", "0"),
        ("basic", "out", "80.00"),
        ("intermediate", "out", "70.00"),
        ("advanced", "out", "60.00"),
        ("vip", "out", "60.00"),
    ],
)
def test_a_phone_costs_what_its_tier_says_and_the_quote_says_by_which_rule(tier: str, verdict: str, total: str) -> None:
    """SL-2.3, SL-2.4, SL-2.5 in money."""
    found = contracts.price_share(tier, verdict, {"category": "phone", "industry": "electronics"})
    assert found is not None
    words = contracts.price_words(tier, verdict, {"category": "phone", "industry": "electronics"})
    made = actions.estimate(case(), [Item("part", "屏幕", D(1), D(100))], found[0], "已过保修期", actor("agent"), basis=words)
    assert (made.total, made.listed, made.state) == (D(total), D(100), "open" if D(total) else "free")
    assert made.basis == words and (verdict == "in" or f"{made.percent}%" in words)


def test_no_list_without_consent_none_above_the_quote_and_a_cheaper_one_is_fine() -> None:
    quote = quoted()
    with pytest.raises(Refused, match="quote_missing") as caught:
        actions.settle(quote.case, ITEMS, actor("agent"))
    assert caught.value.clauses == ("HA-3.2.5",)
    actions.decide(quote, True, "signature", actor("agent"))
    with pytest.raises(Refused, match="bill_above_quote"):
        actions.settle(quote.case, (*ITEMS, Item("other", "清洗", D(1), D("0.02"))), actor("agent"))
    bill = actions.settle(quote.case, ITEMS[:2], actor("agent"))
    assert bill.total == D("863.99") and bill.share == D("0.8") and queries.due(quote.case_id) == D("863.99")
    again = actions.settle(quote.case, ITEMS, actor("agent"))
    bill.refresh_from_db()
    assert bill.voided_at and again.number.endswith("-B2") and queries.bill_of(quote.case_id) == again


def test_links_lead_to_their_own_paper_only_and_end() -> None:
    quote = quoted()
    raw = queries.token("quote", quote.case, quote.version)
    other = raw[:-6] + ("A" if raw[-6] != "A" else "B") + raw[-5:]
    assert queries.quote_by(raw) == quote and queries.bill_by(raw) is None and queries.quote_by(other) is None
    assert raw not in str(Quote.objects.unscoped("test").filter(pk=quote.pk).values()) and queries.link(quote).endswith(raw)
    with simulated(now() + timedelta(days=200)):
        assert queries.quote_by(raw) is None and queries.link(quote) == ""


def test_the_price_list_says_labour_and_way_and_the_night_costs_more() -> None:
    near = queries.tariff({"service": "repair", "grade": "onsite", "minutes": 100})
    assert [(i.kind, i.quantity, i.price) for i in near] == [("labour", D(2), D(120)), ("travel", D(1), D(30))]
    far = queries.tariff({"service": "repair", "grade": "senior", "minutes": 30, "distance": D("35.5")})
    assert sum(i.quantity * i.price for i in far) == D(60) + 80 + 30 + 50
    assert queries.tariff({"service": "repair", "grade": "remote"})[0].kind == "labour"
