"""Sheets of tickets as people upload them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from django.test import Client

HEADERS = ("外部编号", "联系人", "联系电话", "地址", "类型", "品类", "序列号", "购买日期", "问题描述", "急缓")


def row(n: int, **changed: Any) -> list[Any]:
    """A row that is right; `changed` by header."""
    cells = {
        "外部编号": f"W{n}", "联系人": f"客户{n}", "联系电话": f"139{n:08d}", "地址": "浙江省杭州市西湖区文三路1号", "类型": "质量故障",
        "品类": "冰箱", "序列号": "", "购买日期": "2026-03-01", "问题描述": f"第{n}台不制冷", "急缓": "一般",
    }  # fmt: skip
    return list({**cells, **changed}.values())


def book(rows: Iterable[Sequence[Any]], headers: Sequence[str] = HEADERS) -> bytes:
    """The rows under their headers, as a workbook."""
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("工单")
    for cells in (headers, *rows):
        sheet.append(list(cells))
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def text(rows: Iterable[Sequence[Any]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """The same as separated text."""
    return "\r\n".join(separator.join(map(str, cells)) for cells in (HEADERS, *rows)).encode(encoding)


def upload(client: Client, data: bytes, name: str = "工单.xlsx") -> Any:
    """Hand it in; the page that follows."""
    file = io.BytesIO(data)
    file.name = name
    return client.post("/ticket/import", {"file": file}, follow=True)
