"""One verb on many cases: a preview that counts, a report for every row, nothing twice."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from tests import cast
from tests.tickets import GIVEN, receive
from tests.ui.desk import foreign, sit, text
from xiuhao.kernel import dispatcher, engine, letters
from xiuhao.kernel.engine import Request
from xiuhao.kernel.models import Account, Case, Journal, Message
from xiuhao.ui import bulk
from xiuhao.ui.jobs import bulk_work
from xiuhao.ui.models import BulkRun

pytestmark = pytest.mark.django_db
PATH = "/c/ticket/bulk/assign"


def test_chosen_rows_are_done_and_the_refused_ones_say_why() -> None:
    good, theirs = receive("agent").case, foreign()
    client, key = sit("lead"), str(uuid4())
    preview = client.post(PATH, {"n": [good.number, theirs.number]})
    assert preview.context["count"] == 2
    assert preview.context["could"] == 1
    body = {"n": [good.number, theirs.number], "_key": key, "to": cast.account("colleague").pk}
    done = client.post(PATH, body)
    report = text(client.get(done["Location"]))
    assert "成功 1 条" in report
    assert theirs.number in report
    good.refresh_from_db()
    assert good.owner_id == cast.account("colleague").pk
    assert client.post(PATH, body)["Location"] == done["Location"]
    assert Journal.objects.filter(case=good, verb="assign").count() == 1
    assert sit("agent").get(done["Location"]).status_code == 404


def test_all_that_a_query_finds_are_done_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PIECE", 2)
    cases = [receive("agent", kind="complaint").case for _ in range(5)]
    other = receive("agent", kind="fault").case
    sit("lead").post(PATH, {"all": "1", "query": "kind=complaint", "_key": str(uuid4()), "to": cast.account("colleague").pk})
    run = BulkRun.objects.unscoped("looking").get()
    assert (run.done, run.refused) == (5, [])
    assert bytes(run.sealed) == b""
    owners = set(Case.objects.unscoped("looking").filter(pk__in=[c.pk for c in cases]).values_list("owner_id", flat=True))
    assert owners == {cast.account("colleague").pk}
    other.refresh_from_db()
    assert other.owner_id != cast.account("colleague").pk


def test_a_run_that_was_cut_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PIECE", 1)
    numbers = [receive("agent").case.number for _ in range(3)]
    run = bulk.start(uuid4(), "ticket", "note", numbers, {"text": "批注"}, cast.actor("lead"), "zh-hans")
    bulk.carry_on(run)
    half = BulkRun.objects.unscoped("looking").get(pk=run.pk)
    half.done = 0  # the piece was done, but the crash came before its progress was written
    while bulk.carry_on(half):
        pass
    assert [Journal.objects.filter(case__number=n, verb="note").count() for n in numbers] == [1, 1, 1]


def test_what_is_missing_is_said_before_the_first_case_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    case = receive("agent").case
    client = sit("lead")
    assert client.post(PATH, {"n": [case.number], "_key": str(uuid4())}).status_code == 422
    assert client.post(PATH, {"_key": str(uuid4()), "to": "1"}).status_code == 422
    monkeypatch.setattr(bulk, "MOST", 0)
    assert client.post(PATH, {"n": [case.number], "_key": str(uuid4()), "to": "1"}).status_code == 422
    assert not Journal.objects.filter(case=case, verb="assign").exists()


def test_all_matches_are_all_of_them_far_beyond_a_page_and_more_than_the_limit_is_said_before_anything_is_filled_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers, client = many(9), sit("lead")
    asked = {"all": "1", "query": "kind=complaint"}
    assert bulk.MOST >= 50_000 and "将对 9 条执行" in client.post(PATH, asked).content.decode()
    monkeypatch.setattr(bulk, "MOST", 8)
    answer = client.post(PATH, asked)
    assert answer.status_code == 422 and "一次最多处理 8 条" in answer.content.decode()
    assert client.post(PATH, {**asked, "_key": str(uuid4()), "to": cast.account("expert").pk}).status_code == 422
    assert not Journal.objects.filter(case__number__in=numbers, verb="assign").exists()


def queued() -> list[dict[str, str]]:
    """What the jobs of bulk work that wait are called with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'ui.bulk' AND status = 'todo'")
        return [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]


