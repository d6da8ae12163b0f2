"""What the screens show of returns: the queue, both ways of a case, earlier analyses of the model, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from xiuhao.accounts import actions as accounts
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.process import State
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.product.queries import reason
from xiuhao.returns import elements as e
from xiuhao.returns import panels, papers
from xiuhao.returns.guarantee import SWAPS
from xiuhao.returns.models import KINDS, WAYS, Return
from xiuhao.ui.defaults import CLOSED, DUE, MINE, NUMBER, OPENED, OVERDUE, OWNER, STATE, UNIT
from xiuhao.ui.pages import CasePage, Cases, Column, Fact, Filter, Panel, Queue, Row, Tie, Todo, View, register
from xiuhao.ui.words import money

MATCHES = {
    "equal": _("三方相符"), "under": _("少于核定，按实入账"), "within": _("超出在允收比率内，按实入账"),
    "over": _("超出允收比率，退回核定"),
}  # fmt: skip
DESK = (r.AGENT, r.LEAD, r.EXPERT, r.MANAGER, r.REGION, r.DEALER)
HOUSE = frozenset({r.MANAGER, r.LEAD, r.REGION, r.RESEARCH, r.PRODUCTION, r.QUALITY, r.EXPERT, r.AUDITOR})


def facts(record: Return, actor: Actor) -> Iterable[Fact]:
    """What is asked for and how far it is, by the way it runs."""
    yield Fact(_("处理方式"), record.get_kind_display())
    yield from _of_slip(record) if record.by_slip else _of_guarantee(record)


def _of_guarantee(record: Return) -> Iterable[Fact]:
    yield Fact(_("型号"), record.model or record.category)
    yield Fact(_("序列号"), record.serial, f"/devices/{record.device_id}/" if record.device_id else "")
    yield Fact(_("购买日期"), record.purchased_on)
    yield Fact(_("地区"), record.region)
    yield Fact(_("金额"), _money(record.value))
    yield Fact(_("三包判定"), reason(record.claimed), broad=True)
    if record.claimed.get("article"):
        yield Fact(_("依据条文"), record.claimed["article"], broad=True)
    yield Fact(_("原因"), record.reason, broad=True)
    if record.outcome:
        yield Fact(_("鉴定结论"), record.get_outcome_display())
        yield Fact(_("鉴定人"), record.appraised_by)
        yield Fact(_("鉴定情况"), record.finding, broad=True)
    if record.explanation:
        yield Fact(_("告知客户的理由"), record.explanation, broad=True)
    yield from _done(record)


def _done(record: Return) -> Iterable[Fact]:
    """Carried out, sent back, analysed."""
    if record.filing_no:
        yield Fact(_("备案号"), record.filing_no)
        yield Fact(_("备案日期"), record.filed_on)
    if record.replacement_id:
        yield Fact(_("换出新机"), record.new_serial, f"/devices/{record.replacement_id}/")
    if record.tracking_no:
        yield Fact(_("运单号"), f"{record.carrier} {record.tracking_no}")
    if record.analysis:
        yield Fact(_("失效原因"), record.cause)
        yield Fact(_("对策完成期限"), record.measure_due)
        yield Fact(_("技术分析"), record.analysis, broad=True)
        yield Fact(_("改进对策"), record.countermeasure, broad=True)
    if record.effect:
        yield Fact(_("对策效果"), record.effect, broad=True)


def _of_slip(record: Return) -> Iterable[Fact]:
    claim = record.claim.number if record.claim else ""
    yield Fact(_("客诉单"), claim, f"/c/claim/{claim}/" if claim else "")
    yield Fact(_("订单号"), record.order_no)
    yield Fact(_("料号"), record.part_no)
    yield Fact(_("处理方法"), record.get_method_display())
    yield Fact(_("依据"), record.basis)
    yield Fact(_("原出货数量"), papers.plain(record.issued))
    yield Fact(_("核定数量"), papers.plain(record.approved))
    yield Fact(_("退货单数量"), _("客户加工中，数量未定") if record.unknown else papers.plain(record.quantity))
    yield Fact(_("单价"), _money(record.price))
    yield Fact(_("退货金额"), _money(record.amount))
    if record.counted is not None:
        yield Fact(_("点收数量"), papers.plain(record.counted))
        yield Fact(_("实收数量"), papers.plain(record.actual))
    yield Fact(_("退货证明"), record.get_proof_display())
    yield Fact(_("原因"), record.reason, broad=True)
    if record.booked is not None:
        yield Fact(_("入账数量"), papers.plain(record.booked))
        yield Fact(_("凭证号"), record.voucher, broad=True)
        yield Fact(_("退回货物成本"), _money(record.cost))
        yield Fact(_("红字发票号"), record.red_invoice)
    if record.resale_until:
        yield Fact(_("转售期限"), local(record.resale_until - timedelta(seconds=1)).date())  # it ends with that day
    if record.ended:
        yield Fact(_("处置结果"), record.get_ended_display())
        yield Fact(_("损失金额"), _money(record.loss))


def _money(amount: Any) -> str | None:
    return None if amount is None else money(amount)


SLIPPED = (e.PROPOSED, e.ENDORSED, e.RECEIVED)
GRANTED = (e.APPLIED, e.TAKEN, e.APPRAISED, e.REVIEWED, e.APPROVED)
SENT_BACK = (e.APPROVED, e.EXECUTED, e.SHIPPED, e.ARRIVED, e.IMPROVING)  # what is repaired or allowed for stays with the customer
ASIDE = {  # what stands in the bar while it is so: state → after which stage
    "refused": e.PROPOSED, "differs": e.ENDORSED, "instructed": e.ENDORSED, "over": e.RECEIVED, "unmet": e.TAKEN, "rejected": e.TAKEN,
}  # fmt: skip
STATES = {state.key: state for state in (e.REFUSED, e.DIFFERS, e.INSTRUCTED, e.OVER, e.UNMET, e.REJECTED)}


def bar(record: Return) -> Sequence[State]:
    """The stages of the way that this one runs, with the one aside where it is now."""
    if record.by_slip:
        stages = [*SLIPPED, e.REWORKING if record.kind == "rework" else e.RESALE, e.CLOSED]
    else:
        stages = [*(SENT_BACK if record.filing_no and record.kind in SWAPS else GRANTED), e.CLOSED]
    if (now := record.case.state) in ASIDE:
        stages.insert(stages.index(ASIDE[now]) + 1, STATES[now])
    return stages


def under(record: Return, actor: Actor) -> str:
    """Which way it runs."""
    return record.get_way_display()


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """Further facts of a line."""
    if "filing" in data:
        yield _("备案号"), data["filing"]
    if "counted" in data:
        yield _("退货单数量"), data.get("slip")
    if "match" in data:
        yield _("三方核对"), MATCHES.get(data["match"], data["match"])
    if data.get("voucher"):
        yield _("凭证号"), data["voucher"]
    if "loss" in data:
        yield _("损失金额"), f"¥{data['loss']}"
    if data.get("surplus"):
        yield _("退回客户"), data["surplus"]


def _in(*states: State) -> Any:
    keys = [state.key for state in states]
    return lambda rows, actor: rows.filter(is_open=True, state__in=keys)


def _asked(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(is_open=True, pk__in=CaseAsk.answerable(actor).values("case_id"))


def _by(field: str) -> Any:
    def apply(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
        return rows.filter(pk__in=Return.objects.filter(**{f"{field}__in": chosen}).values("pk"))

    return apply


def _what(row: Row) -> str:
    record: Return = row.record
    return record.part_no or record.serial or str(record.model or record.category or "")


def _count(row: Row) -> str:
    """The quantity that holds now: received, else on the slip."""
    record: Return = row.record
    return papers.plain(record.actual if record.actual is not None else record.quantity)


def waiting() -> int:
    """Slips whose goods were signed for and are not booked."""
    return Case.objects.of("returns", SYSTEM).filter(state=e.RECEIVED.key).count()


def _unsold(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(state=e.RESALE.key, pk__in=Return.objects.filter(resale_until__lte=now()).values("pk"))


def unsold() -> int:
    """Slips whose goods were not sold in their time and whose loss is not booked."""
    return _unsold(Case.objects.of("returns", SYSTEM), SYSTEM).count()


accounts.before_closing(accounts.Pending("unsold", _("转售期满未售的退货已认列损失"), "/c/returns/?view=unsold", unsold))
accounts.before_closing(accounts.Pending("returns", _("已签收的退货已入账"), "/c/returns/?view=books", waiting))
GATE = View("gate", _("待收料"), _in(e.ENDORSED, e.INSTRUCTED), order="due", roles=(r.WAREHOUSE, r.SALES))
BOOKS = View("books", _("待入账"), _in(e.RECEIVED), order="due", roles=(r.FINANCE,))
register(
    Queue(
        "returns",
        icon="package",
        columns=(
            NUMBER,
            Column("kind", _("处理方式"), lambda row: row.record.get_kind_display()),
            Column("what", _("产品或料号"), _what, kind="long"),
            STATE,
            DUE,
            Column("way", _("流程"), lambda row: row.record.get_way_display()),
            Column("count", _("数量"), _count, kind="num"),
            Column("filing", _("备案号"), lambda row: row.record.filing_no, shown=False),
            Column("region", _("地区"), lambda row: row.record.region),
            OWNER,
            UNIT,
            OPENED,
        ),
        filters=(
            Filter("way", _("流程"), options=lambda actor: WAYS, apply=_by("way"), first=True),
            Filter("kind", _("处理方式"), options=lambda actor: KINDS, apply=_by("kind"), first=True),
            Filter("region", _("地区"), "text", field="record.region"),
            Filter("part_no", _("料号"), "text", field="record.part_no"),
        ),
        views=(
            View("open", _("未结"), lambda rows, actor: rows.filter(is_open=True), order="due"),
            MINE,
            View("asked", _("待我批复"), _asked, order="due"),
            View("reception", _("待接待"), _in(e.APPLIED), order="due", roles=(r.REGION, r.LEAD, r.MANAGER)),
            View("review", _("待审核"), _in(e.APPRAISED), order="due", roles=(r.LEAD, r.MANAGER)),
            View("back", _("返件"), _in(e.EXECUTED, e.SHIPPED), order="due", roles=(r.REGION, r.PRODUCTION, r.WAREHOUSE)),
            View("analysis", _("分析与对策"), _in(e.ARRIVED, e.IMPROVING), order="due", roles=(r.RESEARCH, r.EXPERT, r.QUALITY, r.MANAGER)),
            GATE,
            BOOKS,
            View("unsold", _("转售期满"), _unsold, order="due", roles=(r.FINANCE,)),
            View("resale", _("待转售"), _in(e.RESALE), order="due", roles=(r.SALES, r.SALES_HEAD, r.FINANCE)),
            OVERDUE,
            CLOSED,
            View("all", _("全部"), lambda rows, actor: rows, order="newest"),
        ),
        related=("model", "category"),
    ),
    CasePage(
        "returns",
        facts=facts,
        told=told,
        under=under,
        bar=bar,
        first=(
            "take", "appraise", "explain", "review", "approve", "decline", "execute", "ship", "arrive", "analyse", "improve",
            "endorse", "refuse", "revise", "fill", "receive", "instruct", "turn_away", "sign", "prove", "book", "accept_over",
            "reject_over", "resold", "write_off", "reworked",
        ),
        related=("model__category", "category", "device", "replacement", "claim", "received_by"),
    ),
    *papers.PAPERS,
    Tie("returns", up=_("来自"), down=_("退换货")),
    Panel("analyses", _("同型号技术分析"), "returns/panel_analyses.html", panels.analyses, on="returns", icon="search", roles=HOUSE),
    Panel("returns", _("退换"), "returns/panel_ticket.html", panels.on_ticket, on="ticket", icon="package", roles=DESK),
    Todo("returns_reception", _("退换待接待"), process="returns", view="reception", roles=(r.REGION,), tone="amber"),
    Todo("returns_gate", _("退货待收料"), process="returns", view="gate", roles=(r.WAREHOUSE,), tone="amber"),
    Todo("returns_unsold", _("转售期满待认列损失"), process="returns", view="unsold", roles=(r.FINANCE,), tone="amber", rare=True),
    Todo("returns_books", _("退货待入账"), process="returns", view="books", roles=(r.FINANCE,), tone="amber", rare=True),
)  # fmt: skip
