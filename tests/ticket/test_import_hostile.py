"""Excel import against hostile.md X1 to X7: what would blow up is refused before it is opened, nothing is guessed silently."""

from __future__ import annotations

import io
import re
import struct
import time
import tracemalloc
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.test import Client

from tests.cast import account, actor
from tests.sheets import HEADERS, book, row, text, upload
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.ticket import importing, workbooks
from xiuhao.ticket.models import ImportRun, Ticket
from xiuhao.ui import spreadsheet
from xiuhao.ui.book import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(account("agent"))
    return client


def page(client: Client, data: bytes, name: str = "a.xlsx") -> str:
    return upload(client, data, name).content.decode()


def latest() -> ImportRun:
    return ImportRun.objects.visible_to(actor("agent")).latest("created_at")


def decide(client: Client, then: str) -> str:
    return client.post(f"/ticket/import/{latest().pk}", {"then": then}, follow=True).content.decode()


def tickets() -> int:
    return Case.objects.unscoped("count").filter(process="ticket").count()


def archive(members: dict[str, bytes], whole: bytes | None = None) -> bytes:
    """A workbook with some of its members replaced or added."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole or book([row(1)]))) as old,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for item in old.infolist():
            if item.filename not in members:
                new.writestr(item, old.read(item))
        for name, content in members.items():
            new.writestr(name, content)
    return data.getvalue()


def worksheet(body: bytes) -> bytes:
    return b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + body + b"</sheetData></worksheet>"


def lied(data: bytes, name: bytes, claimed: int) -> bytes:
    """The archive claims that a member is small."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    return data[: at + 24] + struct.pack("<I", claimed) + data[at + 28 :]


