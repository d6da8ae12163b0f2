"""The staff's pages of tiers: what they are, what a customer has, how one is decided; and the registration of a purchase."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.contract import actions, queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import policy, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Day, Flag, Money, Phone, Text
from xiuhao.kernel.masking import mask_name
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Customer
from xiuhao.product import queries as products
from xiuhao.product.actions import Purchase
from xiuhao.product.models import CHANNELS, INDUSTRIES, Device
from xiuhao.ui import pages
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Column, register
from xiuhao.ui.sheet import Sheet, answer, read, typed

SEES = roles.READERS | {roles.ENGINEER, roles.DEALER}
TONES = {"basic": "grey", "intermediate": "blue", "advanced": "purple", "vip": "amber"}
people.VERBS.update({
    "sell_tier": gettext_lazy("开通服务级别"), "end_tier": gettext_lazy("终止服务级别"), "change_tier": gettext_lazy("变更服务级别"),
    "use_benefit": gettext_lazy("使用权益"),
})  # fmt: skip
party.REVEALED["product.card"] = (Device, lambda device: device.card_no)


def customer_of(actor: Actor, pk: int | str) -> Customer:
    """The visible customer; Refused not_found (404)."""
    known = str(pk).isdecimal() and len(str(pk)) < 19
    found = Customer.objects.visible_to(actor).filter(pk=pk).first() if known else None
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


@staff
def tiers(request: HttpRequest) -> HttpResponseBase:
    """GET /tiers/: response times by industry and tier, and what each tier includes."""
    offered = queries.offered()
    industries = [(key, label, [(tier, queries.response(key, tier)) for tier in offered]) for key, label in INDUSTRIES]
    every = {"industry": [key for key, _label in INDUSTRIES], "category": [kind.key for kind in products.categories()]}
    benefits = [(tier, label, queries.benefits(tier, every)) for tier, label in offered.items()]
    tables = [_table(key) for key in (queries.TIERS, queries.GRADING, queries.SHARES, queries.TARGETS)]
    return show(
        request, "contract/tiers.html", offered=offered, industries=industries, benefits=benefits, tones=TONES, tables=tables,
        response=policy.table_of(queries.RESPONSE), included=policy.table_of(queries.BENEFITS),
    )  # fmt: skip


def _table(key: str) -> tuple[policy.Table, list[tuple[Any, Any, Any]]]:
    """A decision table with its rows in force, conditions and results in words."""
    table = policy.table_of(key)
    return table, [(row, table.conditions(row.match), table.results(row.value)) for row in policy.rows(key)]


def _trial_needs() -> tuple[Any, ...]:
    kinds = tuple((c.key, f"{c.get_industry_display()} · {c}") for c in products.categories())
    return (
        Choice(key="category", label=_("品类"), options=kinds),
        Money(key="price", label=_("价格"), required=False, most=Decimal("99999999.99")),
        Flag(key="high_end", label=_("高端产品")),
    )


@staff
def trial(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /tiers/try: enter type and price, see the tier and the row that decides (SL-3.1). Writes nothing."""
    sheet = Sheet("try", _("试算"), request.path, _trial_needs(), back="/tiers/")
    if request.method != "POST":
        return show(request, "contract/trial.html", form=sheet.fill())
    raw = typed(sheet, request.POST)
    try:
        given = read(sheet, raw)
    except Refused as refused:
        return show(request, "contract/trial.html", refused.status, form=sheet.fill(raw, refused))
    kind = products.categories().get(key=given["category"])
    facts = {"industry": kind.industry, "category": kind.key, "price": given["price"], "high_end": given["high_end"]}
    standing = queries.grade(facts)
    table = policy.table_of(queries.GRADING)
    return show(
        request, "contract/trial.html", form=sheet.fill(raw), standing=standing, tone=TONES[standing.tier], row=standing.row,
        conditions=table.conditions(standing.row.match) if standing.row else [], response=queries.response(kind.industry, standing.tier),
        benefits=queries.benefits(standing.tier, facts),
    )  # fmt: skip


# A purchase


def _purchase_needs(known: bool) -> tuple[Any, ...]:
    models = tuple((str(m.pk), f"{m.category} · {m}") for m in products.models())
    kinds = tuple((str(c.pk), str(c)) for c in products.categories())
    return (
        *(() if known else (Phone(key="phone", label=_("客户电话"), required=False, help=_("不填则先登记设备，以后再认主。")),)),
        Text(key="serial", label=_("序列号"), longest=60, help=_("机身铭牌上的号码。")),
        Choice(key="model", label=_("型号"), options=models, required=False),
        Choice(key="category", label=_("品类"), options=kinds, required=False, help=_("型号不明时选择。")),
        Day(key="purchased_on", label=_("购买日期"), required=False),
        Day(key="installed_on", label=_("安装日期"), required=False),
        Money(key="price", label=_("购买价"), required=False, help=_("不填按型号的指导价定级。")),
        Text(key="invoice_no", label=_("发票号"), longest=40, required=False),
        Text(key="card_no", label=_("购货卡号"), longest=40, required=False, help=_("企业承诺的免费换新须有卡号。")),
        Day(key="delivered_on", label=_("收货日期"), required=False),
        Choice(key="channel", label=_("购买渠道"), options=tuple((k, str(v)) for k, v in CHANNELS), required=False),
    )


