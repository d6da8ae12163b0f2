"""What the desk shows of tickets: the queue, the case, what stands beside it, what the palette finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.html import format_html

from xiuhao.contract.queries import price_words, product_facts, tier_label
from xiuhao.kernel import chores, policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Case, Rank
from xiuhao.kernel.search import matching
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.ticket import call, duplicates, elements, external, jumping, panels, routing
from xiuhao.ticket.heads import HEADS, team_load
from xiuhao.ticket.models import CHANNELS, KINDS, STAGES, URGENCIES, Ticket
from xiuhao.ticket.process import TICKET
from xiuhao.ticket.queries import newest
from xiuhao.ticket.tables import TIERS
from xiuhao.ui.defaults import AWAY, CLOSED, DUE, MINE, NEAR_DUE, NUMBER, OPENED, OVERDUE, OWNER, STATE, STUCK_VIEW, waiting
from xiuhao.ui.pages import (
    Card,
    CasePage,
    Cases,
    Column,
    Fact,
    Filter,
    Finder,
    Hit,
    Kin,
    Nav,
    Order,
    Panel,
    Queue,
    Row,
    Tie,
    Todo,
    View,
    register,
)
from xiuhao.ui.words import span

chores.EVERY[call.sweep] = 3600
PRIORITY_NAMES = {1: "P1", 2: "P2", 3: "P3", 4: "P4"}
DESK = (r.AGENT, r.LEAD, r.EXPERT, r.MANAGER)
HANDS, WATCHERS = (r.AGENT, r.EXPERT), (r.QUALITY, r.FINANCE, r.AUDITOR)
# What was let ahead, then by deadline, age and tier together (`Rank`); of two that stand equal the higher priority, then the older one.
BY_RISK = Order("risk", _("风险从高到低"), (Rank(), "priority", "pk"), first=jumping.ahead)


def _in(record_field: str) -> Any:
    """A filter on a field of the ticket."""

    def apply(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
        return rows.filter(pk__in=Ticket.objects.filter(**{f"{record_field}__in": chosen}).values("pk"))

    return apply


def _asked(rows: Cases, actor: Actor) -> Cases:
    from xiuhao.kernel.models import CaseAsk

    return rows.filter(is_open=True, pk__in=CaseAsk.open_to(actor).values("case_id"))


def _unclaimed(rows: Cases, actor: Actor) -> Cases:
    """Nobody's, and free to be given to somebody: what is in review is the reviewer's to release."""
    return waiting(rows, actor).filter(owner=None).exclude(state="in_review")


def _reviews(rows: Cases, actor: Actor) -> Cases:
    """What waits for a review that the actor may give; what one has asked for oneself waits for others."""
    from xiuhao.kernel.models import CaseAsk

    return waiting(rows, actor).filter(state="in_review", pk__in=CaseAsk.answerable(actor).values("case_id"))


def _in_state(*keys: str) -> Any:
    return lambda rows, actor: waiting(rows, actor).filter(state__in=keys)


def _first_contact(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(is_open=True, keeper_id=actor.id).exclude(owner_id=actor.id)


def _escalated(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(is_open=True, pk__in=Ticket.objects.filter(level__gt=1).values("pk"))


def _complaints(rows: Cases, actor: Actor) -> Cases:
    return waiting(rows, actor).filter(pk__in=Ticket.objects.filter(kind="complaint").values("pk"))


def _sent_back(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(is_open=True, owner_id=actor.id, round__gt=1)


def _fetch(rows: list[Row]) -> None:
    names = people.masked_names([row.case.customer_id for row in rows if row.case.customer_id])
    for row in rows:
        row.extra["customer"] = names.get(row.case.customer_id) if row.case.customer_id else None


def _search(rows: Cases, words: str, actor: Actor) -> Cases:
    return rows.filter(pk__in=matching(Ticket.objects.all(), words).values("pk"))


def _why(record: Ticket) -> str:
    """Why it has its priority: what somebody said, else what the row says."""
    return record.priority_reason or (record.priority_row.why if record.priority_row else "")


def _ranked(row: Row) -> Any:
    """The priority with its reason in words."""
    named = PRIORITY_NAMES.get(row.case.priority or 0)
    return format_html('{} <small class="soft">{}</small>', named, _why(row.record)[:24]) if named else None


def _stands(row: Row) -> Any:
    """Why it stands where it does in the order of risk: let ahead, or which deadline is nearest; with how near, tier and age beside it."""
    at, case, record = now(), row.case, row.record
    parts = [str(_("插队"))] if record.jumped_at else []
    named = str(_("没有时限"))
    if case.due_at is None:
        parts.append(named)
    else:
        clock = next((each for each in row.clocks if each.due_at == case.due_at), None)
        named, left = str(TICKET.clock(clock.key).label if clock else _("时限")), (case.due_at - at).total_seconds()
        parts.append((_("{clock}剩 {span}") if left >= 0 else _("{clock}已超 {span}")).format(clock=named, span=span(left)))
    early = _("{tier}，提前 {span}").format(tier=tier_label(record.tier), span=span(60 * case.head_start)) if case.head_start else ""
    parts.append(early or tier_label(record.tier))
    if case.is_open:
        parts.append(_("已等 {span}").format(span=span((at - case.opened_at).total_seconds())))
    short = " · ".join((parts[0] if record.jumped_at else named, tier_label(record.tier)))
    return format_html('<span title="{}">{}</span>', " · ".join(parts), short)


# Django's own `get_…_display` translates every choice for each row of a list.
NAMED_KINDS, NAMED_CHANNELS = dict(KINDS), dict(CHANNELS)

QUEUE = Queue(
    "ticket",
    place=1,
    icon="ticket",
    columns=(
        NUMBER,
        Column("title", _("问题"), lambda row: row.case.title, kind="long"),
        STATE,
        Column("priority", _("优先级"), _ranked, verb="prioritise"),
        DUE,
        Column("stands", _("排序依据"), _stands),
        Column("customer", _("客户"), lambda row: row.extra["customer"]),
        Column("kind", _("类型"), lambda row: NAMED_KINDS.get(row.record.kind, row.record.kind)),
        Column("category", _("品类"), lambda row: row.record.category),
        Column("tier", _("级别"), lambda row: tier_label(row.record.tier), shown=False),
        replace(OWNER, verb="assign"),
        Column("channel", _("渠道"), lambda row: NAMED_CHANNELS.get(row.record.channel, row.record.channel), shown=False),
        Column("external", _("原编号"), lambda row: external.shown(row.record), shown=False),
        OPENED,
    ),
    filters=(
        Filter("kind", _("类型"), options=lambda actor: KINDS, apply=_in("kind"), first=True),
        Filter("priority", _("优先级"), field="priority", options=lambda actor: tuple((str(k), v) for k, v in PRIORITY_NAMES.items())),
        Filter("channel", _("渠道"), options=lambda actor: CHANNELS, apply=_in("channel")),
        Filter("stage", _("阶段"), options=lambda actor: STAGES, apply=_in("stage")),
        Filter("tier", _("服务级别"), options=lambda actor: TIERS, apply=_in("tier")),
        Filter("urgency", _("急缓"), options=lambda actor: URGENCIES, apply=_in("urgency")),
        Filter("external", _("原编号"), "text", field="record.external"),
    ),
    views=(
        View("open", _("未结"), lambda rows, actor: rows.filter(is_open=True), order="risk"),
        replace(MINE, order="risk"),
        View("asked", _("待我答复"), _asked, order="risk"),
        View("unowned", _("待认领"), _unclaimed, order="risk"),
        View("review", _("待复核"), _reviews, order="risk", roles=(r.LEAD, r.MANAGER)),
        replace(NEAR_DUE, order="risk"),
        replace(OVERDUE, order="risk"),
        View("waiting", _("等待中"), _in_state("waiting_customer", "waiting_parts"), order="changed"),
        View("solved", _("待客户确认"), _in_state("solved"), order="risk"),
        View("escalated", _("升级中"), _escalated, order="risk", roles=(r.EXPERT, r.LEAD, r.MANAGER)),
        View("complaints", _("投诉未结"), _complaints, order="risk", roles=(r.LEAD, r.MANAGER, r.QUALITY)),
        View("first", _("我首问的"), _first_contact, order="risk"),
        View("back", _("退回我的"), _sent_back, order="risk"),
        AWAY,
        STUCK_VIEW,
        CLOSED,
        View("all", _("全部"), lambda rows, actor: rows, order="newest"),
    ),
    orders=(BY_RISK,),
    bulk=("assign", "prioritise", "note", "merge"),
    related=("category", "priority_row"),
    fetch=_fetch,
    search=_search,
)


def facts(record: Ticket, actor: Actor) -> Iterable[Fact]:
    """What is known of the request, in the order in which an agent asks."""
    yield Fact(_("问题描述"), record.description, broad=True)
    if record.external:
        yield Fact(_("原编号"), external.shown(record))
    yield Fact(_("类型"), record.get_kind_display())
    yield Fact(_("渠道"), record.get_channel_display())
    yield Fact(_("急缓"), record.get_urgency_display())
    reason = _why(record)
    named = PRIORITY_NAMES.get(record.case.priority or 0, "")
    yield Fact(_("优先级"), f"{named} · {reason}" if reason else named)
    yield Fact(_("品类"), record.category)
    yield Fact(_("型号"), record.model)
    yield Fact(_("序列号"), _("{serial}（待核实）").format(serial=record.serial) if record.serial_claimed else record.serial)
    yield Fact(_("保修"), _verdict(record), broad=bool(record.verdict_why))
    yield Fact(_("服务级别"), tier_label(record.tier))
    if price := price_words(record.tier, record.verdict, product_facts(record.device, record.category)):
        yield Fact(_("维修价格"), price)
    if record.case.customer_id is None and record.customer_id is not None:
        yield Fact(_("联系号码"), _("待核实：在网上填写，本人尚未验证；核实前不发短信"), broad=True)
    yield Fact(_("首问责任人"), record.case.keeper)
    yield Fact(_("承诺时间"), record.promised_at)
    if record.case.state == "waiting_parts":
        yield Fact(_("预计到货"), record.parts_due)
    yield Fact(_("升级层级"), record.get_level_display())
    if record.abnormal:
        yield Fact(_("异常工单"), record.no_meeting or _("须开专题会，闭环后才能结束"), broad=True)
    if record.solution:
        yield Fact(_("解决办法"), record.solution, broad=True)


def _verdict(record: Ticket) -> str:
    """The verdict with its reason and the rule behind it."""
    row = record.verdict_row
    parts = [
        record.get_verdict_display(),
        record.verdict_why,
        _("依据：{rule}").format(rule=policy.naming(row)) if row else "",
    ]
    return " · ".join(str(part) for part in parts if part)


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """Why nobody was given it."""
    if why := routing.UNROUTED.get(data.get("unrouted", "")):
        yield _("未派出"), why
    if "followed" in data:
        yield _("派单推荐"), _("已采纳") if data["followed"] else _("未采纳")
    if data.get("by_way_of"):
        yield _("写给已合并的"), data["by_way_of"]
    if data.get("late"):
        yield _("延误预警"), _("承诺已过才告知")


def under(record: Ticket, actor: Actor) -> str:
    """Whose it is, masked."""
    return f"{mask_name(record.contact_name)} {mask_phone(record.contact_phone)}".strip()


def find(actor: Actor, words: str) -> Sequence[Hit]:
    """Tickets by number (here or where they came from, the exact one first), text, serial or the customer's phone."""
    former = external.exactly(actor, words, 8)
    found = list({t.pk: t for t in (*former, *newest(actor, words, 8))}.values())[:8]
    digits = "".join(c for c in words if c.isdigit())
    if not found and len(digits) >= 7:
        customers = [c.pk for c in people.search(actor, words)[:8]]
        # By the contact, not by whose case it is: a report on the web that nobody has proven yet is found too.
        rows = Ticket.objects.filter(customer__in=customers, case__in=Case.objects.visible_to(actor))
        found = list(rows.select_related("case").order_by("-pk")[:8])
    return [
        Hit(f"{t.case.number} {t.case.title}", f"/c/ticket/{t.case.number}/", str(TICKET.state(t.case.state).label), "ticket")
        for t in found
    ]


