"""Finance's pages: what is due, taken in a dialog once however often it is sent, given back, taken away as Excel."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client

from tests import cast
from tests.billing.till import AT_80, billed
from xiuhao.billing import actions
from xiuhao.billing.models import Payment
from xiuhao.kernel.models import Reveal

pytestmark = pytest.mark.django_db


def desk(login: str) -> Client:
    client = Client()
    client.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return client


def test_a_bill_is_found_paid_once_receipted_and_given_back() -> None:
    bill, client = billed(), desk("finance")
    assert bill.number in client.get("/money/bills?standing=due").content.decode()
    here = f"/money/bills/{bill.pk}"
    form = client.get(f"{here}/pay").content.decode()
    action = re.findall(rf'action="({here}/pay\?key=[^"]+)"', form)[0]
    sent = {"amount": "893.99", "way": "cash", "reference": ""}
    assert [client.post(action, sent).status_code for _n in range(2)] == [303, 303]
    payment = Payment.objects.unscoped("test").get()
    assert payment.amount == AT_80 and "已结清" in client.get(here).content.decode()
    assert client.post(f"{here}/receipt", {"kind": "receipt"}).status_code == 303
    refund = re.findall(r'action="([^"]+refund\?key=[^"]+)"', client.get(f"/money/payments/{payment.pk}/refund").content.decode())[0]
    assert client.post(refund, {"amount": "10", "reason": ""}).status_code == 422
    assert client.post(refund, {"amount": "10", "reason": "打折"}).status_code == 303
    page = client.get(here).content.decode()
    assert "已部分退款" in page and "打折" in page
    refund = re.findall(r'action="([^"]+refund\?key=[^"]+)"', client.get(f"/money/payments/{payment.pk}/refund").content.decode())[0]
    assert client.post(refund, {"amount": "20", "reason": "记错", "again": "on"}).status_code == 303
    assert "部分已付" in client.get(here).content.decode(), "what is to be paid again is asked for"
    assert desk("lead").get(here).status_code == 200 and desk("lead").get(f"/money/payments/{payment.pk}/refund").status_code == 403
    assert desk("outsider").get(here).status_code == 404 and desk("engineer").get("/money/bills").status_code == 403


def test_lists_are_taken_away_as_numbers_and_that_is_kept() -> None:
    bill = billed()
    actions.pay(bill, AT_80, "transfer", "=1+1", uuid4(), cast.actor("finance"))
    client = desk("finance")
    answer = client.get("/money/payments.xlsx?way=transfer")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[1][3] == float(AT_80) and rows[1][6] == "=1+1" and rows[1][4] == bill.number
    assert Reveal.objects.get(subject="export:payments").actor_name == "财务费"
    for what in ("bills", "earnings"):
        assert client.get(f"/money/{what}.xlsx").status_code == 200
    assert client.get("/money/nothing.xlsx").status_code == 404 == client.get("/money/bills/999999").status_code
    assert client.get("/money/bills?standing=all").status_code == 400


def test_a_transfer_has_its_number_and_cash_needs_none() -> None:
    bill, client = billed(), desk("finance")
    sent = {"amount": "10", "way": "transfer", "reference": ""}
    assert client.post(f"/money/bills/{bill.pk}/pay", sent).status_code == 422 and not Payment.objects.unscoped("test").exists()
    for given in ({"reference": "ICBC 77"}, {"way": "cash"}):
        assert client.post(f"/money/bills/{bill.pk}/pay", sent | given).status_code == 303
