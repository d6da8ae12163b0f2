"""The page of a case: who it is for, what may be done, what happened, why its deadlines are what they are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import cast
from tests.tickets import GIVEN, receive
from tests.ui.desk import foreign, sit, text
from xiuhao.kernel import clocks, engine
from xiuhao.kernel.models import Account, Case, CaseClock
from xiuhao.kernel.time import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return receive("agent").case


def act(case: Case, verb: str, who: str = "lead", **given: object) -> None:
    engine.perform("ticket", verb, actor=cast.actor(who), number=case.number, given=given)


# Nobody complains or escalated, it is not abnormal, the number is known.
POINTLESS = {"detach", "inform", "restate", "take_up", "escalate_management", "vouch", "call_abnormal", "excuse_meeting"}


def test_it_offers_exactly_the_verbs_that_are_open_to_its_reader(case: Case) -> None:
    for login in ("agent", "lead", "quality"):
        page = sit(login).get(f"/c/ticket/{case.number}/")
        context = page.context
        shown = {t.key for t in (*context["first"], *context["more"])} | {f.transition.key for f in context["compose"]}
        open_now = {t.key for t in engine.open_verbs(cast.actor(login), case) if not t.quiet and not t.answers}
        assert shown == open_now - POINTLESS, login


def test_another_provinces_case_is_not_there(case: Case) -> None:
    for path in ("", "lines", "do/note", "panel/customer", "clock/1"):
        answer = sit("outsider").get(f"/c/ticket/{case.number}/{path}")
        assert answer.status_code == 404, path
        assert "找不到" in text(answer)
        assert GIVEN["description"] not in text(answer)


def test_V18_personal_data_are_masked_in_page_and_preview(case: Case) -> None:
    act(case, "note", text="已电话核实")
    for headers in ({}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "drawer"}):
        page = text(sit().get(f"/c/ticket/{case.number}/", **headers))
        assert "13800138000" not in page
        assert GIVEN["contact_name"] not in page
        assert GIVEN["contact_address"] not in page
    assert "138****8000" in page


def test_what_was_written_is_escaped(case: Case) -> None:
    act(case, "note", text="<script>alert(1)</script>")
    page = text(sit().get(f"/c/ticket/{case.number}/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_timeline_filters_and_goes_on(case: Case) -> None:
    for index in range(55):
        act(case, "note", text=f"第{index}条")
    client = sit()
    page = client.get(f"/c/ticket/{case.number}/lines?lines=talk")
    older = page.context["timeline"].older
    assert "第54条" in text(page)
    assert "第0条" not in text(page)
    assert "第0条" in text(client.get(f"/c/ticket/{case.number}/lines?lines=talk&before={older}"))
    assert client.get(f"/c/ticket/{case.number}/lines?lines=x").status_code == 400


def test_the_timeline_speaks_both_languages(case: Case) -> None:
    act(case, "reply", text="您好")
    client = sit()
    assert "回复客户" in text(client.get(f"/c/ticket/{case.number}/lines"))
    client.post("/settings", {"language": "en"})
    assert 'lang="en"' in text(client.get(f"/c/ticket/{case.number}/"))


def test_every_clock_explains_itself_and_adds_up(case: Case) -> None:
    client = sit()
    rows = list(CaseClock.objects.filter(case=case))
    assert rows
    for row in rows:
        page = client.get(f"/c/ticket/{case.number}/clock/{row.pk}")
        trace = clocks.trace(row, now())
        assert trace.counted == row.limit == sum(line.seconds for line in trace.lines)
        assert page.context["adds_up"]
        assert "各段相加与限时不符" not in text(page)
    other = foreign()
    theirs = CaseClock.objects.filter(case=other).first()
    assert theirs
    assert client.get(f"/c/ticket/{case.number}/clock/{theirs.pk}").status_code == 404


def test_its_statements_do_not_grow_with_its_history(case: Case) -> None:
    client, counts = sit("manager"), []
    client.get(f"/c/ticket/{case.number}/")
    for more in (1, 12):
        for index in range(more):
            act(case, "reply", text=f"回复{index}")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/c/ticket/{case.number}/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 25, [q["sql"][:140] for q in seen.captured_queries]


def test_the_palette_finds_a_number_from_its_beginning_and_acts_on_the_open_case(case: Case) -> None:
    client = sit()
    page = text(client.get("/find", {"q": case.number[:8], "on": f"ticket/{case.number}"}))
    assert f"/c/ticket/{case.number}/" in page
    acts = text(client.get("/find", {"q": "备注", "on": f"ticket/{case.number}"}))
    assert f"/c/ticket/{case.number}/do/note" in acts
    theirs = sit("outsider").get("/find", {"q": case.number, "on": f"ticket/{case.number}"})
    assert case.number not in str(theirs.context["groups"])
    assert client.get("/find", {"q": "\0" * 300}).status_code == 200


def test_who_was_asked_to_take_over_keeps_the_name_though_they_have_left(case: Case) -> None:
    colleague = cast.account("colleague")
    act(case, "transfer", "agent", to=colleague.pk, reason="我休假")
    shown = [text(sit("lead").get(f"/c/ticket/{case.number}/"))]
    Account.objects.filter(pk=colleague.pk).update(is_active=False)
    shown.append(text(sit("lead").get(f"/c/ticket/{case.number}/")))
    assert [(f"#{colleague.pk}<" in page, f"<dd>{colleague.name}</dd>" in page) for page in shown] == [(False, True)] * 2


def hits(words: str, who: str = "agent", on: str = "") -> list[str]:
    found = sit(who).get("/find", {"q": words, "on": on}).context["groups"]
    return [str(hit.url) for _label, group in found for hit in group]


def test_the_palette_finds_every_page_by_its_name_and_by_how_it_is_spelt(case: Case) -> None:
    sit().post("/views", {"process": "ticket", "name": "今天的加急", "query": "priority=1"})
    receive("agent", description="热水器的设置按键没有反应")
    assert hits("设置")[0] == "/settings" != hits("设置")[-1], "Enter goes to the page that is called so"
    assert reverse("account_logout") in hits("退出") and "/ticket/call" in hits("新建")
    assert hits("gongdan") == ["/c/ticket/"] and "/c/ticket/" in hits("gd") and not hits("ongdan")
    assert [url.partition("&")[0] for url in hits("加急")] == ["/c/ticket/?priority=1"] and not hits("加急", "outsider")
    assert f"/c/ticket/{case.number}/do/note" in hits("nbbz", on=f"ticket/{case.number}")
