"""The dialog of a verb: one address for the form and its answer, with a script or without; nothing typed is lost."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import cast
from tests.pictures import png
from tests.tickets import GIVEN, receive
from tests.ui.desk import HTMX, do, sit, text
from xiuhao.kernel import engine
from xiuhao.kernel.models import Attachment, Case, Journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return receive("agent").case


def lines(case: Case, verb: str) -> int:
    return Journal.objects.filter(case=case, verb=verb).count()


def test_the_form_says_what_the_verb_needs(case: Case) -> None:
    page = text(sit().get(f"/c/ticket/{case.number}/do/record_call"))
    assert 'name="direction"' in page
    assert 'name="summary"' in page
    assert 'name="_key"' in page
    assert "通话内容" in page


def test_done_without_a_script_leads_back_with_a_word(case: Case) -> None:
    client = sit()
    answer = do(client, case, "note", text="客户在家")
    assert (answer.status_code, answer["Location"]) == (303, f"/c/ticket/{case.number}/")
    page = text(client.get(answer["Location"]))
    assert "客户在家" in page
    assert "完成" in page


def test_done_with_a_script_names_where_to_go_and_what_to_say(case: Case) -> None:
    answer = do(sit(), case, "note", htmx=True, text="客户在家")
    assert answer.status_code == 200
    assert f"/c/ticket/{case.number}/" in answer["HX-Location"]
    assert "xiuhao:done" in answer["HX-Trigger"]


def test_what_is_missing_is_said_beside_the_field_and_the_rest_is_kept(case: Case) -> None:
    for headers in ({}, HTMX):
        answer = sit().post(f"/c/ticket/{case.number}/do/record_call", {"_key": uuid4(), "direction": "out"}, **headers)
        page = text(answer)
        assert answer.status_code == 422
        assert "请填写“通话内容”" in page
        assert 'value="out" checked' in page
    assert lines(case, "record_call") == 0


def test_P4_a_double_click_does_it_once_and_the_second_is_told_the_same(case: Case) -> None:
    client, key = sit(), str(uuid4())
    first, second = (do(client, case, "note", _key=key, text="只要一次") for _ in range(2))
    assert first["Location"] == second["Location"]
    assert lines(case, "note") == 1
    other = do(client, case, "note", _key=key, text="另一句")
    assert other.status_code == 422
    assert "另一句" in text(other)
    assert lines(case, "note") == 1


def test_a_form_without_its_key_does_nothing(case: Case) -> None:
    answer = do(sit(), case, "note", _key="", text="没有编号")
    assert answer.status_code == 400
    assert "没有编号" in text(answer)
    assert lines(case, "note") == 0


def test_K5_after_a_colleagues_answer_one_sees_it_and_may_still_send(case: Case) -> None:
    client = sit()
    seen = case.version
    engine.perform("ticket", "reply", actor=cast.actor("lead"), number=case.number, given={"text": "同事先答了"})
    answer = do(client, case, "reply", _version=seen, text="我的回答")
    page = text(answer)
    assert answer.status_code == 409
    assert "我的回答" in page
    assert "组长林" in page
    assert "仍然提交" in page
    case.refresh_from_db()
    assert f'name="_version" value="{case.version}"' in page
    assert do(client, case, "reply", _version=case.version, text="我的回答").status_code == 303
    assert lines(case, "reply") == 2


def test_K5_a_remark_beside_somebodys_move_is_kept(case: Case) -> None:
    seen = case.version
    engine.perform("ticket", "reply", actor=cast.actor("lead"), number=case.number, given={"text": "已答"})
    assert do(sit(), case, "note", _version=seen, text="并存").status_code == 303


def test_a_verb_that_is_not_open_says_so_and_shows_no_form(case: Case) -> None:
    refused = sit("quality").get(f"/c/ticket/{case.number}/do/assign")
    assert refused.status_code == 403
    assert "_key" not in text(refused)
    assert sit().get(f"/c/ticket/{case.number}/do/confirm").status_code in (403, 409)
    assert sit().get(f"/c/ticket/{case.number}/do/no_such_verb").status_code == 404
    assert sit("outsider").get(f"/c/ticket/{case.number}/do/note").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_photos_come_with_the_form_or_before_it(case: Case) -> None:
    client = sit()
    before = client.post("/files", {"file": SimpleUploadedFile("a.png", png())}).json()
    assert before["is_image"]
    answer = do(client, case, "note", text="两张", photos=[before["id"]], photos__upload=SimpleUploadedFile("b.png", png()))
    assert answer.status_code == 303
    assert Attachment.objects.unscoped("counting").filter(case=case).count() == 2
    assert text(client.get(f"/c/ticket/{case.number}/")).count("?thumb=1") >= 2


@pytest.mark.django_db(transaction=True)
def test_U6_anothers_file_is_not_there(case: Case) -> None:
    theirs = sit("colleague").post("/files", {"file": SimpleUploadedFile("a.png", png())}).json()["id"]
    assert sit().get(f"/files/{theirs}").status_code == 404
    answer = do(sit(), case, "note", text="偷拿", photos=[theirs])
    assert answer.status_code == 422
    assert lines(case, "note") == 0


def test_P7_names_that_a_verb_does_not_know_change_nothing(case: Case) -> None:
    do(sit(), case, "note", text="改", priority="1", owner="1", state="archived", version="99")
    after = Case.objects.unscoped("looking").get(pk=case.pk)
    assert (after.state, after.priority, after.owner_id) == (case.state, case.priority, case.owner_id)


def test_a_case_is_born_by_its_form_and_shown(case: Case) -> None:
    client = sit()
    assert "问题描述" in text(client.get("/c/ticket/new"))
    answer = client.post("/c/ticket/new?verb=receive", {"_key": uuid4(), **GIVEN})
    assert answer.status_code == 303
    assert GIVEN["description"] in text(client.get(answer["Location"]))
    bad = client.post("/c/ticket/new?verb=receive", {"_key": uuid4(), **GIVEN, "description": ""})
    assert bad.status_code == 422
    assert GIVEN["contact_name"] in text(bad)


def test_one_answer_decides_whether_another_is_needed() -> None:
    client = sit()
    plain = text(client.post("/c/ticket/new?verb=receive", {"_look": "1", "_key": uuid4()}))
    solved = text(client.post("/c/ticket/new?verb=receive", {"_look": "1", "_key": uuid4(), "at_once": "true", "solution": ""}))
    assert solved.count("（必填）") + solved.count('aria-required="true"') > plain.count("（必填）") + plain.count('aria-required="true"')


def test_what_was_typed_is_shown_again_and_gone_once_sent(case: Case) -> None:
    client = sit()
    key = f"ticket:{case.number}:note"
    client.put(f"/drafts/{key}", '{"text": "还没写完"}', "application/json")
    assert "还没写完" in text(client.get(f"/c/ticket/{case.number}/do/note"))
    do(client, case, "note", text="写完了")
    assert "还没写完" not in text(client.get(f"/c/ticket/{case.number}/do/note"))


def test_a_link_may_prefill_choices_but_never_texts(case: Case) -> None:
    page = text(sit().get(f"/c/ticket/{case.number}/do/record_call?direction=in&summary=秘密"))
    assert 'value="in" checked' in page
    assert "秘密" not in page
