"""The work bench is by role: those who head others see how the work lies on them, and every number is that of the page it opens."""

from __future__ import annotations

import re

import pytest

from tests import cast
from tests.tickets import receive
from tests.ui.desk import sit, text, total
from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db
OWN = {"mine", "near", "overdue", "team", "unowned", "back", "solved", "stuck", "asked"}
ALL = {"near_all", "overdue_all", "unowned", "stuck_all", "asked"}
SHOWN = {  # without what is shown only while there is something
    "agent": OWN | {"quarantine"}, "expert": OWN | {"escalated"},
    "lead": ALL | {"review", "escalated", "complaints", "quarantine", "work_unassigned"},
    "manager": ALL | {"review", "escalated", "complaints", "quarantine", "work_unassigned"},
    "dispatcher": ALL | {"work_unassigned"}, "quality": {"open", "overdue_all", "complaints", "asked"},
    "auditor": {"open", "overdue_all", "asked"},
    "finance": {"open", "overdue_all", "asked"}, "dealer": {"open", "handed", "asked"}, "engineer": {"asked", "work_mine"},
    "admin": {"asked"},
}  # fmt: skip


@pytest.mark.parametrize("login", SHOWN)
def test_each_role_has_the_numbers_of_its_own_work_and_each_is_that_of_its_list(login: str) -> None:
    for kind in ("fault", "complaint"):
        receive("agent", kind=kind)
    complex_ = receive("agent", urgency="danger").case
    engine.perform("ticket", "escalate", actor=cast.actor("lead"), number=receive("agent").case.number, given={"summary": "反复不制冷"})
    client = sit(login)
    cards = client.get("/").context["numbers"]
    assert {card.todo.key for card in cards if not card.todo.rare and card.todo.process != "errand"} == SHOWN[login]
    assert [card.todo.rare for card in cards] == sorted(card.todo.rare for card in cards), "what is always there stands first, in its place"
    for card in (card for card in cards if "/c/" in card.url):
        assert card.count == total(client.get(card.url)), card.todo.key
    assert Case.objects.unscoped("test").get(pk=complex_.pk).state == "in_review"
    if login == "lead":
        assert {card.todo.key: card.count for card in cards if card.todo.key in ("review", "escalated", "complaints")} == {
            "review": 1,
            "escalated": 1,
            "complaints": 1,
        }


def test_an_agents_numbers_are_of_her_own_work_and_her_team_and_of_nobody_elses() -> None:
    party.grant(SYSTEM, cast.account("agent"), r.AGENT, cast.unit("总部"))  # the contact centre serves the whole country
    for who, count in (("agent", 1), ("colleague", 2), ("outsider", 4)):
        late = [receive(who).case.pk for _ in range(count)]
        Case.objects.unscoped("test").filter(pk__in=late).update(due_at="2020-01-01T00:00Z", owner=cast.account(who))
    client = sit("agent")
    shown = {card.todo.key: (card.count, total(client.get(card.url))) for card in client.get("/").context["numbers"] if "/c/" in card.url}
    assert (shown["overdue"], shown["team"]) == ((1, 1), (3, 3))
    assert total(client.get("/c/ticket/?view=overdue")) == 7, "negative control: she may see them all"


@pytest.mark.parametrize("login", ["lead", "manager", "dispatcher"])
def test_the_load_of_the_team_is_that_of_the_lists_it_opens(login: str) -> None:
    for who in ("agent", "agent", "colleague"):
        receive(who)
    late = receive("agent").case
    Case.objects.unscoped("test").filter(pk=late.pk).update(due_at="2020-01-01T00:00Z", owner=cast.account("agent"))
    client = sit(login)
    page = text(client.get("/"))
    loads = re.findall(r'href="(/c/ticket/\?view=open&amp;owner=(\w+))".*?<span class="num">(\d+) 单', page, re.DOTALL)
    assert {who for _url, who, _count in loads} >= {"agent", "colleague", "lead"} and sum(int(n) for _u, _w, n in loads) >= 3
    for url, who, count in loads:
        assert int(count) == total(client.get(url.replace("&amp;", "&"))), who
    (url, shown) = re.findall(r'href="([^"]+)" data-late="agent">超时 (\d+)<', page)[0]
    assert int(shown) == total(client.get(url.replace("&amp;", "&"))) >= 1
    assert "组员负荷" not in text(sit("agent").get("/"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("login", ["lead", "manager", "auditor"])
def test_the_deadlines_of_today_are_the_figures_of_the_clauses_pages(login: str) -> None:
    case = receive("agent").case
    engine.perform("ticket", "reply", actor=cast.actor("agent"), number=case.number, given={"text": "您好"})
    receive("agent", channel="web")
    client = sit(login)
    page = text(client.get("/")).split("今日时限", 1)[1]
    rows = re.findall(
        r'href="(/rules/[^"]+\?days=1)">.*?class="num">(\d+)<.*?class="num">(?:<b[^>]*>)?(\d+)<.*?class="num">(\d+)<', page, re.DOTALL
    )
    assert rows and sum(int(met) for _url, met, _broken, _running in rows) > 0
    for url, *numbers in rows:
        counts = text(client.get(url)).split('class="counts"', 1)[1].split("</div>\n    {", 1)[0]
        assert re.findall(r"<b[^>]*>(\d+)</b>", counts)[:3] == numbers, url
