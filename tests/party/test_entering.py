"""V1: who types a number that belongs to a customer out of sight gets the very answer that a new number gets."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from xiuhao.party import actions, queries
from xiuhao.party.models import Customer

pytestmark = pytest.mark.django_db
WANG, NOBODY = "13800138000", "13800138007"
TOLD = {"name": "魏某", "kind": "person", "language": "cmn", "address": "四川省成都市锦江区春熙路1号", "unit": "", "notes": ""}


@pytest.fixture
def wang() -> Customer:
    home = "浙江省杭州市西湖区文三路 12 号"
    return actions.register(phone=WANG, name="王小明", address=home, unit=cast.unit("一组").pk, notes="canary-of-wang")


def entered(login: str, phone: str, **more: str) -> tuple[int, str]:
    """POST /customers/new: the id it leads to, and the page there."""
    client = Client()
    client.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    answer = client.post("/customers/new", {**TOLD, "phone": phone, **more})
    assert answer.status_code == 303, answer.content.decode()
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return int(answer["Location"].strip("/").rsplit("/")[-1]), page.content.decode()


def alike(page: str, pk: int) -> str:
    """The page without what differs from one customer to the next: ids, times, tokens."""
    page = re.sub(r"<time.*?</time>|<script.*?</script>|csrf\S+|nonce=\S+", "", page, flags=re.DOTALL)
    page = re.sub(rf"customers/{pk}/|customer={pk}\b|party\.\w+[:/]\d+|/(phone|address)/\d+/|ticket/call\S+", "", page)
    return re.sub(r"\d{3}\*{4}\d{4}", "NUMBER", re.sub(r'value="[\w-]{30,}"', "", page))


def test_V1_a_number_known_elsewhere_is_answered_like_an_unknown_one(wang: Customer) -> None:
    known, page = entered("outsider", WANG)
    fresh, other = entered("outsider", NOBODY)
    assert known != wang.pk and alike(page, known) == alike(other, fresh)
    assert not any(canary in page for canary in ("王*明", "西湖", "canary-of-wang", f"/customers/{wang.pk}/"))
    wang.refresh_from_db()
    assert (wang.name, wang.aliases, queries.dress([wang])[0].places[0].province) == ("王小明", "", "浙江")
    assert queries.by_phones(["+86" + WANG])["+86" + WANG] == wang, "the number still identifies whom it did"
    assert [c.pk for c in queries.by_phone(actor("agent"), WANG)] == [wang.pk]


def test_who_sees_the_customer_opens_them_and_so_does_who_has_entered_them_before(wang: Customer) -> None:
    assert entered("agent", WANG)[0] == wang.pk
    mine, _page = entered("outsider", WANG)
    assert entered("outsider", WANG, name="魏大")[0] == mine
    assert Customer.objects.unscoped("count").count() == 2
    wang.refresh_from_db()
    assert wang.aliases == "魏某", "what was told to who sees them"
