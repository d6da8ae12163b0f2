"""A voucher on paper, with room for whoever checks and books it."""

from __future__ import annotations

from collections.abc import Iterable

from xiuhao.accounts.models import Entry, Voucher
from xiuhao.kernel.words import _
from xiuhao.ui.capital import below
from xiuhao.ui.paper import Facts, Sheet, Signs, Table
from xiuhao.ui.words import money


def voucher(found: Voucher, entries: Iterable[Entry]) -> Sheet:
    """记账凭证: each entry with its account, part number and department."""
    rows = [
        (str(e.account), e.part_no, e.department, money(e.debit) if e.debit else "", money(e.credit) if e.credit else "") for e in entries
    ]
    facts = (
        (_("凭证日期"), found.day), (_("因何单"), found.case.number if found.case else ""), (_("摘要"), found.text),
        (_("冲销"), found.reverses.number if found.reverses else ""),
    )  # fmt: skip
    heads = (_("科目"), _("料号"), _("部门"), _("借方"), _("贷方"))
    total = money(found.total)
    table = Table(heads, [*rows, (_("合计"), "", "", total, total)], right=(3, 4), broad=0, foot=below(found.total))
    signs = Signs(((_("制单人"), b""), (_("审核人"), b""), (_("记账人"), b"")), seal=False)
    return Sheet(_("记账凭证"), found.number, str(found.unit), (Facts(facts), table, signs))
