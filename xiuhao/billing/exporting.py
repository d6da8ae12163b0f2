"""What finance takes away: lists of bills, payments and earnings as Excel, amounts as numbers, every text a text. That it was taken is
kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from xiuhao.billing import queries
from xiuhao.billing.models import Bill, Earning, Payment
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.ui.sheets import Sheets

MOST = 200_000  # rows of one file


@dataclass(frozen=True)
class Cell:
    """A column: its heading and what stands in it: a text, a moment, an amount."""

    label: str
    of: Callable[[Any], Any]


def _unit(row: Any) -> str:
    return str(row.case.unit)


BILLS: Sequence[Cell] = (
    Cell(gettext_lazy("结算清单"), lambda b: b.number),
    Cell(gettext_lazy("派工单"), lambda b: b.case.number),
    Cell(gettext_lazy("所属单位"), _unit),
    Cell(gettext_lazy("开单时间"), lambda b: b.created_at),
    Cell(gettext_lazy("开单人"), lambda b: b.created_name),
    Cell(gettext_lazy("原价合计"), lambda b: b.listed),
    Cell(gettext_lazy("应付合计"), lambda b: b.total),
    Cell(gettext_lazy("已收"), lambda b: b.paid),
    Cell(gettext_lazy("已退"), lambda b: b.refunded),
    Cell(gettext_lazy("已减免"), lambda b: b.waived),
    Cell(gettext_lazy("已核销"), lambda b: b.written),  # 应付 = 已收 − 已退 + 已减免 + 待收 + 已核销
    Cell(gettext_lazy("待收"), lambda b: b.due),
    Cell(gettext_lazy("核销时间"), lambda b: b.written_at if b.written else None),
    Cell(gettext_lazy("状态"), lambda b: b.standing[0]),
)
PAYMENTS: Sequence[Cell] = (
    Cell(gettext_lazy("时间"), lambda p: p.at),
    Cell(gettext_lazy("类别"), lambda p: p.get_kind_display()),
    Cell(gettext_lazy("方式"), lambda p: p.get_way_display()),
    Cell(gettext_lazy("金额"), lambda p: p.signed),
    Cell(gettext_lazy("结算清单"), lambda p: p.bill.number),
    Cell(gettext_lazy("所属单位"), lambda p: str(p.bill.case.unit)),
    Cell(gettext_lazy("凭证号"), lambda p: p.reference),
    Cell(gettext_lazy("退款原因"), lambda p: p.reason),
    Cell(gettext_lazy("经手人"), lambda p: p.name),
)
EARNINGS: Sequence[Cell] = (
    Cell(gettext_lazy("完工时间"), lambda e: e.finished_at),
    Cell(gettext_lazy("派工单"), lambda e: e.case.number),
    Cell(gettext_lazy("服务站"), lambda e: str(e.unit)),
    Cell(gettext_lazy("构成"), queries.fee_words),
    Cell(gettext_lazy("里程（公里）"), lambda e: e.distance),
    Cell(gettext_lazy("夜间"), lambda e: _("是") if e.night else _("否")),
    Cell(gettext_lazy("服务费"), lambda e: e.amount),
    Cell(gettext_lazy("结算单"), lambda e: e.statement.case.number if e.statement else ""),
)
COLUMNS: dict[type, Sequence[Cell]] = {Bill: BILLS, Payment: PAYMENTS, Earning: EARNINGS}


def write(target: IO[bytes], title: str, columns: Sequence[Cell], rows: Iterable[Any], actor: Actor) -> int:
    """Write an .xlsx, one row held at a time; how many rows."""
    made = Sheets(target, title, [str(column.label) for column in columns], actor)
    for row in rows:
        made.row([column.of(row) for column in columns])
    return made.close()


def note(actor: Actor, what: str, rows: int) -> None:
    """Keep that a list was taken: who, which, how many rows."""
    reason = _("导出 {rows} 行").format(rows=rows)
    Reveal.objects.create(at=now(), actor_id=actor.account, actor_name=actor.name, subject=f"export:{what}", reason=reason)
