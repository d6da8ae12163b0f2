"""Devices are registered once, learn what was not known, and are shown to whom they concern."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.harness import until
from tests.party.test_register_race import in_thread, waits_for_a_lock
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.product import actions, queries
from xiuhao.product.actions import Purchase
from xiuhao.product.models import Category, Device, Model

pytestmark = pytest.mark.django_db


@pytest.fixture
def fridge() -> Model:
    actions.load_catalogue()
    kind = Category.objects.get(key="fridge")
    return actions.save_model(cast.actor("manager"), Model(), category=kind, code="br-520", name="对开门冰箱", price=Decimal(5999))


def sold(serial: str, model: Model | None = None, customer: int | None = 1, **more: object) -> Device:
    return actions.register_device(cast.actor("agent"), Purchase(serial, model, customer=customer, **more))  # type: ignore[arg-type]


def code_of(act: object) -> str:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return refused.value.code


def test_the_catalogue_is_loaded_once_and_keeps_what_was_edited() -> None:
    actions.load_catalogue()
    before = Category.objects.count()
    Category.objects.filter(key="tv").update(zh="彩电")
    assert actions.load_catalogue() == 0
    assert (Category.objects.count(), Category.objects.get(key="tv").zh) == (before, "彩电")
    assert {c.industry for c in Category.objects.all()} == {"appliance", "electronics", "vehicle"}


def test_a_serial_has_one_form_however_it_was_typed(fridge: Model) -> None:
    made = sold(queries.normalise_serial("ｘｈ24 a0001－234"), fridge)
    assert made.serial == "XH24A0001-234"
    assert queries.by_serial(cast.actor("manager"), " xh24a0001-234 ") == made
    for wrong in ("", "ab", "序列号", "x" * 41, "A;drop table", "A" * 10_000):
        assert code_of(lambda wrong=wrong: queries.normalise_serial(wrong)) == "serial_invalid"


def test_a_device_is_registered_once_and_learns_what_was_not_known(fridge: Model) -> None:
    first = sold("XH24A0001", purchased_on=date(2026, 1, 2), customer=1)
    again = sold("XH24A0001", fridge, purchased_on=date(2020, 1, 1), price=Decimal(5000), customer=1)
    assert again == first
    again.refresh_from_db()
    assert (again.model, again.category, again.purchased_on, again.price) == (fridge, fridge.category, date(2026, 1, 2), Decimal(5000))
    assert code_of(lambda: sold("XH24A0001", fridge, customer=2)) == "serial_taken"
    again.refresh_from_db()
    assert again.customer_id == 1


def test_facts_that_cannot_be_are_refused(fridge: Model) -> None:
    for code, act in (
        ("date_ahead", lambda: sold("S-1", fridge, purchased_on=date(2199, 1, 1))),
        ("installed_before_purchase", lambda: sold("S-1", fridge, purchased_on=date(2026, 2, 1), installed_on=date(2026, 1, 1))),
        ("price_out_of_range", lambda: sold("S-1", fridge, price=Decimal(-1))),
        ("product_missing", lambda: sold("")),
        ("not_offered", lambda: sold("S-1", fridge, channel="moon")),
    ):
        assert code_of(act) == code
    assert not Device.objects.unscoped("test").exists()
    with pytest.raises(Refused) as refused:
        actions.register_device(cast.actor("finance"), Purchase("S-1", fridge))
    assert refused.value.status == 403


def test_a_batch_costs_no_more_statements_than_one(fridge: Model) -> None:
    sold("OLD-1", fridge)
    rows = [Purchase(f"SN-{n:05d}", fridge, customer=n + 1) for n in range(300)] + [
        Purchase("OLD-1", fridge, customer=1),
        Purchase("SN-00007"),
    ]
    rows += [Purchase("", fridge, customer=5), Purchase("", fridge, customer=6)]
    with CaptureQueriesContext(connection) as asked:
        found = actions.register_many(rows)
    assert len([q for q in asked if "clock_timestamp" not in q["sql"]]) == 2
    assert [d.serial for d in found[:300]] == [p.serial for p in rows[:300]]
    assert found[301].pk == found[7].pk
    assert {d.customer_id for d in found[302:]} == {5, 6}
    assert Device.objects.unscoped("test").count() == 303
    assert len({d.pk for d in found}) == 303


def test_P9_a_strange_serial_is_taken_as_pending_and_gives_nothing_away(fridge: Model) -> None:
    own = sold("MINE-1", fridge, customer=7)
    sold("THEIRS-1", fridge, customer=8)
    sold("STOCK-1", fridge, customer=None)
    with CaptureQueriesContext(connection) as asked:
        found = {serial: queries.claim(7, serial) for serial in ("MINE-1", "THEIRS-1", "STOCK-1", "UNKNOWN-1")}
    assert len(asked) == 4, "the same work for all of them"
    assert found["MINE-1"].device == own
    strangers = [found[serial] for serial in ("THEIRS-1", "STOCK-1", "UNKNOWN-1")]
    assert all(claim.pending and claim.device is None for claim in strangers)
    assert queries.claim(None, "STOCK-1").pending, "who is not known owns nothing"


def test_devices_are_seen_by_whom_they_concern(fridge: Model) -> None:
    unit = cast.unit("浙江公司").pk
    device = sold("XH24A0001", fridge, customer=7, unit=unit)
    by_dealer = actions.register_device(cast.actor("dealer"), Purchase("XH24A0002", fridge))
    for login, seen in (("manager", 2), ("outsider", 0), ("dealer", 1), ("engineer", 0), ("admin", 0), ("agent", 1)):
        assert Device.objects.visible_to(cast.actor(login)).count() == seen, login
    assert Device.objects.visible_to(Actor(kind="customer", customer=7)).get() == device
    assert queries.by_serial(cast.actor("dealer"), "xh24a0002") == by_dealer
    assert queries.by_serial(cast.actor("outsider"), "xh24a0001") is None
    assert queries.devices_of([7, 9]) == {7: [device], 9: []}


def test_models_are_edited_by_their_keepers_only(fridge: Model) -> None:
    with pytest.raises(Refused) as refused:
        actions.save_model(cast.actor("agent"), fridge, name="乱改")
    assert refused.value.status == 403
    manager = cast.actor("manager")
    assert fridge.code == "BR-520"
    assert code_of(lambda: actions.save_model(manager, Model(), category=fridge.category, code="BR-520", name="重复")) == "key_taken"
    assert code_of(lambda: actions.save_model(manager, Model(), category=fridge.category, code="", name="无型号")) == "name_missing"
    assert code_of(lambda: actions.save_category(manager, Category(), key="boat", zh="船", industry="navy")) == "not_offered"
    assert list(queries.models()) == [fridge]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_registrations_of_one_serial_at_once_are_one_device() -> None:
    found: list[object] = []
    with transaction.atomic():
        [first] = actions.register_many([Purchase("RACE-1", customer=1)])
        other = in_thread(lambda: actions.register_many([Purchase("RACE-1", customer=1)]), found)
        until(lambda: waits_for_a_lock() or not other.is_alive(), 30, "the second writer to wait")
    other.join(30)
    assert found == [[first]]
    assert Device.objects.unscoped("test").count() == 1
