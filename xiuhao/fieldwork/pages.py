"""What the desk sees of work on site: the queue, the order, what it still lacks, what stands beside a ticket, the day's load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xiuhao.billing import queries as bills
from xiuhao.contract.queries import tier_label
from xiuhao.fieldwork import away, elements, panels, papers, queries, tables
from xiuhao.fieldwork.app.listed import OF_THE_APP
from xiuhao.fieldwork.models import GRADES, WorkOrder
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.roster.queries import tell_conflicts
from xiuhao.ui.defaults import CLOSED, DUE, MINE, NEAR_DUE, NUMBER, OPENED, OVERDUE, STATE, STUCK_VIEW, UNIT, waiting
from xiuhao.ui.pages import Card, CasePage, Cases, Column, Fact, Filter, Panel, Queue, Tie, Todo, View, along, register
from xiuhao.ui.words import money

CHIEFS = (r.DISPATCHER, r.LEAD, r.MANAGER)
FIELD = (r.ENGINEER, *CHIEFS, r.AGENT, r.EXPERT, r.QUALITY)
PRIORITIES = {1: "P1", 2: "P2", 3: "P3", 4: "P4"}


def _in(*states: str) -> Any:
    return lambda rows, actor: waiting(rows, actor).filter(state__in=states)


def _pool(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(is_open=True, state="offered")


def _today(rows: Cases, actor: Actor) -> Cases:
    day = local(now()).date()
    return rows.filter(pk__in=queries.of_station(actor, day).order_by().values("pk"))


def _service(record: WorkOrder) -> str:
    return str(dict(tables.services()).get(record.service, record.service))


def _window(record: WorkOrder) -> str:
    """When somebody comes, in one line."""
    if record.window_from is None or record.window_to is None:
        return f"{local(record.planned_at):%m-%d %H:%M}" if record.planned_at else ""
    start, end = local(record.window_from), local(record.window_to)
    return f"{start:%m-%d %H:%M}–{end:%H:%M}" if start.date() == end.date() else f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"


def _by(field: str) -> Any:
    def apply(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
        return rows.filter(pk__in=WorkOrder.objects.filter(**{f"{field}__in": chosen}).values("pk"))

    return apply


def facts(record: WorkOrder, actor: Actor) -> Iterable[Fact]:
    """What an engineer asks first: what, whose, when, who, how hard."""
    ticket = record.ticket.number if record.ticket else ""
    yield Fact(_("故障描述"), record.trouble, broad=True)
    yield Fact(_("服务类型"), _service(record))
    yield Fact(_("维修级别"), record.get_grade_display())
    yield Fact(_("工单"), ticket, f"/c/ticket/{ticket}/" if ticket and actor.holds(*r.READERS) else "")
    yield Fact(_("预约时段"), _window(record) if record.window_from else "")  # what is only planned stands in its own line
    yield Fact(_("计划到达"), record.planned_at)
    yield Fact(_("工程师"), record.engineer)
    yield Fact(_("服务站"), record.case.unit)
    yield Fact(_("预计分钟"), record.minutes)
    yield Fact(_("优先级"), PRIORITIES.get(record.priority))
    yield Fact(_("设备"), record.device or record.category)
    yield Fact(_("序列号"), record.serial)
    yield Fact(_("保修判定"), record.get_verdict_display())
    yield Fact(_("服务级别"), tier_label(record.tier))
    yield from _visit(record)


def _visit(record: WorkOrder) -> Iterable[Fact]:
    """What came of the visit."""
    if record.arrived_at:
        yield Fact(_("到达时间"), record.arrived_at)
    if record.cause:
        cause = dict(tables.causes()).get(record.cause, record.cause)
        yield Fact(_("原因"), f"{cause} · {record.get_root_display()}")
        names = dict(tables.measures())
        yield Fact(_("措施"), str(_("、")).join(names.get(one, one) for one in record.measures))
        yield Fact(_("影响范围"), record.get_impact_display())
        yield Fact(_("同一故障"), record.same_as)
    if record.charge_reason:
        yield Fact(_("收费说明"), record.charge_reason, broad=True)
    if record.solution:
        yield Fact(_("处理经过"), record.solution, broad=True)
    if record.finished_at:
        yield Fact(_("完工时间"), record.finished_at)
    if record.watch_until:
        yield Fact(_("监测至"), record.watch_until)
    if record.benefit:
        yield Fact(_("使用权益"), record.benefit)


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """Further facts of a line."""
    if "away" in data:
        yield _("离地址"), _("{n} 米").format(n=data["away"])
    if "in_time" in data:
        yield _("时段内到达"), _("是") if data["in_time"] else _("否")
    if data.get("doubtful"):
        yield _("读数存疑"), _("风口没有低于室内外")
    if data.get("beyond"):
        yield _("读数超限"), dict(tables.readings()).get(data["beyond"], data["beyond"])
    if "total" in data:
        yield _("金额"), money(Decimal(data["total"]))
    if data.get("voucher"):
        yield _("凭证字号"), data["voucher"]
    if data.get("parts_short"):
        yield _("备件"), _("库存不足，已通知备件")
    if data.get("guaranteed"):
        yield _("不收费"), _("修后保证期内再次发生：{repair}").format(repair=data["guaranteed"])
    if data.get("no_benefit"):
        yield _("权益"), _("次数已用完") if data["no_benefit"] == "benefit_used_up" else _("级别不含")


def under(record: WorkOrder, actor: Actor) -> str:
    """Whose it is, masked, and when."""
    return " ".join(part for part in (mask_name(record.contact_name), mask_phone(record.contact_phone), _window(record)) if part)


QUEUE = Queue(
    "work",
    place=2,
    icon="tool",
    columns=(
        NUMBER,
        Column("title", _("故障"), lambda row: row.case.title, kind="long"),
        STATE,
        Column("priority", _("优先级"), lambda row: PRIORITIES.get(row.record.priority)),
        DUE,
        Column("window", _("上门时间"), lambda row: _window(row.record)),
        Column("engineer", _("工程师"), lambda row: row.record.engineer, verb="assign"),
        Column("service", _("服务类型"), lambda row: _service(row.record)),
        Column("category", _("品类"), lambda row: row.record.category),
        Column("region", _("地区"), lambda row: row.record.region, shown=False),
        UNIT,
        OPENED,
    ),
    filters=(
        Filter("service", _("服务类型"), options=lambda actor: tables.services(), apply=_by("service"), first=True),
        Filter("grade", _("维修级别"), options=lambda actor: GRADES, apply=_by("grade")),
        Filter("priority", _("优先级"), field="priority", options=lambda actor: tuple((str(k), v) for k, v in PRIORITIES.items())),
        Filter("region", _("地区"), "text", field="record.region"),
    ),
    views=(
        View("open", _("未结"), lambda rows, actor: rows.filter(is_open=True), order="due"),
        MINE,
        View("unassigned", _("待派"), _in("planned", "offered"), order="due", roles=CHIEFS),
        View("pool", _("抢单池"), _pool, order="due", roles=(r.ENGINEER,)),
        View("today", _("今日上门"), _today, order="due"),
        View("waiting", _("等待中"), _in("waiting_parts", "waiting_customer"), order="changed"),
        View("conflict", _("冲突待确认"), _in("conflict"), order="due", roles=CHIEFS),
        NEAR_DUE,
        OVERDUE,
        STUCK_VIEW,
        View("watching", _("监测期"), lambda rows, actor: rows.filter(state="watching"), order="newest"),
        View("owed", _("待收款"), lambda rows, actor: rows.filter(state="owed"), order="due", roles=(r.FINANCE, *CHIEFS)),
        CLOSED,
        View("all", _("全部"), lambda rows, actor: rows, order="newest"),
    ),
    bulk=("assign", "offer", "arrange"),
    related=("category", "engineer"),
)

STEPS = (
    elements.PLANNED, elements.ASSIGNED, elements.BOOKED, elements.TRAVELLING, elements.ARRIVED, elements.DIAGNOSED,
    elements.REPAIRING, elements.REPAIRED, elements.CHECKED, elements.SIGNED, elements.DONE,
)  # fmt: skip
BESIDE = {
    elements.OFFERED: elements.PLANNED, elements.ACCEPTED: elements.ASSIGNED, elements.REMOTE: elements.BOOKED,
    elements.QUOTED: elements.DIAGNOSED, elements.EXPLAINED: elements.CHECKED, elements.WATCHING: elements.SIGNED,
    elements.OWED: elements.SIGNED,
}  # fmt: skip
tell_conflicts(away.planned_for)
register(
    QUEUE,
    CasePage(
        "work",
        facts=facts,
        told=told,
        under=under,
        bar=along(STEPS, BESIDE),
        first=(
            "claim", "accept", "assign", "offer", "contact", "book", "depart", "arrive", "show_badge", "diagnose", "agree", "quote",
            "finish", "repair", "check", "explain", "settle", "sign", "resume", "decide", "archive",
        ),
        compose=("note",),
        related=("category", "device", "engineer", "customer", "ticket"),
    ),
    papers.SHEET,
    Tie("work", up=_("来自工单"), down=_("派工单")),
    Panel("evidence", _("凭证"), "fieldwork/panel_evidence.html", panels.evidence, on="work", place="main"),
    Panel("place", _("客户与地点"), "fieldwork/panel_place.html", panels.place, on="work", icon="map-pin"),
    Panel("stock", _("备件"), "fieldwork/panel_stock.html", panels.parts, on="work", icon="package"),
    Panel("money", _("费用"), "billing/money.html", bills.beside, on="work", icon="receipt"),
    Panel("plan", _("一键派工"), "fieldwork/plan_now.html", panels.planned_at_once, on="ticket", place="head", roles=FIELD),
    Panel("work", _("现场单"), "fieldwork/panel_ticket.html", panels.on_ticket, on="ticket", icon="tool", roles=FIELD),
    Todo("work_unassigned", _("待派工"), process="work", view="unassigned", roles=CHIEFS, tone="amber"),
    Todo("work_mine", _("我的上门"), process="work", view="mine", roles=(r.ENGINEER,)),
    Todo("work_pool", _("抢单池"), process="work", view="pool", roles=(r.ENGINEER,), rare=True),
    Todo("work_conflict", _("现场冲突"), process="work", view="conflict", roles=CHIEFS, tone="red", rare=True),
    *OF_THE_APP,
    Card("workload", _("今日工作量与返修"), "fieldwork/workload.html", panels.workload, roles=(r.DISPATCHER, r.LEAD), place="side"),
)  # fmt: skip
