"""Workbooks that we hand out: the template to fill in, and the rows that could not be imported with the reason beside each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from xiuhao.kernel.evidence import Choice
from xiuhao.ticket import columns
from xiuhao.ticket.importing import Fault
from xiuhao.ui import book
from xiuhao.ui.book import Book

WIDTHS = {"description": 48, "contact_address": 36, "promised_at": 20, "contact_phone": 16, "serial": 18}


def template() -> bytes:
    """The one template: a sheet to fill in with drop-down lists, and a sheet of the permitted values."""
    made = Book()
    sheet, values = made.book.add_worksheet(_("工单")), made.book.add_worksheet(_("可填的值"))
    needs = columns.needs()
    labels = [(key, str(need.label)) for key, need in needs.items()]
    sheet.freeze_panes(1, 0)
    listed = 0
    for place, (key, label) in enumerate(labels):
        must = key in columns.ALWAYS
        made.put(sheet, 0, place, f"{label}*" if must else label, made.must if must else made.head)
        sheet.set_column(place, place, WIDTHS.get(key, 14), made.text)
        need = needs.get(key)
        if isinstance(need, Choice):
            made.offer((sheet, values), place, listed, label, [str(text) for _key, text in need.choices()])
            listed += 1
    notes = (
        _("红色带 * 的列必填；其余按类型要求，校验时会逐行说明。"),
        _("电话、序列号请保持“文本”格式；日期写成 2026-01-31。"),
        _("有自己的编号时填在“原编号”：同一编号再次导入不会重复建单。"),
    )
    for place, note in enumerate(notes):
        made.put(values, place, listed + 1, note)
    return made.close()


def errors(headers: Sequence[str], rows: Sequence[tuple[int, list[str]]], faults: Sequence[Fault]) -> bytes:
    """The rows with faults as they were, the reasons in a further column: corrected, the file can be uploaded again."""
    return book.errors(_("工单"), headers, rows, faults)