@staff
def new_purchase(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /purchases/new?customer=: register a device; its tier is given at once."""
    actor = actor_of(request)
    if not actor.holds(*products.REGISTRARS):
        raise Refused("not_allowed", {}, status=403)
    owner = customer_of(actor, request.GET["customer"]) if request.GET.get("customer") else None

    def act(given: dict[str, Any]) -> tuple[str, str]:
        whose = owner or _by_phone(actor, given.pop("phone"))
        model, category = given.pop("model"), given.pop("category")
        purchase = Purchase(
            products.normalise_serial(given.pop("serial")), products.models().get(pk=model) if model else None,
            products.categories().get(pk=category) if category else None, whose.pk if whose else None,
            whose.unit_id if whose and whose.unit_id else actor.unit, **given,
        )  # fmt: skip
        device = actions.register_purchase(actor, purchase)
        standing = queries.tier_of(device.customer_id, device)
        return _("{serial} 已登记，服务级别：{tier}").format(serial=device.serial, tier=standing.label), f"/devices/{device.pk}/"

    back = f"/customers/{owner.pk}/" if owner else "/devices/"
    sheet = Sheet("purchase", _("登记购买"), request.get_full_path(), _purchase_needs(owner is not None), back=back, submit=_("保存"))
    if owner:
        sheet.intro = _("客户：{name}").format(name=mask_name(owner.name) or _("未留姓名"))
    return answer(request, sheet, act, trail=[(_("设备"), "/devices/")])


def _by_phone(actor: Actor, number: str | None) -> Customer | None:
    """The visible customer of a number, None for no number; Refused customer_unknown (422) for one that we do not know."""
    if not number:
        return None
    found = people.by_phone(actor, number)
    if not found:
        raise Refused(
            "incomplete", {"verb": _("登记购买"), "labels": [_("客户电话")]}, status=422, fields={"phone": Refused("customer_unknown")}
        )
    return found[0]


# A customer's tiers


@staff
def sell(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /customers/<pk>/tiers/new"""
    actor = actor_of(request)
    if not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    found = customer_of(actor, pk)
    devices = tuple((str(d.pk), str(d)) for d in products.devices_of([pk])[pk])
    needs = (
        Choice(key="tier", label=_("服务级别"), options=tuple(queries.offered().items())),
        Choice(
            key="industry",
            label=_("行业"),
            options=tuple((k, str(v)) for k, v in INDUSTRIES),
            required=False,
            help=_("不选则各行业都有效。"),
        ),
        Choice(key="device", label=_("设备"), options=devices, required=False, help=_("不选则对这位客户的全部设备有效。")),
        Day(key="since", label=_("生效日期")),
        Day(key="until", label=_("截止日期"), required=False, help=_("不填则长期有效。")),
        _manager(None),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        device = int(given["device"]) if given["device"] else None
        span = {"since": given["since"], "until": given["until"], "manager": int(given["manager"]) if given["manager"] else None}
        made = actions.sell(actor, pk, given["tier"], device=device, industry=given["industry"], **span)
        return _("已开通：{tier}").format(tier=queries.tier_label(made.tier)), f"/customers/{pk}/"

    known = {"since": local(now()).date().isoformat()}
    sheet = Sheet("tier", _("开通服务级别"), request.path, needs, known, f"/customers/{pk}/", _("开通"))
    return answer(request, sheet, act, trail=[(_("客户"), "/customers/"), (mask_name(found.name), f"/customers/{pk}/")])


@staff
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /entitlements/<pk>/end"""
    actor = actor_of(request)
    if not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    found = _sold(actor, pk)
    back = f"/customers/{found.customer_id}/"

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.end(actor, pk, given["reason"])
        return _("已终止，今天之后不再有效"), back

    needs = (Text(key="reason", label=_("原因"), longest=200),)
    return answer(request, Sheet("end", _("终止服务级别"), request.path, needs, back=back, bad=True), act, trail=[(_("客户"), back)])


def _manager(kept: Account | None) -> Choice:
    offered = tuple(queries.managers(kept).items())
    return Choice(key="manager", label=_("专属客户经理"), options=offered, required=False, help=_("级别含专属客户经理的，来电优先派给他。"))


def _sold(actor: Actor, pk: int) -> Entitlement:
    """The visible sold tier of an address; Refused not_allowed (403), not_found (404)."""
    if not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    found = Entitlement.objects.visible_to(actor).filter(pk=pk, source="sold").first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


@staff
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /entitlements/<pk>/change: upgrade, renew, name another manager."""
    actor = actor_of(request)
    found = _sold(actor, pk)
    back = f"/customers/{found.customer_id}/"
    needs = (
        Choice(key="tier", label=_("服务级别"), options=tuple(queries.offered().items())),
        Day(key="until", label=_("截止日期"), required=False, help=_("不填则长期有效。")),
        _manager(found.manager),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        manager = int(given["manager"]) if given["manager"] else None
        made = actions.change(actor, pk, tier=given["tier"], until=given["until"], manager=manager)
        return _("已变更：{tier}").format(tier=queries.tier_label(made.tier)), back

    known = {"tier": found.tier, "until": found.until, "manager": str(found.manager_id or "")}
    sheet = Sheet("change", _("变更服务级别"), request.path, needs, known, back, _("保存"))
    return answer(request, sheet, act, trail=[(_("客户"), back)])


@staff
def use(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /customers/<pk>/benefits/use?line=&key=: one use of a benefit that is counted."""
    actor = actor_of(request)
    if not actor.holds(*queries.GRANTERS):
        raise Refused("not_allowed", {}, status=403)
    customer_of(actor, pk)
    back, offered = f"/customers/{pk}/", queries.counted(pk)
    try:
        key = UUID(request.GET.get("key", ""))
    except ValueError:
        key = uuid4()
    needs = (
        Choice(key="line", label=_("权益"), options=tuple((line, benefit.name) for line, benefit in offered.items())),
        Text(key="number", label=_("单号"), longest=40, required=False),
        Text(key="reason", label=_("说明"), longest=200, required=False),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.use_benefit(actor, pk, given["line"], key, number=given["number"], reason=given["reason"])
        return _("已使用：{name}").format(name=offered[given["line"]].name), back

    sheet = Sheet("use", _("使用权益"), f"{request.path}?key={key}", needs, {"line": request.GET.get("line", "")}, back, _("确认使用"))
    return answer(request, sheet, act, trail=[(_("客户"), back)])


@staff
def expiring(request: HttpRequest) -> HttpResponseBase:
    """GET /tiers/expiring: the sold tiers that end soon, so that somebody calls before they do."""
    actor = actor_of(request)
    if not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    columns = (
        Column(
            _("客户"), lambda e: mask_name(e.customer.name) or _("未留姓名"), url=lambda e: f"/customers/{e.customer_id}/", kind="title"
        ),
        Column(_("级别"), lambda e: queries.tier_label(e.tier)),
        Column(_("范围"), lambda e: e.device or e.get_industry_display() or _("全部")),
        Column(_("截止日期"), lambda e: e.until),
        Column(_("专属客户经理"), lambda e: e.manager.name if e.manager else None),
    )
    return register(request, _("即将到期的服务级别"), queries.expiring(actor), columns, empty=_("30 天内没有到期的服务级别"))


def _rows(rows: Any) -> list[tuple[Entitlement, str, str]]:
    return [(e, queries.tier_label(e.tier), TONES[e.tier]) for e in rows[:50]]


def _of_customer(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    rows = queries.entitlements(actor, customers=[customer.pk])
    (standing, facts), today = queries.best(customer.pk), local(now()).date()
    counted = [
        (line, benefit, queries.uses(customer.pk, line, benefit.per, today)) for line, benefit in queries.counted(customer.pk).items()
    ]
    return {
        "speech": queries.speech(standing, facts), "prices": queries.prices(customer.pk), "counted": counted,
        "grants": actor.holds(*queries.GRANTERS),
        "entitlements": _rows(rows), "sells": actor.holds(*queries.SELLERS), "customer": customer, "today": today,
    }  # fmt: skip


def _of_device(device: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    standing = queries.tier_of(device.customer_id, device)
    facts = queries.product_facts(device)
    included = queries.benefits(standing.tier, facts, standing.former)
    verdict = products.verdict(device, local(now()).date(), standing.tier).outcome
    return {
        "standing": standing, "tone": TONES[standing.tier], "benefits": included, "speech": queries.speech(standing, facts, verdict),
        "price": queries.price_words(standing.tier, verdict, facts), "device": device, "hands_over": actor.holds(*queries.MERGERS),
    }  # fmt: skip


pages.register(
    pages.Todo(
        "expiring_tiers",
        gettext_lazy("级别将到期"),
        rows=queries.expiring,
        url="/tiers/expiring",
        roles=queries.SELLERS,
        tone="amber",
        rare=True,
    ),
    pages.Nav("tiers", gettext_lazy("服务级别"), "/tiers/", "star", roles=SEES, group="rules"),
    pages.Panel("tiers", gettext_lazy("服务级别"), "contract/entitlements.html", _of_customer, "party.customer", place="main"),
    pages.Panel("tier", gettext_lazy("服务级别"), "contract/standing.html", _of_device, "product.device", place="main"),
)
