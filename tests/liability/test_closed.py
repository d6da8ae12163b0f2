"""Who may see liability, penalties and the month's list is declared; whom a notice concerns sees that notice, and takes no part."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.cast import account, actor, unit
from tests.liability.claims import HERE, assess, closed, decided, do
from tests.pictures import photo
from xiuhao.kernel import dispatcher, duties, engine, letters
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Attachment, Case, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.liability import papers
from xiuhao.liability.duties import DISCIPLINE
from xiuhao.liability.models import Discipline, Listed, Personal, Sanction, Share
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db
WARNING = {"kind": "penalty", "measure": "warning", "department": "production", "amount": "400", "reason": "未按作业指导书操作"}
LATE = datetime(2026, 10, 28, 10, tzinfo=HERE)


def propose(on: Case, person: str = "engineer", who: str = "office", **given: object) -> Case:
    wanted = {**WARNING, "person": actor(person).id, **given}
    return engine.perform("sanction", "propose", actor=actor(who), given=wanted, parent=on.number).case


def client(login: str) -> Client:
    found = Client()
    found.force_login(account(login))
    return found


def test_a_notice_is_approved_by_the_general_manager_and_acknowledged_three_times() -> None:
    notice = propose(decided())
    with pytest.raises(Refused):
        do(notice, "approve", "deputy", note="同意")
    assert do(notice, "approve", "director", note="同意").state == "approved"
    for who in ("production", "finance"):
        assert do(notice, "acknowledge", who).state == "approved"
    assert do(notice, "acknowledge", "office").state == "closed"
    with pytest.raises(Refused, match="measure_misfits"):
        propose(decided(), kind="reward")


def test_whom_it_concerns_takes_no_part() -> None:
    liability = decided()
    with pytest.raises(Refused, match="concerned_self"):
        propose(liability, "office")
    head = unit("总部")
    party.hire(SYSTEM, login="second", name="总经理二", unit=head, posts=((r.DIRECTOR, head),))  # else nobody could decide
    with pytest.raises(Refused, match="concerned_self"):
        do(propose(liability, "director"), "approve", "director", note="同意")
    with pytest.raises(Refused, match="liability_open"):
        propose(assess(closed()[0]))


@pytest.mark.parametrize("login", ["agent", "lead", "quality", "manager", "auditor", "dealer", "engineer", "sales", "admin"])
def test_nobody_else_finds_any_of_it(login: str) -> None:
    liability = decided()
    notice = propose(liability)
    do(notice, "approve", "director", note="同意")
    who, desk = actor(login), client(login)
    cases = [liability, notice]
    assert not Case.objects.visible_to(who).filter(pk__in=[c.pk for c in cases]).exists()
    for rows in (Share.objects, Personal.objects, Listed.objects, Attachment.objects):
        assert not rows.visible_to(who).exists()
    menu = desk.get("/").content.decode()
    assert all(word not in menu for word in ("责任核定", "奖罚通知", "行政处分", "个人责任"))
    for case in cases:
        assert desk.get(f"/c/{case.process}/{case.number}/").status_code == 404
        assert desk.get(f"/c/{case.process}/{case.number}/lines").status_code == 404
        assert desk.get(f"/c/{case.process}/{case.number}/paper/copy1").status_code == 404
        assert case.number not in desk.get(f"/c/{case.process}/").content.decode()
        assert f"/c/{case.process}/{case.number}" not in desk.get(f"/find?q={case.number}").content.decode()
        assert desk.get(f"/api/v1/{case.process}/{case.number}").status_code in (401, 404)
    assert desk.get("/liability/personal").status_code == 403
    if login != "engineer":
        assert desk.get(f"/sanctions/mine/{notice.number}").status_code == 404


def test_its_readers_do_find_it_and_who_is_asked_sees_what_they_are_asked_about() -> None:
    liability = decided()
    for login in ("office", "deputy", "director", "finance"):
        assert f"/c/liability/{liability.number}" in client(login).get(f"/find?q={liability.number}").content.decode()
        assert liability.number in client(login).get("/c/liability/?view=all").content.decode()
    notice = propose(liability)
    do(notice, "approve", "director", note="同意")
    assert client("production").get(f"/c/sanction/{notice.number}/").status_code == 200, "its copy waits for them"
    assert client("production").get(f"/c/liability/{liability.number}/").status_code == 404, "they have answered"


def test_one_sees_ones_own_notice_once_it_is_approved_and_is_told() -> None:
    notice = propose(decided())
    desk = client("engineer")
    assert notice.number not in desk.get("/sanctions/mine").content.decode()
    do(notice, "approve", "director", note="同意")
    assert notice.number in desk.get("/sanctions/mine").content.decode()
    assert desk.get(f"/sanctions/mine/{notice.number}").content[:4] == b"%PDF"
    while dispatcher.round():
        pass
    told = Message.objects.get(to_account=account("engineer"), template="sanction_own")
    assert "/sanctions/mine" in letters.text_of(told)


def test_the_list_of_the_month_goes_to_personnel_without_the_complaint_and_is_published_with_proof() -> None:
    with simulated(LATE):
        first = propose(decided())
        do(first, "approve", "director", note="同意")
        do(propose(decided(), measure="notice"), "approve", "director", note="同意")  # no disciplinary measure
        propose(decided())  # not approved
    with simulated(datetime(2026, 11, 1, 9, tzinfo=HERE)):
        assert duties.open_due(DISCIPLINE) == 1 and duties.open_due(DISCIPLINE) == 0
        record = Discipline.objects.select_related("case").get()
        assert (record.month, record.cases, record.due_at) == ("2026-10", 1, datetime(2026, 11, 11, tzinfo=HERE))
        with pytest.raises(Refused):
            do(record.case, "publish", "personnel", published_on="2026-11-01", proof=[photo("personnel")])
        do(record.case, "send", review="属实")
        with pytest.raises(Refused) as caught:
            do(record.case, "publish", "personnel", published_on="2026-11-01")
        assert "proof" in caught.value.fields
        page = client("personnel").get(f"/c/discipline/{record.case.number}/").content.decode()
        assert "工程师康" in page and "警告" in page and WARNING["reason"] not in page
        assert not Case.objects.visible_to(actor("personnel")).exclude(process="discipline").exists(), "no complaint, no liability"
        assert do(record.case, "publish", "personnel", published_on="2026-11-01", proof=[photo("personnel")]).state == "published"
    Account.objects.filter(pk=account("engineer").pk).update(name="改名")
    assert Listed.objects.visible_to(actor("personnel")).get().name == "工程师康"
    with simulated(datetime(2026, 12, 1, 9, tzinfo=HERE)):
        duties.open_due(DISCIPLINE)
    assert Discipline.objects.select_related("case").get(month="2026-11").case.state == "nothing"


def test_what_personnel_takes_away_is_no_formula_and_no_deduction() -> None:
    Account.objects.filter(login="engineer").update(name="=1+1")
    decided()
    desk = client("personnel")
    page = desk.get("/liability/personal").content.decode()
    assert "不扣款" in page and "扣款未开启：扣减工资须有劳动合同依据" in page
    answer = desk.get("/liability/personal?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows())
    assert rows[1][0].value == "=1+1" and rows[1][0].data_type == "s" and rows[1][0].quotePrefix
    assert rows[1][8].value == "不扣款" and rows[1][5].value == 700, "a number: to be summed up"


def test_every_paper_is_set_and_each_copy_says_which_it_is() -> None:
    liability = decided()
    notice = propose(liability)
    do(notice, "approve", "director", note="同意")
    desk = client("office")
    for path in (f"liability/{liability.number}/paper/worksheet", *(f"sanction/{notice.number}/paper/copy{n}" for n in (1, 2, 3))):
        assert desk.get(f"/c/{path}").content[:4] == b"%PDF", path
    record = Sanction.objects.select_related("case__unit", "person").get(pk=notice.pk)
    notes = [str(papers.copy(label)(record.case, record, actor("office")).title) for label in papers.COPIES]
    assert notes == ["奖罚通知单第一联：自存", "奖罚通知单第二联：会计", "奖罚通知单第三联：受奖罚部门"]
