"""QR payments through a provider that speaks the protocol over HTTP: a callback books once, whatever comes again, late, wrong or forged."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests.billing.till import AT_80, D, billed
from tests.cast import actor
from xiuhao.billing import actions, charging, protocol, queries
from xiuhao.billing.cashier import Cashier, Order
from xiuhao.billing.models import Callback, Charge, Payment
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db


@pytest.fixture
def cashier(settings: Settings) -> Iterator[Cashier]:
    """The test provider, serving on loopback; its callbacks are delivered by the test."""
    with Cashier(merchant="m1", secret="of the test") as served:
        served.deliver = False
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        told = {"class": "xiuhao.billing.providers.Signed", "url": served.url, "merchant": "m1", "secret": "of the test"}
        settings.XIUHAO_PAY = told
        yield served
        served.shutdown()
        thread.join()


def post(call: tuple[str, dict[str, str], bytes]) -> int:
    path, headers, body = call
    sent = {name: value for name, value in headers.items() if name != "Content-Type"}
    return int(Client().post(path, body, content_type="application/json", headers=sent).status_code)


def paid(cashier: Cashier) -> tuple[Charge, Order]:
    charge = charging.ask(billed())
    return charge, cashier.pay(str(charge.pk))


def test_a_callback_books_once_however_often_it_comes(cashier: Cashier) -> None:
    charge, order = paid(cashier)
    assert charge.amount == AT_80 and order.amount == 89399 and charge.code == f"{cashier.url}/pay/{charge.pk}"
    call = cashier.callback(order)
    assert [post(call), post(call), post(cashier.callback(order))] == [200, 200, 200]
    charge.refresh_from_db()
    [booked] = Payment.objects.unscoped("test").all()
    assert (booked.amount, booked.way, booked.reference, charge.state) == (AT_80, "qr", order.transaction, "paid")
    assert not booked.name, "nobody's hands took it, and the provider's key is nobody's name"
    assert Callback.objects.get().times == 3 and queries.due(charge.bill.case_id) == 0


def test_a_forged_late_or_altered_callback_books_nothing(cashier: Cashier) -> None:
    _charge, order = paid(cashier)
    path, headers, body = cashier.callback(order)
    assert post((path, {**headers, protocol.SIGN: "0" * 64}, body)) == 403
    assert post((path, headers, body.replace(b"89399", b"1"))) == 403
    assert post((path.replace("signed", "other"), headers, body)) == 403
    assert post((path, {}, body)) == 403 and post((path, headers, b"x" * 20_000)) == 403
    with simulated(now() + timedelta(minutes=6)):
        assert post((path, headers, body)) == 403
    assert post(cashier.callback(order, currency="USD")) == 422 == post(cashier.callback(order, amount=1.5))
    assert not Payment.objects.unscoped("test").exists() and post((path, headers, body)) == 200


def test_a_wrong_amount_and_an_unknown_order_are_kept_for_finance(cashier: Cashier) -> None:
    charge, order = paid(cashier)
    assert post(cashier.callback(order, amount=1)) == 409 and post(cashier.callback(order, order=str(uuid4()))) == 404
    assert post(cashier.callback(order, order="no uuid")) == 404
    assert not Payment.objects.unscoped("test").exists()
    assert sorted(queries.odd_callbacks(actor("finance")).values_list("outcome", flat=True)) == ["amount", "unknown", "unknown"]
    assert not queries.odd_callbacks(actor("lead")).exists()
    assert post(cashier.callback(order)) == 200 and queries.due(charge.bill.case_id) == 0


def test_what_came_twice_shows_as_too_much_and_goes_back_by_the_provider_once(cashier: Cashier) -> None:
    charge, order = paid(cashier)
    actions.pay(charge.bill, AT_80, "cash", "", uuid4(), actor("finance"))
    assert post(cashier.callback(order)) == 200
    bill = queries.bill_of(charge.bill.case_id)
    assert bill is not None and bill.due == -AT_80 and bill in queries.bills(actor("finance"), standing="over")
    by_qr = Payment.objects.unscoped("test").get(way="qr")
    refund = actions.refund(by_qr, D("93.99"), "重复付款", uuid4(), actor("finance"))
    assert charging.pay_out() == 1 and charging.pay_out() == 0
    assert order.refunds == {str(refund.key): 9399} and refund.payout.done_at is None
    refund.payout.refresh_from_db()
    assert refund.payout.done_at is not None


def test_a_lost_callback_is_asked_for_and_a_code_that_nobody_pays_is_closed(cashier: Cashier) -> None:
    charge, _order = paid(cashier)
    assert charging.look_after() == 0
    with simulated(now() + timedelta(minutes=2)):
        assert charging.ask(charge.bill).pk == charge.pk, "the same code while it is open"
    Charge.objects.filter(pk=charge.pk).update(opened_at=now() - timedelta(minutes=2))
    assert charging.look_after() == 1 and queries.due(charge.bill.case_id) == 0
    other = charging.ask(billed())
    Charge.objects.filter(pk=other.pk).update(opened_at=now() - timedelta(hours=1), expires_at=now() - timedelta(minutes=45))
    assert charging.look_after() == 1
    other.refresh_from_db()
    assert other.state == "closed"


def test_without_a_provider_or_with_a_dead_one_it_is_said(cashier: Cashier, settings: Settings) -> None:
    bill = billed()
    settings.XIUHAO_PAY = {**settings.XIUHAO_PAY, "secret": "another"}
    with pytest.raises(Refused, match="provider_down"):
        charging.ask(bill)
    settings.XIUHAO_PAY = {"url": ""}
    with pytest.raises(Refused, match="provider_missing"):
        charging.ask(bill)
    assert Client().post("/money/callback/signed", json.dumps({}), content_type="application/json").status_code == 409
    assert charging.look_after() == 0
