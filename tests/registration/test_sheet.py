"""A dealer's file: all rows or none, each told what is wrong; the same file again makes nothing twice."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests import cast
from tests.registrations import model
from xiuhao.registration.models import Registration

pytestmark = pytest.mark.django_db
HEAD = "联系电话,真实姓名,购货卡号,型号,序列号,购买日期,已出示个人信息告知书,同意接收新品与政策推广"


def client(who: str = "dealer") -> Client:
    made = Client()
    made.force_login(cast.account(who))
    return made


def send(*rows: str) -> object:
    file = SimpleUploadedFile("day.csv", "\n".join([HEAD, *rows]).encode("gb18030"))
    return client().post("/registration/sheet", {"file": file})


def test_a_bad_row_stops_all_rows_and_is_named_and_a_good_file_is_registered_once() -> None:
    model()
    good = "13800138000,王小明,GK1,冰箱 · 冰箱 BCD-500,XH24A0001,2026-10-01,是,是"
    other = "13900139000,李小红,GK2,冰箱 · 冰箱 BCD-500,XH24A0002,2026年10月2日,是,否"
    refused = send(good, "1390013,,GK2,冰箱 · 冰箱 BCD-500,XH24A0002,2026-10-02,是,否")
    page = refused.content.decode()  # type: ignore[attr-defined]
    assert refused.status_code == 422 and "真实姓名" in page and "联系电话" in page  # type: ignore[attr-defined]
    assert not Registration.objects.exists()
    assert send(good, other).status_code == 303  # type: ignore[attr-defined]
    assert Registration.objects.count() == 2
    assert send(good, other).status_code == 303  # type: ignore[attr-defined]
    assert Registration.objects.count() == 2
    twice = send(good, good.replace("GK1", "GK3"))
    assert twice.status_code == 422 and Registration.objects.count() == 2  # type: ignore[attr-defined]


def test_the_rows_at_fault_come_as_a_file_with_reasons_for_their_sender_alone_and_corrected_they_are_taken() -> None:
    model()
    good = "13800138000,王小明,GK1,冰箱 · 冰箱 BCD-500,XH24A0001,2026-10-01,是,是"
    page = send(good, "1390013,,GK2,BCD-500,XH24A0002,2026-10-02,是,否").content.decode()  # type: ignore[attr-defined]
    link = page.split('href="/files/')[1].split('"')[0]
    answer = client().get(f"/files/{link}")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    head, fine, bad, *rest = [[str(cell or "") for cell in cells] for cells in sheet.iter_rows(values_only=True)]
    assert head == [*HEAD.split(","), "原行号", "原因"] and not rest and (fine[-1], bad[-2]) == ("", "3")
    assert "真实姓名：" in bad[-1] and "联系电话：" in bad[-1]
    assert client("agent").get(f"/files/{link}").status_code == 404
    bad[0], bad[1] = "13900139000", "李小红"
    assert send(",".join(fine[:-2]), ",".join(bad[:-2])).status_code == 303  # type: ignore[attr-defined]
    assert Registration.objects.count() == 2


def test_the_template_has_an_example_and_lists_the_models_with_their_codes_and_passes_when_filled_in() -> None:
    model()
    filled = load_workbook(io.BytesIO(client().get("/registration/sheet/template.xlsx").content))
    form, values = filled.worksheets
    heads = [str(cell.value).rstrip("*") for cell in form[1]]
    example = dict(zip(heads, (str(cell.value or "") for cell in form[2]), strict=True))
    assert example["联系电话"] == "13800138000" and example["型号"] == "冰箱 · 冰箱 BCD-500" and example["已出示个人信息告知书"] == "是"
    listed = {cell.value for cells in values.iter_rows() for cell in cells}
    assert {"冰箱 · 冰箱 BCD-500", "BCD-500", "型号代码", "是", "否"} <= listed and form.data_validations.count >= 4
    form.cell(2, heads.index("型号") + 1, "BCD-500")
    data = io.BytesIO()
    filled.save(data)
    file = SimpleUploadedFile("模板.xlsx", data.getvalue())
    assert client().post("/registration/sheet", {"file": file}).status_code == 303 and Registration.objects.count() == 1


def test_the_template_has_the_columns_of_the_form_and_is_for_registrars_only() -> None:
    sheet = load_workbook(io.BytesIO(client().get("/registration/sheet/template.xlsx").content)).active
    assert sheet is not None and [str(cell.value) for cell in sheet[1]][:4] == ["联系电话*", "真实姓名*", "购货卡号*", "型号*"]
    assert client("auditor").get("/registration/sheet/template.xlsx").status_code == 403


def test_a_number_of_which_digits_are_lost_and_a_shifted_row_are_told_and_nothing_is_registered() -> None:
    model()
    good = "13800138000,王小明,GK1,BCD-500,XH24A0001,2026-10-01,是,是"
    page = send(
        good, good.replace("13800138000", "13900139000").replace("GK1", "2.53320E+19"), good.replace("小明", "小,明")
    ).content.decode()  # type: ignore[attr-defined]
    assert "显示为 2.53320E+19，末几位已经丢失" in page and "这一行的列比表头多" in page and not Registration.objects.exists()