register(
    QUEUE,
    CasePage(
        "ticket",
        facts=facts,
        told=told,
        under=under,
        addressee=lambda record, actor: mask_phone(record.contact_phone),
        compose=("reply", "note", "record_call"),
        steps=(elements.RECEIVED, elements.IN_PROGRESS, elements.SOLVED, elements.ARCHIVED),
        first=("take", "release", "accept", "restate", "solve", "confirm", "assign", "escalate"),
        related=("category", "model", "device__model__category", "device__category", "customer", "priority_row", "verdict_row"),
    ),
    Tie("merged", up=_("已并入"), down=_("由此单并入")),
    Tie("ticket", up=_("主单"), down=_("子单")),
    Panel("customer", _("客户"), "ticket/panel_customer.html", panels.beside_customer, on="ticket", icon="user"),
    Panel("device", _("设备"), "ticket/panel_device.html", panels.beside_device, on="ticket", icon="device-desktop"),
    Panel("macros", _("宏"), "ticket/panel_macros.html", panels.macros_for, on="ticket", icon="player-play", roles=DESK),
    Nav("macros", _("宏"), "/ticket/macros", icon="player-play", roles=DESK, group="tools"),
    Panel("to_review", _("要看的工单"), "ticket/panel_overdue.html", panels.to_review, on="overdue_review", place="main"),
    Panel("tickets", _("工单"), "ticket/panel_history.html", panels.on_device, on="product.device", place="main", roles=DESK),
    Finder("ticket", _("工单"), find),
    Kin("duplicates", _("可能重复的工单"), on="ticket", find=duplicates.akin),
    Nav("call", _("电话建单"), "/ticket/call", icon="headset", roles=DESK, new=True),
    Nav("import", _("导入工单"), "/ticket/import", icon="file-spreadsheet", roles=(*DESK, r.DEALER), group="tools"),
    Todo("mine", _("待我处理"), process="ticket", view="mine", roles=HANDS),
    Todo("own", _("待我处理"), process="ticket", view="mine", rare=True),
    Todo("review", _("待复核"), process="ticket", view="review", roles=(r.LEAD, r.MANAGER), tone="amber"),
    Todo("near", _("我的即将超时"), process="ticket", view="near", query="owner=me", roles=HANDS, tone="amber"),
    Todo("near_all", _("即将超时"), process="ticket", view="near", roles=HEADS, tone="amber"),
    Todo("overdue", _("我的超时"), process="ticket", view="overdue", query="owner=me", roles=HANDS, tone="red"),
    Todo("overdue_all", _("已超时"), process="ticket", view="overdue", roles=(*HEADS, *WATCHERS), tone="red"),
    Todo("team", _("小组超时"), process="ticket", view="overdue", query="owner=team", roles=HANDS, tone="amber"),
    Todo("unowned", _("待认领"), process="ticket", view="unowned", roles=(*HANDS, *HEADS)),
    Todo("escalated", _("升级中"), process="ticket", view="escalated", roles=(r.EXPERT, r.LEAD, r.MANAGER)),
    Todo("complaints", _("投诉未结"), process="ticket", view="complaints", roles=(r.LEAD, r.MANAGER, r.QUALITY)),
    Todo("solved", _("我的待客户确认"), process="ticket", view="solved", query="owner=me", roles=HANDS),
    Todo("handed", _("待客户确认"), process="ticket", view="solved", roles=(r.DEALER,)),
    Todo("back", _("退回我的"), process="ticket", view="back", roles=HANDS),
    Todo("stuck", _("我的三天无进展"), process="ticket", view="stuck", query="owner=me", roles=HANDS),
    Todo("stuck_all", _("三天无进展"), process="ticket", view="stuck", roles=HEADS),
    Todo("open", _("未结工单"), process="ticket", view="open", roles=(*WATCHERS, r.DEALER)),
    Todo("overdue_review", _("逾期复核"), process="overdue_review", view="unowned", roles=(r.LEAD, r.MANAGER), rare=True),
    Card("team_load", _("组员负荷"), "ticket/team_load.html", team_load, roles=HEADS),
)
