"""Telephones that send everything at once, again, and what the books do not have. (O2 to O8 are in tests/fieldwork.)"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from tests import works
from tests.fieldwork.handset import DOOR, LOADED, Phone, job, sent
from xiuhao.kernel.models import Journal
from xiuhao.parts.models import Balance


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_O1_five_at_once_with_the_same_batch_do_it_once() -> None:
    case, phone = job(), Phone()
    acts = [phone.act(case, "depart", **LOADED), phone.act(case, "arrive", **DOOR), phone.act(case, "note", text="门口有狗")]
    bodies = [phone.body(*acts), phone.body(*acts[::-1]), phone.body(acts[2]), phone.body(*acts[:2]), phone.body(acts[1])]
    secret = phone.client.defaults["HTTP_AUTHORIZATION"]

    def post(body: str) -> Any:
        try:
            return Client(headers={"authorization": secret}).post("/app/api/sync", body, "application/json")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as crew:
        answers = list(crew.map(post, bodies))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert set(phone.send(*acts).values()) == {"done"}
    verbs = list(Journal.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))
    assert verbs[-3:] == ["depart", "arrive", "note"] and len(set(verbs)) == len(verbs)


@pytest.mark.django_db
def test_O9_a_part_that_was_used_without_a_network_was_used_and_the_van_owes_it() -> None:
    case, phone = job(), Phone()
    van = works.stocked("engineer", "PUMP-01", 1)
    acts = [
        phone.act(case, "depart", **LOADED),
        phone.act(case, "arrive", **DOOR),
        phone.act(case, "use_parts", parts=[{"part": "PUMP-01", "quantity": 2}]),
    ]
    assert list(phone.send(*acts).values()) == ["done"] * 3, sent(acts[2]).problem
    [balance] = Balance.objects.unscoped("test").filter(place=van)
    assert balance.quantity == Decimal(-1) and balance.owes
