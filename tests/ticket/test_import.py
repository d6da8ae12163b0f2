"""A sheet becomes tickets: checked row by row through the gate that a call passes, shown, then imported once."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.test import Client

from tests.cast import account, actor
from tests.sheets import HEADERS, book, row, upload
from xiuhao.kernel import recount
from xiuhao.kernel.models import Case, Journal, Outbox, Refusal
from xiuhao.ticket.models import ImportRun, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(account("agent"))
    return client


def tickets() -> int:
    return Case.objects.unscoped("count").filter(process="ticket").count()


def latest() -> ImportRun:
    return ImportRun.objects.visible_to(actor("agent")).latest("created_at")


def decide(client: Client, then: str) -> str:
    return client.post(f"/ticket/import/{latest().pk}", {"then": then}, follow=True).content.decode()


def test_a_good_sheet_is_checked_shown_masked_and_imported_once(desk: Client) -> None:
    page = upload(desk, book([row(1), row(2, 急缓="紧急")])).content.decode()
    assert tickets() == 0, "nothing is imported before somebody has seen the check"
    assert "2 行无误" in page and "139****0001" in page and "13900000001" not in page
    assert "新建 2 个工单" in decide(desk, "whole") and tickets() == 2
    made = Ticket.objects.order_by("pk")
    assert [(t.channel, t.category.key, t.urgency, t.purchased_on.isoformat()) for t in made if t.category and t.purchased_on] == [
        ("import", "fridge", "normal", "2026-03-01"), ("import", "fridge", "high", "2026-03-01"),
    ]  # fmt: skip
    assert made[0].contact_phone == "+8613900000001"
    assert desk.post(f"/ticket/import/{latest().pk}", {"then": "whole"}).status_code == 409 and tickets() == 2


def test_nobody_is_the_first_contact_of_an_imported_row_but_who_gets_it(desk: Client) -> None:
    upload(desk, book([row(n) for n in range(1, 7)]))
    decide(desk, "whole")
    owners = list(Case.objects.unscoped("look").filter(process="ticket").values_list("owner_id", flat=True))
    assert len(set(owners)) > 1, "spread by load, not all on whoever imported"
    assert all(t.case.keeper_id == t.case.owner_id for t in Ticket.objects.select_related("case"))


def test_the_rows_own_channel_asks_its_own_facts_and_the_check_leaves_no_trace(desk: Client) -> None:
    page = upload(desk, book([row(1, 联系人="", 地址="", 品类=""), row(2, 联系电话="")])).content.decode()
    assert "1 行无误" in page and "请填写“联系电话”" in page
    assert not Refusal.objects.exists() and not Journal.objects.exists()


def test_the_file_of_errors_names_the_reasons_and_corrected_makes_the_rest(desk: Client) -> None:
    upload(desk, book([row(1), row(2, 类型="坏了"), row(3, 购买日期="去年春天")]))
    assert "只导入无误的 1 行" in desk.get(f"/ticket/import/{latest().pk}").content.decode()
    assert "新建 1 个工单" in decide(desk, "good")
    answer = desk.get(f"/ticket/import/{latest().pk}/errors.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    lines = [[str(cell or "") for cell in cells] for cells in sheet.iter_rows(values_only=True)]
    assert lines[0] == [*HEADERS, "原行号", "原因"] and [line[-2] for line in lines[1:]] == ["3", "4"]
    assert "类型：" in lines[1][-1] and "购买日期：" in lines[2][-1]
    lines[1][4], lines[2][7] = "使用咨询", "2025-04-01"
    assert "2 行无误" in upload(desk, book(lines[1:], lines[0])).content.decode()
    assert "新建 2 个工单" in decide(desk, "whole") and tickets() == 3


def test_the_template_lists_what_is_permitted_and_passes_when_filled_in(desk: Client) -> None:
    answer = desk.get("/ticket/import/template.xlsx")
    filled = openpyxl.load_workbook(io.BytesIO(answer.content))
    form, values = filled.worksheets
    headers = [str(cell.value) for cell in form[1]]
    assert {"联系电话*", "类型*", "品类", "问题描述*", "急缓*"} <= set(headers) and form.data_validations.count >= 3
    assert {"质量故障", "冰箱", "紧急"} <= {cell.value for cells in values.iter_rows() for cell in cells}
    told = {"联系电话*": "13900000001", "类型*": "质量故障", "品类": "空调", "问题描述*": "滴水", "急缓*": "紧急"}
    for place, header in enumerate(headers, 1):
        form.cell(2, place, told.get(header))
    data = io.BytesIO()
    filled.save(data)
    assert "1 行无误" in upload(desk, data.getvalue()).content.decode()


def test_headers_are_known_by_their_other_names_in_any_order_and_language(desk: Client) -> None:
    headers = ["客户姓名", "Description", "手机号", "type", "紧急程度", "备注"]
    page = upload(desk, book([["王芳", "不制冷", 13900000001, "fault", "normal", "急"]], headers)).content.decode()
    assert "1 行无误" in page and "没有用到的列：备注" in page


def test_another_persons_import_is_not_there_and_who_may_not_receive_may_not_import(desk: Client, client: Client) -> None:
    upload(desk, book([row(1)]))
    pk = latest().pk
    client.force_login(account("colleague"))
    assert client.get(f"/ticket/import/{pk}").status_code == 404
    client.force_login(account("finance"))
    assert client.get("/ticket/import").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_customers_are_told_of_imported_rows_only_if_somebody_asked_for_it(desk: Client) -> None:
    told = Outbox.objects.filter(kind="notice", body__to__contains="customer")
    page = upload(desk, book([row(1)])).content.decode()
    assert 'name="tell"' in page and "checked" not in page.split('name="tell"')[1][:20]
    assert "没有通知客户" in decide(desk, "whole") and not Outbox.objects.filter(kind="notice").exists()
    line = Journal.objects.get(verb="receive")
    assert line.data["quiet"] is True and "JD-1.9" not in line.rules, "what was not sent is not met"
    upload(desk, book([row(2)]))
    answer = desk.post(f"/ticket/import/{latest().pk}", {"then": "whole", "tell": "1"}, follow=True).content.decode()
    line = Journal.objects.filter(verb="receive").latest("pk")
    assert "已通知客户" in answer and told.count() == 1 and line.rules["JD-1.9"] == "met" and "quiet" not in line.data
    report = recount.recount()
    assert "JD-1.9" in report.clauses and report.differences == []
