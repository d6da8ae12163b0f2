"""What stands beside a case: who else is there, what is new to whom, the list it was opened from; and what the palette remembers."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from tests import cast
from tests.tickets import receive
from tests.ui.desk import HTMX, do, foreign, sit, text
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now, simulated
from xiuhao.ui import presence, seen
from xiuhao.ui.live import may_subscribe
from xiuhao.ui.presence import Other

pytestmark = pytest.mark.django_db


def test_who_views_writes_goes_away_and_leaves_is_seen_by_the_others_and_told_only_when_it_is_news(monkeypatch: pytest.MonkeyPatch) -> None:
    case = receive("agent").case
    told: list[str] = []
    monkeypatch.setattr(presence, "hint", lambda topics: told.extend(topics))
    agent, lead = cast.actor("agent"), cast.actor("lead")
    assert presence.beat(agent, case, "view") == []
    assert presence.beat(lead, case, "view") == [Other("客服安", "view")]
    presence.beat(agent, case, "view")
    assert told == [f"presence:{case.pk}"] * 2  # the second beat of somebody who is there is no news
    presence.beat(agent, case, "edit")
    presence.beat(cast.actor("manager"), case, "away")
    assert presence.beat(lead, case, "view") == [Other("客服安", "edit"), Other("经理华", "away")]
    presence.beat(agent, case, "leave")
    assert presence.beat(lead, case, "view") == [Other("经理华", "away")]
    with simulated(now() + timedelta(minutes=3)):
        assert presence.beat(lead, case, "view") == []  # without a beat nobody is there


def test_a_beat_is_for_who_sees_the_case_and_lies_in_an_unlogged_table() -> None:
    case = receive("agent").case
    url = f"/c/ticket/{case.number}/here"
    sit("agent").post(url, {"mode": "edit"})
    assert "客服安 正在编辑" in text(sit("lead").post(url, {"mode": "view"}))
    assert sit("outsider").post(url, {"mode": "view"}).status_code == 404
    assert sit("lead").post(url, {"mode": "spy"}).status_code == 400
    topic = presence.topic(case.pk)
    assert may_subscribe(cast.account("lead"), {topic}) == {topic}
    assert may_subscribe(cast.account("outsider"), {topic}) == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'ui_presence'")
        assert cursor.fetchone() == ("u",)


def test_a_dot_says_what_is_new_to_whom() -> None:
    case, other = receive("agent").case, receive("agent").case
    Case.objects.unscoped("arranging a test").filter(pk__in=[case.pk, other.pk]).update(owner=cast.account("agent"))
    agent, me = sit("agent"), cast.actor("agent")

    def new() -> set[int]:
        return seen.unread(me, list(Case.objects.visible_to(me).filter(pk__in=[case.pk, other.pk])))

    assert new() == {case.pk, other.pk}  # mine, and never looked at
    agent.get(f"/c/ticket/{case.number}/")
    assert new() == {other.pk}
    do(agent, case, "note", text="我自己写的")
    assert new() == {other.pk}
    engine.perform("ticket", "note", actor=cast.actor("lead"), number=case.number, given={"text": "组长写的"})
    assert new() == {case.pk, other.pk}
    assert text(agent.get("/c/ticket/")).count('class="unread"') == 2
    assert text(sit("lead").get("/c/ticket/")).count('class="unread"') == 0


def test_the_strip_is_the_list_with_the_case_before_and_after() -> None:
    cases = [receive("agent", kind="complaint").case for _ in range(3)]
    receive("agent", kind="fault")
    answer = sit("lead").get(f"/c/ticket/strip?view=all&order=opened&kind=complaint&at={cases[1].number}", **HTMX)
    assert [case.number for case in answer.context["cases"]] == [case.number for case in cases]
    assert (answer.context["before"].number, answer.context["after"].number) == (cases[0].number, cases[2].number)
    assert "/c/ticket/?view=all&amp;order=opened&amp;kind=complaint" in text(answer)
    assert sit("outsider").get("/c/ticket/strip?view=all").context["cases"] == []
    assert sit("lead").get("/c/ticket/strip?view=none").status_code == 400


def test_the_palette_begins_with_what_was_opened_last_and_still_may_be_seen() -> None:
    cases, lead = [receive("agent").case for _ in range(2)], sit("lead")
    for case in cases:
        lead.get(f"/c/ticket/{case.number}/")
    gone = foreign()
    seen.mark(cast.actor("lead"), gone)
    groups = dict(lead.get("/find").context["groups"])
    assert [hit.url for hit in groups["最近打开"]] == [f"/c/ticket/{case.number}/" for case in reversed(cases)]
    assert "最近打开" not in dict(lead.get("/find?q=GD").context["groups"])


def test_a_cell_opens_the_verb_that_changes_it_for_who_may_and_leads_back_to_the_list() -> None:
    case = receive("agent").case
    url = f"/c/ticket/{case.number}/do/prioritise"
    page = text(sit("lead").get("/c/ticket/?kind=fault"))
    assert f'hx-get="{url}?next=%2Fc%2Fticket%2F%3Fkind%3Dfault"' in page
    assert url not in text(sit("quality").get("/c/ticket/?kind=fault"))
    answer = do(sit("lead"), case, "prioritise", htmx=True, priority="1", reason="急", _next="/c/ticket/?kind=fault")
    assert json.loads(answer["HX-Location"])["path"] == "/c/ticket/?kind=fault"


def test_K5_a_stale_public_reply_is_stopped_once_with_what_was_written_meanwhile() -> None:
    case, agent = receive("agent").case, sit("agent")
    version = str(case.version)
    engine.perform("ticket", "reply", actor=cast.actor("lead"), number=case.number, given={"text": "同事已经答复，压缩机周五到"})
    stopped = do(agent, case, "reply", htmx=True, text="我的答复", _version=version)
    page = text(stopped)
    assert stopped.status_code == 409 and "您打开后新增了 1 条" in page and "压缩机周五到" in page and "我的答复" in page
    case.refresh_from_db()
    assert do(agent, case, "reply", htmx=True, text="我的答复", _version=str(case.version)).status_code == 200
