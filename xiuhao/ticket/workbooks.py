"""Workbooks that we hand out: the template to fill in, and the rows that could not be imported with the reason beside each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from xiuhao.kernel.evidence import Choice
from xiuhao.ticket import columns
from xiuhao.ticket.importing import Fault
from xiuhao.ui import book

WIDTHS = {"description": 48, "contact_address": 36, "promised_at": 20, "contact_phone": 16, "serial": 18}


def template() -> bytes:
    """The one template: a sheet to fill in with drop-down lists, and a sheet of the permitted values."""
    heads = [
        book.Head(
            str(need.label), key in columns.ALWAYS, WIDTHS.get(key, 14),
            options=[str(text) for _key, text in need.choices()] if isinstance(need, Choice) else (),
        )
        for key, need in columns.needs().items()
    ]  # fmt: skip
    notes = (
        _("红色带 * 的列必填；其余按类型要求，校验时会逐行说明。"),
        _("电话、序列号请保持“文本”格式；日期写成 2026-01-31。"),
        _("有自己的编号时填在“原编号”：同一编号再次导入不会重复建单。"),
    )
    return book.template(_("工单"), heads, notes)


def errors(headers: Sequence[str], rows: Sequence[tuple[int, list[str]]], faults: Sequence[Fault]) -> bytes:
    """The rows with faults as they were, the reasons in a further column: corrected, the file can be uploaded again."""
    return book.errors(_("工单"), headers, rows, faults)
