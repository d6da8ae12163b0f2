"""What parts shows: its papers with their lines, the parts of a job, what the house has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xiuhao.kernel import chores
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.parts import buying, counting, papers, queries, supplying
from xiuhao.parts.elements import APPROVED, ASKED, CLOSED, COUNTED, DIFFERS, DONE, ISSUED, OPEN, ORDERED, PICKED, RECEIVED, RESERVED, SHORT
from xiuhao.parts.ledger import plain
from xiuhao.parts.models import SEES, Count, CountLine, Purchase, Supply
from xiuhao.parts.stock_pages import table
from xiuhao.ui.defaults import CLOSED as CLOSED_VIEW
from xiuhao.ui.defaults import MINE, NUMBER, OPENED, OWNER, STATE
from xiuhao.ui.pages import CasePage, Cases, Column, Fact, Finder, Hit, Nav, Panel, Queue, Tie, Todo, View, along, register
from xiuhao.ui.register import Column as Head
from xiuhao.ui.words import money

STOCKERS = (r.WAREHOUSE, r.LEAD, r.MANAGER)
chores.EVERY[counting.check_vans] = 60
chores.EVERY[buying.reorder] = 3600


def supply_facts(record: Supply, actor: Actor) -> Iterable[Fact]:
    """From where to where, for which job."""
    yield Fact(_("用途"), record.get_purpose_display())
    if record.work is not None:
        yield Fact(_("作业单"), record.work.number, f"/c/{record.work.process}/{record.work.number}/")
    yield Fact(_("发料库"), record.source, f"/places/{record.source_id}/")
    yield Fact(_("收料库"), record.destination, f"/places/{record.destination_id}/")
    yield Fact(_("当场满足"), f"{record.filled} / {record.asked}")


def supply_lines(case: Case, record: Supply, actor: Actor) -> Mapping[str, Any]:
    """What was asked, is held, was sent and accepted, at which price."""
    heads = (
        Head(_("备件"), lambda line: line.part, url=lambda line: f"/parts/{line.part_id}/", kind="title"),
        Head(_("申请"), lambda line: f"{plain(line.wanted)} {line.part.unit}", kind="num"),
        Head(_("占用"), lambda line: plain(line.held), kind="num"),
        Head(_("发出"), lambda line: plain(line.sent), kind="num"),
        Head(_("实收"), lambda line: plain(line.accepted), kind="num"),
        Head(_("单价"), lambda line: money(line.price) if line.price is not None else None, kind="num"),
        Head(_("序列号"), lambda line: line.serials or None),
    )
    return {"heads": heads, "rows": table(supplying.lines_of(case.pk), heads)}


def purchase_facts(record: Purchase, actor: Actor) -> Iterable[Fact]:
    """For which place, about how much, of whom and until when."""
    yield Fact(_("入库位置"), record.place, f"/places/{record.place_id}/")
    yield Fact(_("预计金额"), money(record.amount))
    yield Fact(_("原因"), record.reason)
    yield Fact(_("供应商"), record.supplier)
    yield Fact(_("下单时间"), record.ordered_at)
    yield Fact(_("预计到货"), record.expected_at)


def purchase_lines(case: Case, record: Purchase, actor: Actor) -> Mapping[str, Any]:
    """What is bought, and how much of it has come."""
    heads = (
        Head(_("备件"), lambda line: line.part, url=lambda line: f"/parts/{line.part_id}/", kind="title"),
        Head(_("采购"), lambda line: f"{plain(line.quantity)} {line.part.unit}", kind="num"),
        Head(_("已到"), lambda line: plain(line.received), kind="num"),
    )
    return {"heads": heads, "rows": table(buying.lines_of(case.pk), heads)}


def count_facts(record: Count, actor: Actor) -> Iterable[Fact]:
    """What is counted and why."""
    yield Fact(_("盘点位置"), record.place, f"/places/{record.place_id}/")
    yield Fact(_("原因"), record.reason)
    yield Fact(_("差异金额"), money(record.amount))


def count_lines(case: Case, record: Count, actor: Actor) -> Mapping[str, Any]:
    """What was found beside the books; before it was entered, what the books say."""
    heads: tuple[Head, ...] = (
        Head(_("备件"), lambda line: line.part, url=lambda line: f"/parts/{line.part_id}/", kind="title"),
        Head(_("账面"), lambda line: plain(line.book), kind="num"),
        Head(_("实盘"), lambda line: plain(line.found), kind="num"),
        Head(_("差异"), lambda line: plain(line.found - line.book) if line.found != line.book else None, kind="num"),
        Head(_("序列号"), lambda line: line.serials or None),
    )
    rows = list(CountLine.objects.filter(case_id=case.pk).select_related("part").order_by("part__code"))
    if not rows:
        there = sorted(queries.on_hand(record.place_id).values(), key=lambda one: one.part.code)
        heads, rows = heads[:2], [CountLine(part=one.part, book=one.quantity) for one in there]
    return {"heads": heads, "rows": table(rows, heads)}


def found(actor: Actor, words: str) -> list[Hit]:
    """Parts by code or name, for who has to do with them."""
    if not actor.holds(*SEES) or len(words) < 2:
        return []
    return [Hit(part.code, f"/parts/{part.pk}/", part.name, "package") for part in queries.search(words)[:8]]


def _in(*states: Any) -> Any:
    keys = [state.key for state in states]

    def where(rows: Cases, actor: Actor) -> Cases:
        return rows.filter(state__in=keys)

    return where


PURPOSE = Column("purpose", _("用途"), lambda row: row.record.get_purpose_display())
TITLE = Column("title", _("备件去向"), lambda row: row.case.title, kind="title")
register(
    Queue(
        "supply", icon="switch-horizontal", columns=(NUMBER, TITLE, STATE, PURPOSE, OWNER, OPENED),
        views=(
            View("due", _("待发料"), _in(RESERVED, PICKED), roles=STOCKERS), View("short", _("缺货"), _in(SHORT)),
            View("coming", _("在途"), _in(ISSUED)), MINE, View("all", _("全部"), lambda rows, actor: rows),
        ),
    ),
    CasePage(
        "supply", facts=supply_facts, bar=along((RESERVED, PICKED, ISSUED, DONE), {SHORT: None, DIFFERS: ISSUED}),
        first=("pick", "issue", "accept", "settle"),
        related=("work", "source__unit", "destination__unit"),
    ),
    papers.SLIP,
    Panel("supply_lines", _("备件明细"), "parts/lines.html", supply_lines, "supply", place="main"),
    Queue("purchase", icon="truck", views=(View("open", _("进行中"), lambda rows, actor: rows.filter(is_open=True)), MINE, CLOSED_VIEW)),
    CasePage(
        "purchase", facts=purchase_facts, steps=(ASKED, APPROVED, ORDERED, RECEIVED), first=("approve", "reject", "order", "receive"),
        related=("place",),
    ),
    Panel("purchase_lines", _("采购明细"), "parts/lines.html", purchase_lines, "purchase", place="main"),
    Queue("count", icon="checklist", views=(View("open", _("进行中"), lambda rows, actor: rows.filter(is_open=True)), MINE, CLOSED_VIEW)),
    CasePage("count", facts=count_facts, steps=(OPEN, COUNTED, CLOSED), first=("enter", "approve", "reject"), related=("place",)),
    Panel("count_lines", _("盘点明细"), "parts/lines.html", count_lines, "count", place="main"),
    Tie("supply", up=_("作业单"), down=_("领料单")),
    Nav("stock", _("备件库存"), "/stock/", "package", roles=SEES, group="work"),
    Finder("parts", _("备件"), found),
    Todo("supply", _("待发料"), process="supply", view="due", roles=STOCKERS, tone="amber", rare=True),
    Todo("owing", _("账面为负"), rows=queries.owing, url="/stock/?few=owing", roles=STOCKERS, tone="red", rare=True),
)  # fmt: skip
