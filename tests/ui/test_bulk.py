"""One verb on many cases: a preview that counts, a report for every row, nothing twice."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests import cast
from tests.tickets import receive
from tests.ui.desk import foreign, sit, text
from xiuhao.kernel.models import Case, Journal
from xiuhao.ui import bulk
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
