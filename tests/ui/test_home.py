"""The work bench: each number is the number of rows of the list that it opens."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.complaints import complain
from tests.registrations import register
from tests.tickets import receive
from tests.ui.desk import numbers, sit, text, total
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Message

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("login", ["agent", "lead", "manager", "quality"])
def test_every_number_equals_the_list_behind_it(login: str) -> None:
    for kind in ("fault", "complaint", "fault"):
        receive("agent", kind=kind)
    client = sit(login)
    cards = client.get("/").context["numbers"]
    assert cards
    for card in cards:
        page = client.get(str(card.url))
        assert page.status_code == 200, card.url
        if "/c/" in str(card.url):
            assert card.count == total(page), card.todo.key
    if login == "agent":
        assert sum(card.count for card in cards) > 0


def test_my_queue_is_mine_and_ordered_by_risk() -> None:
    mine = [receive("agent").case for _ in range(3)]
    receive("colleague")
    page = sit("agent").get("/")
    shown = numbers(page)
    assert set(shown) <= {case.number for case in mine if case.owner_id == cast.account("agent").pk}
    due = {case.number: case.due_at for case in mine}
    assert [due[n] for n in shown] == sorted(due[n] for n in shown)


def test_it_takes_at_most_twenty_statements() -> None:
    for _ in range(5):
        receive("agent")
        receive("agent", urgency="danger")  # what waits for the lead's review
    for case in (receive("agent").case, register("agent").case, complain()):  # the lead's own, of three processes
        Case.objects.unscoped("test").filter(pk=case.pk).update(is_open=True, owner=cast.account("lead"))
    client = sit("lead")
    assert len(client.get("/").context["mine"]) == 3
    with CaptureQueriesContext(connection) as seen:
        client.get("/")
    assert len(seen) <= 20, [q["sql"][:120] for q in seen.captured_queries]


def test_an_ask_waits_for_who_may_answer_it_and_for_nobody_else() -> None:
    case = receive("agent").case
    colleague = cast.account("colleague").pk
    engine.perform("ticket", "transfer", actor=cast.actor("agent"), number=case.number, given={"to": colleague, "reason": "我休假"})
    assert case.number in text(sit("colleague").get("/asked"))
    assert case.number not in text(sit("agent").get("/asked"))
    page = text(sit("colleague").get(f"/c/ticket/{case.number}/"))
    assert "do/accept" in page
    assert "do/accept" not in text(sit("agent").get(f"/c/ticket/{case.number}/"))


def test_a_notice_is_opened_once_and_is_ones_own() -> None:
    from xiuhao.kernel.crypto import seal
    from xiuhao.kernel.letters import TEXT, TO

    case = receive("agent").case
    note = Message.objects.create(
        case=case, template="t", channel="inbox", to_account=cast.account("agent"), subject="请看", sealed=seal("正文", where=TEXT),
        to_sealed=seal("", where=TO), effect_key="test:1",
    )  # fmt: skip
    client = sit("agent")
    assert "请看" in text(client.get("/inbox"))
    assert 'class="count"' in text(client.get("/inbox/unread"))
    assert sit("lead").get(f"/inbox/{note.pk}").status_code == 404
    assert client.get(f"/inbox/{note.pk}")["Location"] == f"/c/ticket/{case.number}/"
    assert 'class="count"' not in text(client.get("/inbox/unread"))


def test_what_is_open_all_day_stands_first_in_the_menu() -> None:
    menu = dict(sit("lead").get("/").context["frame"].nav)["work"]
    lists = [str(nav.url) for nav in menu if not nav.new]
    assert lists[:3] == ["/c/ticket/", "/c/work/", "/c/complaint/"] and len(lists) > 10
    assert [nav.new for nav in menu] == sorted((nav.new for nav in menu), reverse=True)
