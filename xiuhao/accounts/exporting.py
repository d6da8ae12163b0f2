"""The vouchers of a month as files for common ledgers: a row an entry, in the columns that they import (docs/operate/ledgers.md).

No cell that a spreadsheet would compute: a text that begins like a formula has an apostrophe before it. That a file was taken is kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from xiuhao.accounts.models import Entry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as later
from xiuhao.ui.sheets import Sheets, active

MOST = 200_000  # entries of one file
WORD = "记"  # 凭证字: the one kind of voucher that the books have
ENCODINGS = {"utf8": "utf-8-sig", "gb18030": "gb18030"}
Cells = Sequence[tuple[str, Callable[[Entry, int], Any]]]  # heading, and what stands there for an entry with its place in the voucher


@dataclass(frozen=True)
class Layout:
    """A file: what it is called among people, its columns; `csv` in an encoding of choice, else a workbook."""

    label: Any
    cells: Cells
    csv: bool = True


def serial(entry: Entry) -> int:
    """The number of a voucher within its month."""
    return int(entry.voucher.number.rpartition("-")[2])


def _end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _amount(value: Decimal) -> str | Decimal:
    """An amount, or nothing on the other side."""
    return value or ""


def _blank(*labels: str, value: str = "") -> Cells:
    """Columns in which nothing of ours stands."""
    return tuple((label, lambda e, n: value) for label in labels)


def _case(entry: Entry) -> str:
    return entry.voucher.case.number if entry.voucher.case else ""


# 用友: U8's 总账工具 reads columns by their place, and these stand in its order (the first eight as a description of it has them, the
# others by hearsay); T+ matches headings. They are in the language of those programs, whoever exports. No such program was at hand.
YONYOU: Cells = (
    ("制单日期", lambda e, n: e.voucher.day),
    ("凭证类别", lambda e, n: WORD),
    ("凭证编号", lambda e, n: serial(e)),
    ("附单据数", lambda e, n: 0),
    ("摘要", lambda e, n: e.voucher.text),
    ("科目编码", lambda e, n: e.account_id),
    ("借方金额", lambda e, n: _amount(e.debit)),
    ("贷方金额", lambda e, n: _amount(e.credit)),
    *_blank("数量", "外币"),
    ("汇率", lambda e, n: 1),
    ("制单人", lambda e, n: e.voucher.name),
    *_blank("结算方式", "票号", "票号发生日期"),
    ("部门编码", lambda e, n: e.department),
    *_blank("个人编码"),
    ("客户编码", lambda e, n: e.customer or ""),
    *_blank("供应商编码", "业务员", "项目编码"),
    ("自定义项1", lambda e, n: e.part_no),
    ("备注", lambda e, n: _case(e)),
)
# 金蝶: the 37 columns of K/3's 标准格式 in their order, with what stands there for nothing, as programs that write it have them.
KINGDEE: Cells = (
    ("凭证日期", lambda e, n: e.voucher.day),
    ("会计年度", lambda e, n: e.voucher.day.year),
    ("会计期间", lambda e, n: e.voucher.day.month),
    ("凭证字", lambda e, n: WORD),
    ("凭证号", lambda e, n: serial(e)),
    ("科目代码", lambda e, n: e.account_id),
    ("科目名称", lambda e, n: e.account.zh),
    ("币别代码", lambda e, n: "RMB"),
    ("币别名称", lambda e, n: "人民币"),
    ("原币金额", lambda e, n: e.debit or e.credit),
    ("借方", lambda e, n: e.debit),
    ("贷方", lambda e, n: e.credit),
    ("制单", lambda e, n: e.voucher.name),
    *_blank("审核", "核准", "出纳", value="NONE"),
    *_blank("经办"),
    *_blank("结算方式", value="*"),
    *_blank("结算号"),
    ("凭证摘要", lambda e, n: e.voucher.text),
    ("数量", lambda e, n: 0),
    *_blank("数量单位", value="*"),
    ("单价", lambda e, n: 0),
    ("参考信息", lambda e, n: _case(e)),
    ("业务日期", lambda e, n: e.voucher.day),
    *_blank("往来业务编号"),
    ("附件数", lambda e, n: 0),
    ("序号", lambda e, n: serial(e)),
    *_blank("系统模块", "业务描述"),
    *_blank("汇率类型", value="公司汇率"),
    ("汇率", lambda e, n: 1),
    ("分录序号", lambda e, n: n - 1),
    ("核算项目", lambda e, n: _dimensions(e)),
    ("过账", lambda e, n: 0),
    *_blank("机制凭证", "现金流量"),
)


def _dimensions(entry: Entry) -> str:
    """核算项目 in the form 类别---代码---名称, several set apart by commas."""
    told = (("客户", str(entry.customer or "")), ("部门", entry.department), ("物料", entry.part_no))
    return ",".join(f"{kind}---{code}---" for kind, code in told if code)


def plain() -> Cells:
    """What stands in the books, as they are headed on the pages."""
    return (
        (_("凭证字号"), lambda e, n: e.voucher.number),
        (_("凭证日期"), lambda e, n: e.voucher.day),
        (_("摘要"), lambda e, n: e.voucher.text),
        (_("科目编码"), lambda e, n: e.account_id),
        (_("科目名称"), lambda e, n: e.account.name),
        (_("借方"), lambda e, n: _amount(e.debit)),
        (_("贷方"), lambda e, n: _amount(e.credit)),
        (_("料号"), lambda e, n: e.part_no),
        (_("部门"), lambda e, n: e.department),
        (_("客户编号"), lambda e, n: e.customer or ""),
        (_("因何单"), lambda e, n: _case(e)),
        (_("制单人"), lambda e, n: e.voucher.name),
    )


def layouts() -> Mapping[str, Layout]:
    """Every file that can be made."""
    return {
        "yonyou": Layout(later("用友 T+ / U8"), YONYOU),
        "kingdee": Layout(later("金蝶 KIS / K3"), KINGDEE),
        "plain": Layout(later("普通表格"), plain(), csv=False),
    }


def entries(actor: Actor, month: str) -> Iterable[Entry]:
    """The entries of a month that an actor reads, voucher by voucher. Refused books_many (413) rather than a file that lacks some."""
    rows = Entry.objects.visible_to(actor).filter(voucher__month=month).select_related("voucher__case", "account")
    if (n := rows.count()) > MOST:
        raise Refused("books_many", {"month": month, "n": n, "most": MOST}, status=413)
    return rows.order_by("voucher_id", "pk").iterator(chunk_size=1000)


def _rows(cells: Cells, found: Iterable[Entry]) -> Iterable[list[Any]]:
    voucher, place = 0, 0
    for entry in found:
        place = place + 1 if entry.voucher_id == voucher else 1
        voucher = entry.voucher_id
        yield [of(entry, place) for _label, of in cells]


def text(value: Any) -> str:
    """A cell of a CSV: amounts with two places, days as 2026-11-02, no text that begins like a formula."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    said = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{said}" if active(said) else said


def write_csv(target: IO[bytes], cells: Cells, found: Iterable[Entry], encoding: str) -> int:
    """Write a CSV in UTF-8 with its mark, or GB18030; how many entries."""
    out = io.TextIOWrapper(target, ENCODINGS[encoding], newline="", write_through=True)
    sheet, count = csv.writer(out), 0
    sheet.writerow([label for label, _of in cells])
    for row in _rows(cells, found):
        sheet.writerow([text(value) for value in row])
        count += 1
    out.detach()
    return count


def write_xlsx(target: IO[bytes], cells: Cells, found: Iterable[Entry]) -> int:
    """Write a workbook, amounts as numbers, every text a text; how many entries. The books of another program read it: nothing else is
    in it."""
    made = Sheets(target, "Sheet1", [label for label, _of in cells], None)
    for row in _rows(cells, found):
        made.row(row)
    return made.close()