def many(count: int) -> list[str]:
    """Numbers of so many tickets of one kind, and one that cannot be assigned yet."""
    given = {**GIVEN, "kind": "complaint"}
    made = engine.perform_many("ticket", [Request("receive", given)] * count, actor=cast.actor("agent"))
    numbers = [each.case.number for each in made if isinstance(each, engine.Outcome)]
    Case.objects.unscoped("arranging a test").filter(number=numbers[7]).update(state="in_review")
    return numbers


def test_more_than_two_hundred_are_done_in_the_background_and_who_ordered_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, client, to = many(bulk.AT_ONCE + 5), sit("lead"), cast.account("expert")
    Account.objects.filter(login="lead").update(preferences={"mail": True})
    body = {"all": "1", "query": "kind=complaint", "_key": str(uuid4()), "to": to.pk}
    answers = [client.post(PATH, body) for _ in range(2)]  # the second click of an impatient person
    assert {(a.status_code, a["Location"]) for a in answers} == {(303, f"/bulk/{body['_key']}")}
    assert queued() == [{"run": body["_key"]}]
    page = text(client.get(answers[0]["Location"]))
    assert "205 条中已处理 0 条" in page and 'hx-trigger="every 1s"' in page
    bulk_work(run=body["_key"])
    bulk_work(run=body["_key"])  # a worker that died after its last piece, started again
    page = text(client.get(answers[0]["Location"]))
    assert "成功 204 条" in page and f">{numbers[7]}<" in page and "hx-trigger" not in page
    assert Case.objects.unscoped("looking").filter(number__in=numbers, owner=to).count() == 204
    assert Journal.objects.filter(case__number__in=numbers, verb="assign").count() == 204
    is_told(client, answers[0]["Location"])


def is_told(client: Client, url: str) -> None:
    """One notice in the inbox, one mail, to nobody else; the notice leads to the report."""
    dispatcher.drain()
    told = Message.objects.filter(template="ui/notice/bulk_done.txt")
    assert sorted(told.values_list("channel", "to_account__login", "subject")) == [
        ("email", "lead", "批量分派已做完：成功 204 条，未执行 1 条"),
        ("inbox", "lead", "批量分派已做完：成功 204 条，未执行 1 条"),
    ]
    notice = told.get(channel="inbox")
    assert f"http://testserver{url}".partition("/bulk/")[2] in letters.text_of(notice)
    assert "未执行 1 条" in text(client.get("/inbox"))
    assert client.get(f"/inbox/{notice.pk}")["Location"] == url
    assert sit("agent").get(f"/inbox/{notice.pk}").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at


def test_who_waited_for_the_result_needs_no_notice() -> None:
    case = receive("agent").case
    sit("lead").post(PATH, {"n": [case.number], "_key": str(uuid4()), "to": cast.account("colleague").pk})
    dispatcher.drain()
    assert BulkRun.objects.unscoped("looking").get().finished_at
    assert not Message.objects.filter(template="ui/notice/bulk_done.txt").exists()


def test_chosen_tickets_are_merged_into_one_of_them_which_is_picked_from_a_list() -> None:
    first, second, third = (receive("agent").case for _ in range(3))
    client, url = sit("agent"), "/c/ticket/bulk/merge"
    numbers = [third.number, second.number, first.number]
    field = next(each for each in client.post(url, {"n": numbers}).context["form"].fields if each.name == "other")
    assert field.widget == "ref" and [key for key, _label in field.options] == [first.number, second.number, third.number]
    assert field.value == first.number, "the oldest stays unless somebody says otherwise"
    client.post(url, {"n": numbers, "_key": str(uuid4()), "other": second.number})
    run = BulkRun.objects.unscoped("looking").get()
    assert run.refused == [] and {number for number, _version in run.made} == {first.number, third.number}
    states = dict(Case.objects.unscoped("looking").filter(number__in=numbers).values_list("number", "state"))
    assert states == {first.number: "merged", second.number: second.state, third.number: "merged"}
    alone = client.post(url, {"n": [second.number], "_key": str(uuid4()), "other": second.number})
    assert alone.status_code == 422, "one alone is merged into nothing"
