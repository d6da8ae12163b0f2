"""Finance's pages: a voucher is booked once and reversed, a month is closed by its list, what was collected, files for other ledgers."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import openpyxl
import pytest
from django.db import transaction
from django.test import Client

from tests import cast
from tests.tickets import receive
from xiuhao.accounts import actions, closing, exporting, queries, receivables
from xiuhao.accounts.models import Hold, Month, Receivable, Voucher
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 10, 4, tzinfo=UTC)
ALL = Voucher.objects.unscoped("test")

STANDARD = """凭证日期 会计年度 会计期间 凭证字 凭证号 科目代码 科目名称 币别代码 币别名称 原币金额 借方 贷方 制单 审核 核准 出纳 经办
结算方式 结算号 凭证摘要 数量 数量单位 单价 参考信息 业务日期 往来业务编号 附件数 序号 系统模块 业务描述
汇率类型 汇率 分录序号 核算项目 过账 机制凭证 现金流量"""
FIRST = "制单日期 凭证类别 凭证编号 附单据数 摘要 科目编码 借方金额 贷方金额"


def desk(login: str) -> Client:
    client = Client()
    client.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return client


def action(page: str) -> str:
    return re.findall(r'action="([^"]+key=[^"]+)"', page)[0]


def posted(day: date = date(2026, 10, 12), text: str = "=折让") -> Voucher:
    """For a case."""
    entries = actions.entries_for("allowance", Decimal("12.50"), part_no="@PCB")
    return actions.post(key=uuid4(), day=day, text=text, entries=entries, case=receive().case.pk, by=SYSTEM)


def test_a_voucher_is_booked_once_and_reversed_and_shows_its_case() -> None:
    client = desk("finance")
    with simulated(NOVEMBER):
        form = action(client.get("/books/vouchers/new").content.decode())
        sent = {"day": "2026-11-02", "text": "补记", "debit": "660101", "credit": "1002", "amount": "80"}
        assert [client.post(form, sent).status_code for _ in range(2)] == [303, 303]
        made = ALL.get()
        here = f"/books/vouchers/{made.pk}"
        back = action(client.get(f"{here}/reverse").content.decode())
        assert client.post(back, {"day": "2026-11-10", "text": "记错科目"}).status_code == 303
        page = client.get(here).content.decode()
        assert "JZ2611-0002" in page and f"{here}/reverse" not in page
        balance = client.get("/books/balance?month=2026-11").content.decode()
        assert "660101" in balance and balance.count("160.00") == 2
        case = posted().case
        assert case is not None
        assert f"/c/ticket/{case.number}/" in client.get(f"/books/vouchers?text={case.number}").content.decode()
        assert client.get(f"/books/vouchers/{ALL.get(case=case).pk}").status_code == 200
        assert desk("director").post(form, sent).status_code == 403
        assert client.get(f"{here}/pdf").content[:5] == b"%PDF-"


def test_a_month_is_closed_for_good_once_it_is_over_and_those_before_it_are() -> None:
    client = desk("finance")
    with simulated(NOVEMBER):
        posted(date(2026, 9, 30)), posted(), posted(date(2026, 11, 1))
        yes = {"seen": "on", "final": "on"}
        assert client.post("/books/months/2026-11/close", yes).status_code == 409
        assert [row.month for row in queries.months("open")] == ["2026-10", "2026-09"] and "待结账的月份" in client.get(
            "/"
        ).content.decode()
        page = client.post("/books/months/2026-10/close", yes)
        assert page.status_code == 409 and "2026-09" in page.content.decode()
        assert client.post("/books/months/2026-09/close", {"seen": "on"}).status_code == 422
        for month in ("2026-09", "2026-10"):
            assert client.post(f"/books/months/{month}/close", yes).status_code == 303
        assert not queries.months("open").exists() and "2026-11" in client.get("/books/months").content.decode()
        row = Month.objects.get(pk="2026-10")
        assert row.closed_name == "财务费" and row.checks["vouchers"][0] is True and not row.checks["receivables"][0]
        with pytest.raises(Refused, match="month_closed"), transaction.atomic():
            posted()
        with pytest.raises(Refused, match="month_closed"):
            closing.close("2026-10", cast.actor("finance"))
        page = client.get("/books/months/2026-10").content.decode()
        assert "财务费" in page and "/close" not in page


def test_what_was_collected_is_entered_by_hand_or_as_a_file_of_which_all_rows_are_taken_or_none() -> None:
    client, sales = desk("finance"), cast.account("sales")
    with simulated(NOVEMBER):
        sent = {"salesperson": str(sales.pk), "part_no": "PCB-1", "due": "1000", "collected": "300"}
        assert client.post("/books/collection/enter?month=2026-11", sent).status_code == 303
        head = ("业务员", "料号", "应收", "已收")
        wrong = _sheet(head, ("业务叶", "PCB-1", "1", "1"), ("没有这人", "PCB-2", "x", "1"), ("sales", "PCB-1", "2", "2"))
        page = client.post("/books/collection/load?month=2026-11", {"file": wrong})
        assert page.status_code == 422 and page.content.decode().count("没有这人") == 1 and Receivable.objects.unscoped("test").count() == 1
        right = _sheet(head, ("业务叶", "PCB-1", "1000", "400"), ("sales_head", "PCB-2", "500.00", "500"))
        assert client.post("/books/collection/load?month=2026-11", {"file": right}).status_code == 303
        case = receive().case.pk
        key = uuid4()
        for _ in range(2):
            actions.hold(case=case, amount=Decimal(200), part_no="PCB-1", customer=None, key=key)
        assert Hold.objects.unscoped("test").count() == 1
        found = queries.collection("2026-11")
        assert (found.due, found.disputed, found.collected, found.rate) == (1500, 200, 900, Decimal("69.23"))
        page = client.get("/books/collection?month=2026-11").content.decode()
        assert "69.23%" in page and "50.00%" in page and "100.00%" in page
        assert openpyxl.load_workbook(io.BytesIO(client.get("/books/collection/template.xlsx").content)).active is not None


def _sheet(*rows: tuple[str, ...]) -> io.BytesIO:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))  # type: ignore[union-attr]
    data = io.BytesIO()
    made.save(data)
    data.name = "回款.xlsx"
    data.seek(0)
    return data


def test_a_month_is_taken_to_other_ledgers_without_formulas_and_that_is_kept() -> None:
    client = desk("finance")
    with simulated(NOVEMBER):
        made = posted()
        for layout, kind, encoding in (
            ("yonyou", "utf8", "utf-8-sig"),
            ("yonyou", "gb18030", "gb18030"),
            ("kingdee", "utf8", "utf-8-sig"),
            ("kingdee", "gb18030", "gb18030"),
        ):
            answer = client.get(f"/books/export/{layout}.{kind}?month=2026-10")
            assert f'filename="{layout}-2026-10-{kind}.csv"' in answer.headers["Content-Disposition"]
            data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            head, *rows = csv.reader(io.StringIO(data.decode(encoding)))
            assert len(rows) == 2 and all(len(row) == len(head) for row in rows)
            debit, credit = rows
            words = dict(zip(head, debit, strict=True))
            assert words.get("借方金额", words.get("借方")) == "12.50" and "'=折让" in debit and not any(c[:1] in "=@" for c in debit if c)
            assert "600102" in debit and "1122" in credit
        assert [label for label, _of in exporting.KINGDEE] == STANDARD.split() and len(STANDARD.split()) == 37
        assert [label for label, _of in exporting.YONYOU][:8] == FIRST.split()
        data = b"".join(client.get("/books/export/plain.xlsx?month=2026-10").streaming_content)  # type: ignore[attr-defined]
        cells = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
        assert cells[1][0] == made.number and cells[1][2] == "=折让" and cells[1][5] == 12.5
        assert Reveal.objects.filter(subject__startswith="export:books.").count() == 5
        assert client.get("/books/export/plain.utf8").status_code == 404 and client.get("/books/export").status_code == 200


def test_the_chart_is_the_companys_own_and_a_code_is_for_good() -> None:
    client = desk("finance")
    new = {"code": "660103", "zh": "销售费用—样品", "kind": "profit", "active": "on"}
    assert client.post("/books/chart/new", new).status_code == 303 and client.post("/books/chart/new", new).status_code == 409
    assert client.post("/books/chart/new", {**new, "code": "66A"}).status_code == 422
    assert client.post("/books/chart/660103", {"zh": "样品费", "kind": "profit"}).status_code == 303
    with pytest.raises(Refused, match="account_unknown"), transaction.atomic():
        posting = [actions.Entry(account_id="660103", debit=Decimal(1)), actions.Entry(account_id="1002", credit=Decimal(1))]
        actions.post(key=uuid4(), day=date(2026, 10, 1), text="x", entries=posting, case=None, by=SYSTEM)
    assert "样品费" in client.get("/books/chart").content.decode()


def test_balance_and_collection_rate_are_taken_as_workbooks_with_numbers_and_it_is_kept_who_took_them() -> None:
    client = desk("finance")
    with simulated(NOVEMBER):
        posted()
        receivables.save(
            "2026-10", [receivables.Entered(cast.account("sales").pk, "=PCB", Decimal(900), Decimal(600))], cast.actor("finance")
        )
        books = []
        for page in ("balance", "collection"):
            assert f"/books/{page}?month=2026-10&amp;export=xlsx" in client.get(f"/books/{page}?month=2026-10").content.decode()
            answer = client.get(f"/books/{page}?month=2026-10&export=xlsx")
            books.append(list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)))
    assert {row[0]: row[2:] for row in books[0][1:]}["1122"] == (0, 0, 12.5, -12.5)
    assert books[1][1] == (cast.account("sales").name, "=PCB", 900, 0, 900, 600, "66.67%")
    assert set(Reveal.objects.values_list("subject", flat=True)) == {"export:books.balance", "export:books.collection"}
    assert desk("agent").get("/books/balance?month=2026-10&export=xlsx").status_code == 403
