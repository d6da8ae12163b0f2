"""A company of one's own begins with `found`: from an empty installation to the first report, without a demo."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests import cast
from tests.portal.visitor import GIVEN, Visitor, number_in, ticket
from xiuhao.config.management.commands.found import nobody_yet
from xiuhao.kernel.models import Account, Unit

pytestmark = pytest.mark.django_db


def founded(**given: str) -> str:
    """The path of the link that is printed."""
    printed = StringIO()
    call_command("found", stdout=printed, **given)
    found = re.search(r"https?://[^/\s]+(/welcome/\S+)", printed.getvalue())
    assert found
    return found[1]


def arrive(link: str, password: str) -> Client:
    """Open the link, set the password, log in."""
    client = Client()
    assert client.get(link, follow=True).status_code == 200
    client.post(link, {"new_password1": password, "new_password2": password}, follow=True)
    client.post("/accounts/login/", {"login": "first", "password": password})
    return client


def test_the_first_administrator_comes_in_by_the_printed_link_and_hires() -> None:
    cast.leave()
    assert nobody_yet()
    client = arrive(founded(company="好帮手电器", login="first", name="夏一"), "Anfang-2026-gut")
    assert Unit.objects.get(parent=None).name == "好帮手电器" and not nobody_yet()
    assert client.get("/staff/hire").status_code == 200
    root = Unit.objects.get(parent=None)
    sent = {"name": "客服安", "login": "an", "unit": root.pk, "role": "agent", "languages": ["cmn"]}
    assert client.post("/staff/hire", sent, follow=True).status_code == 200
    assert Account.objects.get(login="an").grants.get().role == "agent"


def test_until_somebody_has_come_a_new_link_is_printed_then_it_refuses() -> None:
    cast.leave()
    first, second = founded(login="first"), founded(login="other")
    assert Account.objects.get().login == "first" and Unit.objects.count() == 1
    assert Client().get(first).status_code == 404, "the newer link ends the older"
    arrive(second, "Anfang-2026-gut")
    with pytest.raises(CommandError, match="Somebody works here"):
        founded(login="other")
    assert Account.objects.count() == 1


def test_where_people_work_nothing_is_founded() -> None:
    before = Account.objects.count()
    with pytest.raises(CommandError, match="Somebody works here"):
        founded()
    assert Account.objects.count() == before and not nobody_yet()


def test_a_report_before_the_founding_is_refused_in_words_and_taken_after_it() -> None:
    cast.leave()
    page = Visitor().report()
    assert page.status_code == 409 and "还没有开通" in page.content.decode() and GIVEN["description"] in page.content.decode()
    founded()
    assert ticket(number_in(Visitor().report())).case.unit == Unit.objects.get(parent=None)