def test_X1_bombs_and_entities_are_refused_before_they_are_inflated(desk: Client) -> None:
    bomb = archive({"xl/sharedStrings.xml": b"<sst>" + b"\0" * 160 * 2**20 + b"</sst>"})
    laughs = archive({"xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'})
    outside = archive({"xl/workbook.xml": b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook>&x;</workbook>'})
    liar = lied(archive({"xl/media/a.bin": b"\0" * 160 * 2**20}), b"xl/media/a.bin", 1000)
    assert len(bomb) < 2**20
    for data in (bomb, laughs, outside, liar):
        answer = upload(desk, data)
        assert answer.status_code == 422 and "没有打开" in answer.content.decode()
        tracemalloc.start()
        began = time.process_time()
        with pytest.raises(Refused):
            spreadsheet.read(data, {"x"})
        assert time.process_time() - began < 2
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
        tracemalloc.stop()
    assert not ImportRun.objects.unscoped("count").exists()
    assert "1 行无误" in page(desk, archive({})), "the same archive without the bomb is read"


def test_X2_a_million_blank_rows_are_refused_with_their_number(desk: Client) -> None:
    claims = b'<dimension ref="A1:GR1048576"/>'
    inside = zipfile.ZipFile(io.BytesIO(book([row(1)]))).read("xl/worksheets/sheet1.xml")
    assert "1 行无误" in page(desk, archive({"xl/worksheets/sheet1.xml": inside.replace(b"<sheetData>", claims + b"<sheetData>")}))
    blank = b"".join(b'<row r="%d" spans="1:200"/>' % n for n in range(1, 1_048_577))
    refused = upload(desk, archive({"xl/worksheets/sheet1.xml": worksheet(blank)}))
    assert refused.status_code == 413 and "1,048,576 行" in refused.content.decode()
    far = worksheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD9"><v>1</v></c></row>')
    assert "16384 列" in page(desk, archive({"xl/worksheets/sheet1.xml": far}))
    assert "50,001 行" in page(desk, text([row(1)] * 50_001), "a.csv")


def test_X2_a_reader_that_is_asked_for_too_much_memory_falls_alone(desk: Client) -> None:
    hidden = worksheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    whole = archive({"xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        b' Target="elsewhere/s.xml"/>'
        b"</Relationships>", "xl/elsewhere/s.xml": hidden})  # fmt: skip
    assert upload(desk, whole).status_code in (413, 422)


def test_X3_values_only_rounded_numbers_and_dates_of_both_epochs(desk: Client) -> None:
    data = io.BytesIO()
    made = xlsxwriter.Workbook(data, {"in_memory": True, "date_1904": True})
    hidden, sheet = made.add_worksheet("旧"), made.add_worksheet("工单")
    sheet.activate()
    hidden.hide()
    hidden.write_row(0, 0, HEADERS)
    sheet.merge_range(0, 0, 0, 9, "三季度报修汇总")
    sheet.write_row(1, 0, HEADERS)
    for at, (phone, story) in enumerate([(13900000001, "=1+1 不制冷"), ("1.39E+10", "不制冷"), (13900000003, "=cmd|' /C calc'!A0")], 2):
        cells = row(at, 联系电话=phone, 问题描述=story)
        for place, value in enumerate(cells):
            sheet.write_string(at, place, value) if isinstance(value, str) else sheet.write_number(at, place, value)
        sheet.write_number(at, 7, 44620 - 1462, made.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    sheet.write_number(4, 6, 123456789012345678)
    made.close()
    shown = page(desk, data.getvalue())
    assert "1 行无误" in shown and "显示为 1.39E+10" in shown and "序列号”显示为 1.23456789012346e+17" in shown
    decide(desk, "good")
    ticket = Ticket.objects.get()
    assert ticket.contact_phone == "+8613900000001" and ticket.description == "=1+1 不制冷" and ticket.contact_name == ""
    assert ticket.purchased_on is not None and ticket.purchased_on.isoformat() == "2022-02-28"


def test_X4_three_bad_rows_in_five_thousand_stop_everything_or_are_left_out(desk: Client) -> None:
    rows = [row(n) for n in range(1, 451)]
    for n, change in ((100, {"类型": "不知道"}), (300, {"联系电话": "12345"}), (400, {"问题描述": ""})):
        rows[n - 1] = row(n, **change)
    run = importing.start(actor("agent"), "x.xlsx", book(rows), "zh-hans")
    while importing.check_on(run):
        continue
    shown = desk.get(f"/ticket/import/{run.pk}").content.decode()
    assert "447 行无误" in shown and "3 行有误" in shown
    assert [(number, column) for number, column, _why in faults(run)] == [(101, "类型"), (301, "联系电话"), (401, "问题描述")]
    refused = desk.post(f"/ticket/import/{run.pk}", {"then": "whole"})
    assert refused.status_code == 422 and tickets() == 0, "all or nothing is nothing"
    run.refresh_from_db()
    importing.begin(run, whole=False)
    while importing.import_on(run):
        continue
    assert tickets() == 447 and importing.progress(run)["made"] == 447
    upload(desk, book([*rows[:99], row(100, 类型="其他"), *rows[100:150]]))
    assert "149 行以前导入过" in desk.get(f"/ticket/import/{latest().pk}").content.decode()
    result = decide(desk, "whole")
    assert "新建 1 个工单" in result and "149 行以前导入过" in result and tickets() == 448


def test_X4_a_row_that_fails_after_the_check_takes_all_rows_back(desk: Client) -> None:
    from xiuhao.product.models import Category

    upload(desk, book([row(1), row(2, 品类="空调")]))
    Category.objects.filter(key="aircon").update(active=False)
    from xiuhao.kernel.policy.book import moved

    moved("catalogue")
    shown = decide(desk, "whole")
    assert tickets() == 0 and "1 行有误" in shown and "品类" in shown
    assert "新建 1 个工单" in decide(desk, "good")


def test_X5_the_same_file_twice_by_anybody_makes_no_second_ticket(desk: Client) -> None:
    data = book([row(1), row(2, 外部编号=""), row(2, 外部编号="")])
    assert "与第 3 行重复" in page(desk, data)
    decide(desk, "good")
    assert tickets() == 2
    known = page(desk, book([row(1), row(2, 外部编号="")]))
    assert "2 行以前导入过" in known and "没有新的行要导入" in known and "行无误" not in known and "只导入" not in known
    more = page(desk, book([row(1), row(2, 外部编号=""), row(3)]))
    assert "1 行无误" in more and "导入新的 1 行" in more
    page(desk, data)
    assert "新建 0 个工单" in decide(desk, "good") and tickets() == 2
    assert "以前导入过，内容与这次不同" in page(desk, book([row(1, 问题描述="别的")]))
    desk.force_login(account("colleague"))
    assert "以前导入过" in page(desk, data) and tickets() == 2


@pytest.mark.parametrize(("encoding", "separator"), [("gb18030", ","), ("gbk", ";"), ("utf-8-sig", "\t"), ("utf-16", "\t"), ("utf-8", ";")])
def test_X6_text_of_any_usual_encoding_and_separator_is_read_rightly(desk: Client, encoding: str, separator: str) -> None:
    shown = page(desk, text([row(1, 问题描述="不制冷、异响")], separator, encoding), "报修.csv")
    assert "1 行无误" in shown and "不制冷、异响" in shown and re.search("按 csv (gb18030|utf-8|utf-16)", shown)


def test_X6_what_cannot_be_read_is_refused_and_a_tab_in_a_cell_is_a_space(desk: Client) -> None:
    assert "编码认不出来" in page(desk, "联系电话,问题描述\n1,不制冷".encode("gbk") + b"\xff\xff", "a.csv")
    assert "没有找到表头" in page(desk, "甲,乙,丙\n1,2,3\n".encode(), "a.csv")
    told = text([row(1, 联系人='"王\t芳"')], ",")
    assert "1 行无误" in page(desk, told, "a.csv")
    decide(desk, "whole")
    assert Ticket.objects.get().contact_name == "王 芳"


def test_X6_an_open_quotation_mark_swallows_no_row_and_a_shifted_row_is_said(desk: Client) -> None:
    rows = text([row(1, 问题描述='"不制冷'), row(2), row(3, 问题描述="异响, 漏水")], ",").decode().splitlines()
    shown = page(desk, "\n".join(rows[:3]).encode(), "a.csv")
    assert "2 行无误" in shown and "&quot;不制冷" in shown, "the mark belongs to the text: both rows are there"
    assert "第 2 行起有引号没有成对" in page(desk, "\n".join(rows).encode(), "a.csv"), "of two oddities at once nobody knows what is meant"
    wide = page(desk, "\n".join([rows[0], rows[2], rows[3]]).encode(), "b.csv")
    assert "1 行无误" in wide and "这一行的列比表头多" in wide
    assert "1 行无误" in page(desk, rows[0].encode() + b"\n" + rows[2].replace("客户", "客\0户").encode(), "c.csv"), "no sign of no text"


def test_X7_cells_that_begin_like_formulas_are_handed_out_as_text() -> None:
    evil = ["=1+1", "+86 138", "-2", "@SUM(A1)", "\t=1", "0571-1", "00123"]
    made = workbooks.errors(["列"] * len(evil), [(2, evil)], [[2, "列", "不对"]])
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert sheet is not None
    cells: Any = sheet[2]
    assert [cell.value for cell in cells][: len(evil)] == evil and {cell.data_type for cell in cells} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells][: len(evil)] == [True] * 5 + [False] * 2


def test_a_file_over_the_limit_or_of_another_kind_is_refused_in_plain_words(desk: Client) -> None:
    assert upload(desk, b"PK\x03\x04" + b"\0" * (spreadsheet.MOST_BYTES + 1)).status_code == 413
    assert "文件打不开" in page(desk, b"PK\x03\x04rubbish") and "文件打不开" in page(desk, b"\xd0\xcf\x11\xe0" + b"\0" * 5000, "a.xls")
    assert "没有要导入的行" in page(desk, b" \n", "a.csv") and "没有要导入的行" in page(desk, book([]))
    assert "两列都是“联系电话”" in page(desk, book([row(1)], [*HEADERS[:3], "手机", *HEADERS[4:]]))
    assert "缺少必填的列：急缓" in page(desk, book([row(1)[:9]], HEADERS[:9]))
