"""What was done to one or to many is taken back: by the inverse verb, row by row, only where nothing followed, and nobody is told."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from tests import cast
from tests.tickets import receive
from tests.ui.desk import HTMX, do, sit, text
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Case, Journal, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated
from xiuhao.ui import bulk
from xiuhao.ui.jobs import bulk_work
from xiuhao.ui.models import BulkRun

pytestmark = pytest.mark.django_db
PATH = "/c/ticket/bulk/assign"


def state(case: Case) -> tuple[str, int | None, int | None, int | None, int]:
    case.refresh_from_db()
    return case.state, case.owner_id, case.keeper_id, case.unit_id, case.priority or 0


def assign(client: Client, cases: list[Case], **more: str) -> BulkRun:
    """Given to the expert, from another unit."""
    body = {"n": [case.number for case in cases], "_key": str(uuid4()), "to": cast.account("expert").pk}
    answer = client.post(PATH, body, **more)
    assert answer.status_code in (200, 303)
    return BulkRun.objects.unscoped("looking").latest("created_at")


def test_many_are_taken_back_but_those_that_somebody_went_on_with_and_no_notice_goes_out() -> None:
    cases, lead = [receive("agent").case for _ in range(3)], sit("lead")
    engine.perform("ticket", "prioritise", actor=cast.actor("lead"), number=cases[0].number, given={"priority": "1", "reason": "催得急"})
    before = [state(case) for case in cases]
    run = assign(lead, cases)
    assert all(case_state[1] == cast.account("expert").pk for case_state in map(state, cases))
    engine.perform("ticket", "note", actor=cast.actor("manager"), number=cases[2].number, given={"text": "已联系"})
    page = text(lead.get(bulk.TELLING.url(run.pk)))
    assert f'action="/bulk/{run.pk}/undo"' in page and "现在撤销谁也不会收到" in page
    done = lead.post(f"/bulk/{run.pk}/undo")
    assert lead.post(f"/bulk/{run.pk}/undo")["Location"] == done["Location"]
    report = text(lead.get(done["Location"]))
    assert "成功 2 条" in report and "未执行 1 条" in report and "经理华" in report
    assert [state(case) for case in cases[:2]] == before[:2]
    assert state(cases[2])[1] == cast.account("expert").pk
    assert "查看撤销的结果" in text(lead.get(bulk.TELLING.url(run.pk)))
    with simulated(now() + timedelta(minutes=1)):
        dispatcher.drain()
    told = Message.objects.filter(template="ticket_assigned")
    assert set(told.values_list("case__number", flat=True)) == {cases[2].number}


def test_a_script_stays_on_its_list_and_its_toast_takes_it_back() -> None:
    case = receive("agent").case
    lead, before = sit("lead"), state(case)
    body = {"n": [case.number], "_key": str(uuid4()), "to": cast.account("expert").pk, "query": "view=open"}
    answer = lead.post(PATH, body, **HTMX)
    toast = json.loads(answer["HX-Trigger"])["xiuhao:done"]
    assert json.loads(answer["HX-Location"])["path"] == "/c/ticket/?view=open"
    assert toast["more"] + "/undo" == toast["undo"]["url"]
    undone = lead.post(toast["undo"]["url"], **HTMX)
    assert "undo" not in json.loads(undone["HX-Trigger"])["xiuhao:done"]
    assert state(case) == before


def test_a_run_in_the_background_is_taken_back_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [receive("agent").case for _ in range(3)]
    before, lead = [state(case) for case in cases], sit("lead")
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    run = assign(lead, cases)
    assert lead.post(f"/bulk/{run.pk}/undo").status_code == 409  # not done yet: nothing to take back
    bulk_work(run=str(run.pk))
    undone = lead.post(f"/bulk/{run.pk}/undo")["Location"].rpartition("/")[2]
    bulk_work(run=undone)
    assert [state(case) for case in cases] == before


def test_only_who_ordered_it_takes_it_back_within_a_day_and_only_what_has_an_inverse() -> None:
    case, lead = receive("agent").case, sit("lead")
    run = assign(lead, [case])
    assert sit("manager").post(f"/bulk/{run.pk}/undo").status_code == 404
    with simulated(now() + timedelta(days=2)):
        assert sit("lead").post(f"/bulk/{run.pk}/undo").status_code == 409
    lead.post("/c/ticket/bulk/note", {"n": [case.number], "_key": str(uuid4()), "text": "批注"})
    noted = BulkRun.objects.unscoped("looking").get(verb="note")
    assert lead.post(f"/bulk/{noted.pk}/undo").status_code == 409
    assert Journal.objects.filter(case=case, verb="unassign").count() == 0


def test_one_step_is_taken_back_to_what_it_was_its_texts_too_and_not_twice() -> None:
    case, lead = receive("agent").case, sit("lead")
    do(lead, case, "prioritise", priority="2", reason="第一次")
    before = state(case)
    answer = do(lead, case, "prioritise", htmx=True, priority="1", reason="第二次")
    undo = json.loads(answer["HX-Trigger"])["xiuhao:done"]["undo"]
    verb = undo["url"].rpartition("/")[2]
    do(lead, case, verb, htmx=True, _version=undo["_version"])
    assert state(case) == before
    page = text(lead.get(f"/c/ticket/{case.number}/"))
    assert "P2 · 第一次" in page and "was.back" not in page
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "unprioritise", actor=cast.actor("lead"), number=case.number)
    assert caught.value.code == "followed_already"


def test_what_is_shown_of_a_line_that_can_be_taken_back_holds_no_personal_text() -> None:
    case = receive("agent").case
    engine.perform("ticket", "prioritise", actor=cast.actor("lead"), number=case.number, given={"priority": "2", "reason": "王女士催"})
    engine.perform("ticket", "prioritise", actor=cast.actor("lead"), number=case.number, given={"priority": "1", "reason": "再催"})
    line = Journal.objects.filter(case=case, verb="prioritise").latest("seq")
    assert "王女士" not in json.dumps(line.data, ensure_ascii=False) and line.data["back"]["case"] == {"priority": 2}
