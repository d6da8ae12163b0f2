"""A lost invoice is no exclusion: what may stand for it says from which day it runs and what may be claimed; else it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.product.test_pages import at, device, fridge
from xiuhao.kernel import policy
from xiuhao.kernel.time import local, now
from xiuhao.product.law import Period, longest
from xiuhao.product.models import Device
from xiuhao.product.queries import Facts, Fault, assess, verdict

__all__ = ["device", "fridge"]
pytestmark = pytest.mark.django_db
PHONE = Facts("electronics", "phone", made_on=date(2026, 1, 1))


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def test_without_an_invoice_the_day_of_making_gives_free_repair_and_its_end_is_no_refusal_until_the_invoice_was_asked_for() -> None:
    inside, after = date(2026, 4, 3), date(2027, 4, 2)
    found = assess(PHONE, inside)
    assert (found.verdict.start, found.verdict.outcome) == (date(2026, 4, 1), "in")
    assert [one.open for one in found.remedies if one.rule == "within_7"] == [None], "an invoice may still turn up"
    stated = assess(PHONE, inside, Fault(proof="made"))
    assert [one.open for one in stated.remedies if one.rule == "within_7"] == [True] and not stated.gives("refund")
    assert verdict(PHONE, date(2026, 2, 1)).outcome == "in", "broken before the day from which it is taken to run"
    assert verdict(PHONE, date(2025, 12, 31)).code == "warranty_date_ahead"
    assert verdict(PHONE, after).code == "warranty_made_over"
    assert verdict(PHONE, after, fault=Fault(proof="made")).outcome == "out"


def test_nothing_at_all_is_uncertain_and_names_what_would_do() -> None:
    sold = replace(PHONE, purchased_on=date(2026, 3, 1))
    found = verdict(sold, date(2026, 3, 5), fault=Fault(proof="none"))
    assert found.outcome == "uncertain" and "机身号所示出厂日期" in found.reason
    assert verdict(replace(sold, made_on=None), date(2026, 3, 5), fault=Fault(proof="made")).code == "warranty_no_made"
    assert verdict(sold, date(2026, 3, 5), fault=Fault(proof="order")).outcome == "in"


def test_a_part_whose_period_may_begin_later_is_not_out_while_the_installation_is_unknown() -> None:
    cold = Facts("appliance", "aircon", purchased_on=date(2024, 8, 1))
    over, broken = date(2027, 8, 2), Fault(part="compressor")
    assert verdict(cold, over, fault=broken).code == "warranty_no_install"
    assert verdict(replace(cold, installed_on=date(2024, 9, 1)), over, fault=broken).outcome == "in"
    assert verdict(replace(cold, installed_on=date(2024, 8, 1)), over, fault=broken).outcome == "out"


def test_a_floor_takes_the_place_of_a_shorter_period_only() -> None:
    six = Period(6, least=True)
    assert [longest(each) for each in ([Period(3), six], [Period(12), six], [six], [])] == [six, Period(12), six, None]


def test_the_page_of_a_device_asks_for_proof_and_says_what_it_gives(device: Device) -> None:
    sold = local(now()).date() - timedelta(days=30)
    Device.objects.unscoped("test").filter(pk=device.pk).update(purchased_on=sold, delivered_on=sold, made_on=sold)
    agent = at("agent")
    none, made, other = (agent.get(f"/devices/{device.pk}/?proof={proof}").content.decode() for proof in ("none", "made", "nonsense"))
    assert "没有发票和三包凭证；可以凭" in none and "本企业的购买登记" in none
    assert "凭机身条码所示出厂日期" in made and "企业默认" in made
    assert "没有发票" not in other
