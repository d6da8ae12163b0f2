"""The list of a process: what it shows, counts, filters and sorts is what the actor sees; its address is its whole state."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.tickets import receive
from tests.ui.desk import HTMX, foreign, numbers, sit, text, total
from xiuhao.kernel.models import Case
from xiuhao.ui import listing
from xiuhao.ui.views import queue
from xiuhao.ui.views.queue import Tab

pytestmark = pytest.mark.django_db


def test_it_lists_what_the_reader_sees_and_nothing_else() -> None:
    mine, other = receive("agent").case, foreign()
    page = sit("agent").get("/c/ticket/")
    assert mine.number in numbers(page)
    assert other.number not in text(page)
    assert other.number in numbers(sit("manager").get("/c/ticket/"))


def test_every_tab_shows_as_many_as_the_list_behind_it_has() -> None:
    for _ in range(3):
        receive("agent")
    receive("agent", kind="complaint")
    client = sit("agent")
    tabs = client.get("/c/ticket/").context["tabs"]
    assert {tab.url: tab.count for tab in tabs} == {tab.url: total(client.get(f"/c/ticket/{tab.url}")) for tab in tabs}
    assert max(tab.count for tab in tabs) >= 4


def test_a_filter_narrows_and_can_be_cleared() -> None:
    fault, complaint = receive(kind="fault").case, receive(kind="complaint").case
    client = sit("manager")
    page = client.get("/c/ticket/?kind=complaint")
    assert complaint.number in numbers(page)
    assert fault.number not in numbers(page)
    empty = client.get("/c/ticket/?kind=complaint&q=查无此事")
    assert "清除 2 个筛选" in text(empty)
    assert numbers(empty) == []


def test_U_a_value_that_is_no_longer_offered_finds_nothing_and_breaks_nothing() -> None:
    receive()
    page = sit("manager").get("/c/ticket/?kind=gone")
    assert (page.status_code, numbers(page)) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        "order=customer__password",
        "order=",
        "page=0",
        "page=1e3",
        "size=1000000000",
        "opened_from=31.12.2026",
        "view=x",
        "sort=customer__password",
    ],
)
def test_A3_what_an_address_may_not_ask_is_400_in_words(query: str) -> None:
    page = sit().get(f"/c/ticket/?{query}")
    if query == "order=":
        assert page.status_code == 200
        return
    assert page.status_code == 400
    assert ("不认识参数“sort”" if query.startswith("sort") else "无效") in text(page)


def test_sorting_goes_both_ways() -> None:
    first, second = receive().case, receive().case
    client = sit("manager")
    forward = numbers(client.get("/c/ticket/?order=opened"))
    back = numbers(client.get("/c/ticket/?order=-opened"))
    assert forward == back[::-1]
    assert forward.index(first.number) < forward.index(second.number)


def test_the_number_of_statements_does_not_grow_with_the_rows() -> None:
    client = sit("manager")
    receive()
    client.get("/c/ticket/")
    counts = []
    for more in (1, 12):
        for _ in range(more):
            receive()
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/c/ticket/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12, [q["sql"][:120] for q in seen.captured_queries]


def test_a_page_beyond_the_end_is_the_last_page() -> None:
    case = receive().case
    page = sit("manager").get("/c/ticket/?page=999")
    assert case.number in numbers(page)


def test_a_search_pages_on_to_its_last_row_though_it_counts_no_further_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "TAB_MOST", 20)
    monkeypatch.setattr(listing, "AHEAD", 1)
    numbers = {receive(contact_phone=f"139000{n:05d}").case.number for n in range(47)}
    client, found, page = sit("lead"), set(), 1
    while True:
        shown = client.get(f"/c/ticket/?view=all&q=制冷&size=10&page={page}")
        found |= {row.case.number for row in shown.context["page"].rows}
        more = "超过" in text(shown)
        assert more == (page < 4), "what is counted reaches one page ahead"
        if page == shown.context["page"].last:
            break
        page += 1
    assert found == numbers and page == 5


def test_htmx_gets_the_piece_and_a_browser_the_page() -> None:
    client = sit()
    assert "<!doctype html>" in text(client.get("/c/ticket/"))
    piece = client.get("/c/ticket/", **HTMX)
    assert "<!doctype html>" not in text(piece)
    assert 'id="main"' in text(piece)
    assert "HX-Request" in piece["Vary"]
    assert "no-cache" in piece["Cache-Control"]


def test_a_stranger_is_asked_to_log_in_and_a_script_is_told_so() -> None:
    assert Client().get("/c/ticket/").status_code == 302
    assert Client().get("/c/ticket/", **HTMX).status_code == 401


def saved(client: Client, url: str = "/c/ticket/") -> list[Tab]:
    return [tab for tab in client.get(url).context["tabs"] if tab.saved]


def test_a_view_holds_filters_order_and_columns_and_every_state_of_it_is_an_address() -> None:
    receive(kind="complaint")
    agent = sit("agent")
    query = "kind=complaint&order=-opened&column=number&column=channel&page=3"
    kept = agent.post("/views", {"process": "ticket", "name": "投诉", "query": query, "starred": "1"})
    [tab] = saved(agent)
    assert kept["Location"] == f"/c/ticket/{tab.url}" and "page" not in tab.url
    page = agent.get(kept["Location"])
    assert [column.key for column in page.context["columns"]] == ["number", "channel"] and page.context["query"].order == "-opened"
    assert (tab.label, tab.count) == ("投诉", total(page)) and saved(agent, kept["Location"])[0].current
    [narrowed] = saved(agent, kept["Location"] + "&urgency=urgent")
    assert narrowed.current and narrowed.changed
    form = text(agent.get(f"/views?process=ticket&id={tab.saved.pk}&query=kind%3Dcomplaint%26urgency%3Durgent"))
    assert 'name="again"' in form and "删除视图" in form
    agent.post(
        "/views", {"process": "ticket", "id": tab.saved.pk, "name": "急投诉", "again": "1", "query": "kind=complaint&urgency=urgent"}
    )
    [changed] = saved(agent)
    assert (changed.label, changed.saved.query, changed.saved.starred) == ("急投诉", "kind=complaint&urgency=urgent", False)
    assert agent.post("/views", {"process": "ticket", "name": "急投诉", "query": ""}).status_code == 422
    assert agent.post("/views", {"process": "ticket", "id": tab.saved.pk, "delete": "1"}).status_code == 303
    assert saved(agent) == []


def test_a_filter_asked_again_is_asked_of_the_list_itself_and_shows_what_it_asks() -> None:
    page = text(sit("agent").get("/c/ticket/?kind=fault&kind=complaint"))
    assert 'hx-get="/c/ticket/"' in page  # an empty one is the address at hand, to which the browser would add the new answers
    assert '<select class="choose" id="f-kind" name="kind" multiple' in page and "data-closed hidden" in page
    gone = text(sit("agent").get("/c/ticket/?kind=gone"))
    assert '<option value="gone" selected>gone（已不提供）</option>' in gone


def test_a_view_is_itself_however_its_address_is_written() -> None:
    agent = sit("agent")
    kept = agent.post("/views", {"process": "ticket", "name": "投诉", "query": "q=&view=open&kind=complaint&state="})["Location"]
    [tab] = saved(agent, kept + "&q=&state=&urgency=")
    assert tab.saved.query == "kind=complaint&view=open" and tab.current and not tab.changed
    tab.saved.query = "view=open&kind=complaint&q="
    tab.saved.save()
    assert not saved(agent, kept)[0].changed


def test_U_a_view_with_a_condition_that_is_no_more_opens_without_it_and_can_be_dropped() -> None:
    agent = sit("agent")
    kept = agent.post("/views", {"process": "ticket", "name": "旧的", "query": "kind=fault"})["Location"]
    [tab] = saved(agent)
    tab.saved.query = "kind=fault&colour=red&order=gone"
    tab.saved.save()
    page = agent.get(f"{kept}&colour=red&order=gone", follow=True)
    assert page.status_code == 200 and text(page).count("已经不再提供") == 2
    [left] = [tab for tab in page.context["tabs"] if tab.current]
    assert left.saved == tab.saved and left.mine and left.changed
    assert agent.get("/c/ticket/?colour=red").status_code == 400 and agent.get("/c/ticket/?saved=1&size=x").status_code == 303


def test_a_view_that_has_no_place_above_the_list_is_found_and_is_itself_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "TABS", 1)
    agent = sit("agent")
    urls = [agent.post("/views", {"process": "ticket", "name": name, "query": "kind=fault"})["Location"] for name in ("一", "二")]
    assert [tab.label for tab in saved(agent)] == ["一"]
    assert [tab.label for tab in saved(agent, urls[1]) if tab.current] == ["二"]
    assert not [tab for tab in saved(agent, "/c/ticket/?kind=fault&saved=999999999999") if tab.label == "二"]


def test_a_view_is_put_where_its_maker_wants_it_and_a_name_taken_loses_nothing() -> None:
    lead = sit("lead")
    for name in ("一", "二", "三"):
        lead.post("/views", {"process": "ticket", "name": name, "query": ""})
    third = saved(lead)[2].saved
    form = f"/views?process=ticket&id={third.pk}"
    assert 'name="place" type="number" min="1" max="3" value="3"' in text(lead.get(form))
    lead.post("/views", {"process": "ticket", "id": third.pk, "name": "三", "place": "1"})
    assert [tab.label for tab in saved(lead)] == ["三", "一", "二"]
    assert lead.post("/views", {"process": "ticket", "id": third.pk, "name": "三", "place": "0"}).status_code == 400
    taken = {"process": "ticket", "id": third.pk, "name": "二", "starred": "1", "shared": "1", "role": "expert", "place": "2"}
    again = lead.post("/views", taken)
    assert again.status_code == 422 and text(again).count(" checked") == 2
    assert '<option value="expert" selected>' in text(again) and 'max="3" value="2"' in text(again)


def test_who_has_the_right_shares_a_view_with_a_unit_or_a_post_in_it() -> None:
    assert sit("agent").post("/views", {"process": "ticket", "name": "我的", "query": "", "shared": "1"}).status_code == 403
    sit("lead").post("/views", {"process": "ticket", "name": "组里的", "query": "kind=fault", "shared": "1"})
    sit("manager").post("/views", {"process": "ticket", "name": "专家的", "query": "kind=fault", "shared": "1", "role": "expert"})
    seen = {who: [tab.label for tab in saved(sit(who))] for who in ("agent", "expert", "manager", "outsider")}
    assert seen == {"agent": ["组里的"], "expert": ["专家的"], "manager": ["专家的"], "outsider": []}
    [shared] = saved(sit("agent"))
    assert not shared.mine
    assert sit("colleague").post("/views", {"process": "ticket", "id": shared.saved.pk, "delete": "1"}).status_code == 404
    [own] = saved(sit("lead"))
    assert (
        sit("lead").post("/views", {"process": "ticket", "id": own.saved.pk, "name": "组里的"}).status_code == 303
    )  # shared with nobody now
    assert saved(sit("agent")) == []


def test_columns_of_this_list_are_an_address_and_leave_the_usual_ones_alone() -> None:
    client = sit("agent")
    here = {"columns": "ticket", "column": ["number", "state"], "here": "1", "next": "/c/ticket/?kind=fault&kind=complaint"}
    url = client.post("/settings", here)["Location"]
    assert url == "/c/ticket/?kind=fault&kind=complaint&column=number&column=state"
    assert [column.key for column in client.get(url).context["columns"]] == ["number", "state"]
    assert len(client.get("/c/ticket/").context["columns"]) > 2


def test_chosen_columns_stay_chosen() -> None:
    receive()
    client = sit("agent")
    client.post("/settings", {"columns": "ticket", "column": ["number", "state", "channel"], "next": "/c/ticket/"})
    assert [column.key for column in client.get("/c/ticket/").context["columns"]] == ["number", "state", "channel"]


def test_the_preview_is_a_short_case() -> None:
    case: Case = receive().case
    seen = text(sit().get(f"/c/ticket/{case.number}/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="drawer"))
    assert case.number in seen
    assert "timeline" not in seen


def test_chosen_rows_alone_are_exported_with_a_mark_of_who_and_when_behind_the_cells() -> None:
    from io import BytesIO
    from zipfile import ZipFile

    import openpyxl

    first, second, third = (receive().case.number for _ in range(3))
    hidden = receive(kind="complaint").case.number
    manager, given = sit("manager"), {"query": "kind=fault&column=number"}
    answer = manager.post("/c/ticket/export", {**given, "n": [first, third, hidden, "GD0"]})
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming response
    rows = openpyxl.load_workbook(BytesIO(data)).active.iter_rows(min_row=2)  # type: ignore[union-attr]
    assert {row[0].value for row in rows} == {first, third}, "of those that the list shows"
    with ZipFile(BytesIO(data)) as parts:
        [mark] = [name for name in parts.namelist() if name.startswith("xl/media/")]
        assert parts.read(mark).startswith(b"\x89PNG") and b"<picture " in parts.read("xl/worksheets/sheet1.xml")
    assert manager.post("/c/ticket/export", given).status_code == 422
    whole = manager.post("/c/ticket/export", {**given, "all": "1"})
    every = openpyxl.load_workbook(BytesIO(b"".join(whole.streaming_content))).active  # type: ignore[attr-defined]
    assert {row[0].value for row in every.iter_rows(min_row=2)} == {first, second, third}


def test_X7_an_export_holds_what_the_screen_shows_and_nothing_a_spreadsheet_would_compute() -> None:
    from io import BytesIO

    import openpyxl

    evil = receive(category="aircon", description="=cmd|'/c calc'!A1 空调坏了").case  # the title names the product already
    receive(kind="complaint")
    answer = sit("manager").get("/c/ticket/export?kind=fault")
    assert answer["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]  # a streaming response
    sheet = book.active
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert set(rows) == {evil.number}
    title = next(cell for cell in rows[evil.number] if str(cell.value).startswith("="))
    assert (title.data_type, title.quotePrefix) == ("s", True)
    assert "13800138000" not in str([[cell.value for cell in row] for row in sheet.iter_rows()])


def test_an_export_of_any_length_is_read_piece_by_piece_told_of_and_bears_its_taker(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import BytesIO

    import openpyxl

    from xiuhao.kernel.models import Reveal
    from xiuhao.ui import sheets

    monkeypatch.setattr(sheets, "SHEET", 2)
    monkeypatch.setattr(listing, "PIECE", 2)
    made = {receive().case.number for _ in range(5)}
    answer = sit("manager").get("/c/ticket/export?kind=fault")
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]  # a streaming response
    assert {row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)} == made and len(book.sheetnames) == 3
    assert book.properties.creator == "经理华" and all("经理华 于" in str(sheet.oddHeader.right.text) for sheet in book)
    kept = Reveal.objects.get(subject="export:ticket")
    assert (kept.actor_name, kept.reason) == ("经理华", "导出 5 行 kind")
