"""The lists of customers, devices and staff as Excel files: what the screen shows of what was searched for, masked; kept who took it."""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests.cast import account
from tests.contract import purchases
from tests.registrations import register
from tests.ui.desk import sit
from xiuhao.kernel.models import Reveal
from xiuhao.party.models import Customer
from xiuhao.ui import register as lists

pytestmark = pytest.mark.django_db


def taken(url: str, who: str = "manager") -> list[list[str]]:
    answer = sit(who).get(url)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_customers_devices_and_staff_are_exported_as_they_are_shown_and_found(monkeypatch: pytest.MonkeyPatch) -> None:
    register()
    Customer.objects.unscoped("test").filter(pk=purchases.wang().pk).update(unit=account("manager").unit)
    page = sit("manager").get("/customers/").content.decode()
    assert "/customers/?export=xlsx" in page
    header, *rows = taken("/customers/?kind=person&export=xlsx")
    assert header[:2] == ["姓名", "电话"] and len(rows) == Customer.objects.unscoped("test").filter(kind="person").count() > 0
    assert "13800138000" not in str(rows) and "138****8000" in str(rows)
    assert "XH24A0001" in str(taken("/devices/?export=xlsx")) and "agent" in str(taken("/staff/?export=xlsx"))
    kept = Reveal.objects.filter(subject__startswith="export:").order_by("pk").values_list("subject", "reason")
    assert kept[0] == ("export:customers", f"导出 {len(rows)} 行 kind") and len(kept) == 3
    monkeypatch.setattr(lists, "MOST", 0)
    assert sit("manager").get("/customers/?export=xlsx").status_code == 422
    assert sit("manager").get("/customers/?export=pdf").status_code == 400
