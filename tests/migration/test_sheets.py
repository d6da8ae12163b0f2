"""Who keeps a unit brings its customers, devices and staff in by a sheet: checked row by row, shown, brought once."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests.cast import account, actor
from xiuhao.kernel import roles
from xiuhao.kernel.models import Account, Grant, Unit
from xiuhao.migration.models import SheetRun
from xiuhao.migration.taking import SUBJECTS, import_on
from xiuhao.party import queries as people
from xiuhao.party.models import Change, Customer, Staff
from xiuhao.product import queries as products
from xiuhao.product.models import Device

pytestmark = pytest.mark.django_db
HEADERS = ("手机号", "姓名", "地址", "SN", "品类", "购机日期", "发票号")


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(account("manager"))
    return client


def row(n: int, **changed: str) -> list[str]:
    cells = dict(
        zip(HEADERS, (f"139{n:08d}", f"客户{n}", "浙江省杭州市西湖区文三路1号", f"XH{n:06d}", "冰箱", "2026/3/1", ""), strict=True)
    )
    return list({**cells, **changed}.values())


def text(rows: list[list[str]], headers: Any = HEADERS, separator: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(separator.join(cells) for cells in (headers, *rows)).encode(encoding)


def upload(client: Client, data: bytes, of: str = "customers") -> str:
    file = io.BytesIO(data)
    file.name = "表.csv"
    return client.post(f"/migration/sheet/{of}", {"file": file}, follow=True).content.decode()


def latest(who: str = "manager") -> SheetRun:
    return SheetRun.objects.visible_to(actor(who)).latest("created_at")


def decide(client: Client, then: str = "whole", who: str = "manager") -> str:
    return client.post(f"/migration/sheet/run/{latest(who).pk}", {"then": then}, follow=True).content.decode()


def counts() -> tuple[int, int]:
    return Customer.objects.unscoped("count").count(), Device.objects.unscoped("count").count()


@pytest.mark.parametrize(("separator", "encoding"), [(",", "gb18030"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_X1_customers_come_in_once_with_their_devices_from_any_text(manager: Client, separator: str, encoding: str) -> None:
    before = counts()
    data = text([row(1), row(2), [f"139{1:08d}", "客户1", "", "XH000009", "空调", "", "FP1"]], separator=separator, encoding=encoding)
    page = upload(manager, data)
    assert "3 行无误" in page and "3 台新设备" in page and "139****0001" in page and "13900000001" not in page
    assert counts() == before, "nothing is brought before somebody has seen the check"
    assert "导入 3 行" in decide(manager) and counts() == (before[0] + 2, before[1] + 3)
    device = products.by_serials({"XH000001"})["XH000001"]
    owner = people.by_phones({"+8613900000001"})["+8613900000001"]
    assert (device.customer_id, str(device.purchased_on), device.category and device.category.key) == (owner.pk, "2026-03-01", "fridge")
    assert (owner.name, owner.unit_id, owner.region) == ("客户1", actor("manager").unit, "浙江")
    assert Change.objects.unscoped("look").get(verb="import").data == {"of": "customers", "made": 3, "known": 0}
    assert "3 行已有" in upload(manager, data) and "3 行原来就有" in decide(manager) and counts() == (before[0] + 2, before[1] + 3)


def test_a_file_of_something_else_is_told_so_in_words_that_fit_every_sheet(manager: Client) -> None:
    told = upload(manager, "甲,乙\n1,2\n".encode())
    assert "没有找到表头" in told and "问题描述" not in told  # a column of another sheet
    assert not SheetRun.objects.unscoped("test").exists()


def test_what_is_known_is_filled_in_where_empty_and_never_overwritten(manager: Client) -> None:
    upload(manager, text([row(1, 发票号="", 购机日期=""), row(2, 发票号="FP-OLD")]))
    decide(manager)
    upload(manager, text([row(1, 发票号="FP-NEW", 购机日期="2026-02-02", 姓名="别的名字"), row(2, 发票号="FP-OTHER")]))
    decide(manager)
    found = products.by_serials({"XH000001", "XH000002"})
    assert [found[s].invoice_no for s in sorted(found)] == ["FP-NEW", "FP-OLD"] and str(found["XH000001"].purchased_on) == "2026-02-02"
    assert people.by_phones({"+8613900000001"})["+8613900000001"].name == "客户1"


def test_rows_at_fault_are_told_by_row_column_and_reason_and_mended_make_the_rest(manager: Client) -> None:
    upload(manager, text([row(9)]))
    decide(manager)
    before = counts()
    wrong = [
        row(1), row(2, 手机号="12345"), row(3, 购机日期="去年"), row(4, 品类="飞船"), row(5, SN=""), row(6, SN="XH000009"), row(1),
        row(8, 购机日期="2999-01-01"),
    ]  # fmt: skip
    page = upload(manager, text(wrong))
    assert "1 行无误" in page and "7 行有误" in page
    for said in ("手机号", "应写成 2026-01-31", "写了设备资料就要有序列号", "与第 2 行重复", "XH000009"):
        assert said in page
    assert manager.post(f"/migration/sheet/run/{latest().pk}", {"then": "whole"}).status_code == 422 and counts() == before
    assert "7 行未导入" in decide(manager, "good") and counts() == (before[0] + 1, before[1] + 1)
    answer = manager.get(f"/migration/sheet/run/{latest().pk}/errors.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    lines = [[str(cell or "") for cell in cells] for cells in sheet.iter_rows(values_only=True)]
    assert [line[-2] for line in lines[1:]] == ["3", "4", "5", "6", "7", "8", "9"] and "品类" in lines[3][-1]
    lines[1][0], lines[2][5] = "13900000002", "2026-01-01"
    assert "2 行无误" in upload(manager, text([line[:7] for line in lines[1:3]]))
    assert "导入 2 行" in decide(manager)


def test_all_or_nothing_takes_everything_back_when_somebody_was_quicker(manager: Client) -> None:
    upload(manager, text([row(1), row(2)]))
    run = latest()
    upload(manager, text([row(3, SN="XH000002")]))
    decide(manager)
    before = counts()
    page = manager.post(f"/migration/sheet/run/{run.pk}", {"then": "whole"}, follow=True).content.decode()
    assert "1 行有误" in page and counts() == before and run.state != "finished"
    assert "导入 1 行" in manager.post(f"/migration/sheet/run/{run.pk}", {"then": "good"}, follow=True).content.decode()


def test_X5_a_piece_and_its_result_are_one_commit_so_that_another_worker_goes_on(manager: Client, monkeypatch: Any) -> None:
    monkeypatch.setitem(SUBJECTS, "customers", SUBJECTS["customers"].__class__(**{**vars(SUBJECTS["customers"]), "piece": 2}))
    before = counts()
    upload(manager, text([row(n) for n in range(5)]))
    run = latest()
    SheetRun.objects.visible_to(actor("manager")).filter(pk=run.pk).update(state="importing", whole=False)
    run.refresh_from_db()
    assert import_on(run) and counts()[0] == before[0] + 2, "a worker brought one piece and died"
    again = latest()
    while import_on(again):
        continue
    assert counts() == (before[0] + 5, before[1] + 5) and latest().state == "finished"


def test_only_who_keeps_a_unit_brings_people_and_only_into_their_own(client: Client) -> None:
    client.force_login(account("agent"))
    assert client.get("/migration/sheet/customers").status_code == 403
    Grant.objects.create(account=account("outsider"), role=roles.MANAGER, unit=Unit.objects.get(name="四川公司"))
    client.force_login(account("outsider"))
    headers = (*HEADERS, "归属单位")
    page = upload(client, text([[*row(1), "四川公司"], [*row(2), "杭州站"]], headers))
    assert "1 行无误" in page and "没有“杭州站”这个单位" in page
    staff = ("登录名", "姓名", "单位", "岗位")
    page = upload(client, text([["xin1", "新一", "四川公司", "客服代表"], ["xin2", "新二", "四川公司", "系统管理员"]], staff), "staff")
    assert "1 行无误" in page and "1 行有误" in page
    assert "导入 1 行" in decide(client, "good", "outsider") and not Account.objects.filter(login="xin2").exists()
    client.force_login(account("manager"))
    assert client.get(f"/migration/sheet/run/{latest('outsider').pk}").status_code == 404


def test_staff_are_hired_with_posts_and_skills_once(manager: Client) -> None:
    headers = ("工号", "姓名", "部门", "角色", "技能", "邮箱", "职务")
    rows = [["xin.yi", "新一", "一组", "客服代表、技术专家", "制冷维修:2、空调维修", "xin@example.com", ""]]
    page = upload(manager, text([*rows, ["bad", "坏", "没有的组", "客服代表", "飞行", "x", ""]], headers), "staff")
    assert "1 行无误" in page and "没有“没有的组”这个单位" in page and not Account.objects.filter(login="xin.yi").exists()
    assert "导入 1 行" in decide(manager, "good")
    made = Staff.objects.visible_to(actor("manager")).get(account__login="xin.yi")
    assert {skill.skill.key: skill.level for skill in made.skills.all()} == {"refrigeration": 2, "air_conditioning": 1}
    assert set(made.account.grants.values_list("role", "unit__name")) == {("agent", "一组"), ("expert", "一组")}
    rows[0][6] = "组员"
    assert "1 行已有" in upload(manager, text(rows, headers), "staff") and "1 行原来就有" in decide(manager)
    made.refresh_from_db()
    assert made.post == "组员" and Account.objects.filter(login="xin.yi").count() == 1


def test_devices_alone_come_in_once_belong_to_nobody_and_those_that_are_there_stay_as_they_are(manager: Client) -> None:
    upload(manager, text([row(1)]))
    decide(manager)
    owned = products.by_serials({"XH000001"})["XH000001"]
    headers = ("SN", "品类", "购机日期", "发票号")
    rows = [["XH000001", "冰箱", "", "FP1"], ["XH900001", "冰箱", "2026/3/1", ""], ["", "冰箱", "", ""], ["XH900002", "飞船", "", ""]]
    before = counts()
    page = upload(manager, text(rows, headers), "devices")
    assert "2 行无误" in page and "2 行有误" in page and "1 台新设备" in page and counts() == before
    assert "导入 1 行" in decide(manager, "good") and counts() == (before[0], before[1] + 1)
    found = products.by_serials({"XH000001", "XH900001"})
    assert found["XH900001"].customer_id is None and str(found["XH900001"].purchased_on) == "2026-03-01"
    assert (found["XH000001"].customer_id, found["XH000001"].invoice_no) == (owned.customer_id, ""), "what is somebody's is theirs to tell"
    assert "1 行已有" in upload(manager, text(rows[1:2], headers), "devices") and "1 行原来就有" in decide(manager)


@pytest.mark.parametrize("of", sorted(SUBJECTS))
def test_the_template_passes_with_its_own_example(manager: Client, of: str) -> None:
    data = manager.get(f"/migration/sheet/{of}/template.xlsx").content
    assert "1 行无误" in upload(manager, data, of)


@pytest.mark.parametrize(
    ("header", "value", "fault"),
    [("发票号", "2.53320E+19", "末几位已经丢失"), ("发票号", "25332000000012345678", ""), ("购买价", "1.299,00", "购买价应是数字"),
     ("购买价", "12,99", "购买价应是数字"), ("购买价", "-5", "购买价应是数字"), ("购买价", "￥1,299.00", ""), ("购买价", "１２９９", "")],
)  # fmt: skip
def test_a_number_is_taken_as_it_was_written_or_not_at_all(manager: Client, header: str, value: str, fault: str) -> None:
    cells = dict(zip((*HEADERS, "购买价"), [*row(1), ""], strict=True)) | {header: value}
    page = upload(manager, text([list(cells.values())], tuple(cells), "\t"))
    assert fault in page and ("1 行无误" in page) is not bool(fault)
    if not fault:
        decide(manager)
        device = Device.objects.unscoped("test").get()
        assert str(device.price or "") == ("1299.00" if header == "购买价" else "") and device.invoice_no == (
            value if header == "发票号" else ""
        )
