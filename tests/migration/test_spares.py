"""Spare parts come by a sheet, with their prices and what lies at a place at first; a sheet that comes twice brings nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import account
from tests.migration.test_sheets import decide, latest, text, upload
from tests.shelves import at, store
from xiuhao.kernel.time import local, now
from xiuhao.parts import queries
from xiuhao.parts.models import Part

pytestmark = pytest.mark.django_db
HEADERS = ("料号", "名称", "单位", "按序列号管理", "品类", "单价", "进价", "仓库", "数量")


def test_parts_of_a_sheet_are_in_the_catalogue_with_price_and_stock_and_faults_are_named(client: Client) -> None:
    client.force_login(account("manager"))
    shelf = store()
    rows = [
        ["pump-1", "排水泵", "个", "否", "洗衣机", "78", "42", str(shelf), "12"],
        ["pipe-6", "铜管", "米", "", "空调", "58.5", "", "", ""],
        ["fan-2", "风机", "个", "否", "不认识的品类", "一百", "", str(shelf), "1"],
        ["board-9", "主控板", "块", "是", "冰箱", "280", "", str(shelf), "1"],
    ]
    upload(client, text(rows, HEADERS), "parts")
    decide(client, "good")
    run = latest()
    assert set(Part.objects.values_list("code", flat=True)) == {"PUMP-1", "PIPE-6"}, "a piece with a serial is received, not poured in"
    pump = Part.objects.get(code="PUMP-1")
    assert (pump.unit, str(pump.category), at(shelf, pump)[0]) == ("个", "洗衣机", 12)
    assert queries.price(pump.pk, local(now()).date()) == 78 and run.rows == 4
    assert queries.price(pump.pk, local(now()).date() - timedelta(days=1)) is None
    upload(client, text(rows[:1], HEADERS), "parts")
    decide(client, "good")
    assert at(shelf, pump)[0] == 12
