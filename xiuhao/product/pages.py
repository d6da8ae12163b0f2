"""The staff's pages of devices with their warranty, and of the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Day, Evidence, Flag, Money, Number, Options, Text
from xiuhao.kernel.masking import mask_id
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.product import actions, queries
from xiuhao.product.models import CHANNELS, INDUSTRIES, Category, Device, Model
from xiuhao.product.warranty_pages import TONES, device_of, repair_rows, told
from xiuhao.ui import pages
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Sheet, answer

ON = "product.device"  # what a panel names to stand on a device's page: `context(device, device, actor)`
SEES = roles.READERS | {roles.ENGINEER, roles.DEALER}


def may(actor: Actor, wanted: frozenset[str]) -> None:
    """Refused not_allowed (403) without one of these roles."""
    if not actor.holds(*wanted):
        raise Refused("not_allowed", {}, status=403)


def badge(device: Device) -> Any:
    """The verdict of today as dot and word, its reason in the title."""
    found = queries.verdict(device, local(now()).date())
    return format_html('<span class="state tone-{}" title="{}">{}</span>', TONES[found.outcome], found.reason, found.label)


def category_options(everything: bool = False) -> Options:
    """The categories (in use, or all) by id."""
    return tuple((str(c.pk), str(c)) for c in queries.categories(everything))


def model_options() -> Options:
    """The models in use, with their categories."""
    return tuple((str(m.pk), f"{m.category} · {m}") for m in queries.models())


@staff
def devices(request: HttpRequest) -> HttpResponseBase:
    """GET /devices/?q=&category="""
    actor = actor_of(request)
    may(actor, SEES)
    offered = category_options(everything=True)
    words, category = asked(request, "q"), asked(request, "category", offered)
    rows = queries.search(actor, words).select_related("model__category", "category", "unit")
    if category:
        rows = rows.filter(category_id=category)
    columns = (
        Column(_("序列号"), lambda d: d.serial or _("无序列号"), url=lambda d: f"/devices/{d.pk}/", kind="title"),
        Column(_("品类"), lambda d: d.category),
        Column(_("型号"), lambda d: d.model),
        Column(_("购买日期"), lambda d: d.purchased_on),
        Column(_("保修"), badge),
        Column(_("渠道"), lambda d: d.get_channel_display()),
        Column(_("归属单位"), lambda d: d.unit),
    )
    asks = (Ask("q", _("序列号"), words, hint=_("完整序列号或开头几位")), Ask("category", _("品类"), category, offered))
    acts = [Act(_("登记购买"), "/purchases/new")] if actor.holds(*queries.REGISTRARS) else []
    return register(
        request, _("设备"), rows, columns, asks=asks, acts=acts, fetch=queries.with_tiers, empty=_("还没有登记过设备"), export="devices"
    )


@staff
def device(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /devices/<pk>/?part=&same=&exclusions=&on=: the device; its warranty for a fault that is tried out."""
    actor = actor_of(request)
    found = device_of(actor, pk)
    panels = [(p, dict(p.context(found, found, actor))) for p in pages.panels(ON, actor)]  # type: ignore[arg-type]
    context = {**told(found, request.GET), **repair_rows(found, actor), "facts": _facts(found, actor), "panels": panels}
    return show(request, "product/device.html", **context, edits=actor.holds(*queries.REGISTRARS))


def _facts(found: Device, actor: Actor) -> list[pages.Fact]:
    sees = found.customer_id is not None and actor.holds(*roles.READERS)
    reveals = bool(found.card_no) and actor.holds(*roles.REVEALERS)
    return [
        pages.Fact(_("品类"), found.category),
        pages.Fact(_("型号"), found.model),
        pages.Fact(_("购买日期"), found.purchased_on),
        pages.Fact(_("安装日期"), found.installed_on),
        pages.Fact(_("收货日期"), found.delivered_on),
        pages.Fact(_("出厂日期"), found.made_on),
        pages.Fact(_("换机日期"), found.exchanged_on),
        *([pages.Fact(_("里程"), _("{km} 公里").format(km=found.mileage))] if found.mileage is not None else []),
        pages.Fact(_("购买价"), found.price),
        pages.Fact(_("发票号"), found.invoice_no),
        pages.Fact(_("购货卡号"), mask_id(found.card_no) or None, f"/reveal/product.card:{found.pk}" if reveals else ""),
        pages.Fact(_("购买渠道"), found.get_channel_display()),
        pages.Fact(_("归属单位"), found.unit),
        pages.Fact(_("客户"), _("查看客户档案") if sees else None, f"/customers/{found.customer_id}/" if sees else ""),
        pages.Fact(_("登记时间"), found.registered_at),
    ]


def purchase_needs() -> tuple[Evidence, ...]:
    """What is asked of a sold piece, whoever registers it."""
    return (
        Text(key="serial", label=_("序列号"), longest=60, required=False, help=_("机身铭牌上的号码。")),
        Choice(key="model", label=_("型号"), options=model_options(), required=False),
        Choice(key="category", label=_("品类"), options=category_options(), required=False, help=_("型号不明时选择。")),
        Day(key="purchased_on", label=_("购买日期"), required=False),
        Day(key="installed_on", label=_("安装日期"), required=False),
        Money(key="price", label=_("购买价"), required=False),
        Text(key="invoice_no", label=_("发票号"), longest=40, required=False),
        Text(key="card_no", label=_("购货卡号"), longest=40, required=False),
        Day(key="delivered_on", label=_("收货日期"), required=False),
        Choice(key="channel", label=_("购买渠道"), options=tuple((k, str(v)) for k, v in CHANNELS), required=False),
    )


@staff
def amend_device(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /devices/<pk>/amend"""
    actor = actor_of(request)
    found = device_of(actor, pk)
    may(actor, queries.REGISTRARS)
    needs = (
        *(need for need in purchase_needs() if need.key != "serial"),
        Day(key="made_on", label=_("出厂日期"), required=False),
        Day(key="exchanged_on", label=_("换机日期"), required=False, help=_("这台是换来的，保修自这天重新起算。")),
        Number(key="mileage", label=_("里程"), required=False, most=Decimal(5_000_000), unit=_("公里")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        model, category = given.pop("model"), given.pop("category")
        chosen = queries.models().get(pk=model) if model else None
        kind = chosen.category if chosen else queries.categories().get(pk=category) if category else None
        if given["card_no"] == masked:
            del given["card_no"]
        actions.amend(actor, pk, model=chosen, category=kind, **given)
        return _("设备资料已保存"), f"/devices/{pk}/"

    masked = mask_id(found.card_no)  # a card number is masked here too; what stays as it stands is not changed (YD-3.5)
    known = {need.key: getattr(found, need.key) for need in needs}
    known |= {"model": found.model_id, "category": found.category_id, "card_no": masked}
    sheet = Sheet("device", _("修改设备资料"), request.path, needs, known, f"/devices/{pk}/", _("保存"))
    return answer(request, sheet, act, trail=[(_("设备"), "/devices/"), (str(found), f"/devices/{pk}/")])


# The catalogue


@staff
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """GET /catalogue/?q=&category=: the models."""
    actor = actor_of(request)
    offered = category_options(everything=True)
    words, category = asked(request, "q"), asked(request, "category", offered)
    rows = queries.models(everything=True)
    if words:
        rows = rows.filter(code__icontains=words) | rows.filter(name__icontains=words)
    if category:
        rows = rows.filter(category_id=category)
    edits = actor.holds(*queries.CATALOGUE_KEEPERS)
    columns = (
        Column(_("型号"), lambda m: m.code, url=(lambda m: f"/catalogue/models/{m.pk}") if edits else None, kind="title"),
        Column(_("名称"), lambda m: m.name),
        Column(_("品类"), lambda m: m.category),
        Column(_("指导价"), lambda m: m.price, kind="num"),
        Column(_("高端"), lambda m: m.high_end),
        Column(_("启用"), lambda m: m.active),
    )
    asks = (Ask("q", _("型号"), words, hint=_("型号或名称")), Ask("category", _("品类"), category, offered))
    acts = [Act(_("新建型号"), "/catalogue/models/new")] if edits else []
    return register(request, _("产品目录"), rows, columns, asks=asks, acts=acts, empty=_("还没有型号"), tabs=_tabs("/catalogue/"))


def _tabs(here: str) -> list[tuple[str, str, bool]]:
    return [(label, url, url == here) for label, url in ((_("型号"), "/catalogue/"), (_("品类"), "/catalogue/categories/"))]


@staff
def categories(request: HttpRequest) -> HttpResponseBase:
    """GET /catalogue/categories/"""
    edits = actor_of(request).holds(*queries.CATALOGUE_KEEPERS)
    columns = (
        Column(_("名称"), str, url=(lambda c: f"/catalogue/categories/{c.pk}") if edits else None, kind="title"),
        Column(_("代码"), lambda c: c.key),
        Column(_("行业"), lambda c: c.get_industry_display()),
        Column(_("所需技能"), lambda c: c.skill),
        Column(_("启用"), lambda c: c.active),
    )
    acts = [Act(_("新建品类"), "/catalogue/categories/new")] if edits else []
    rows = queries.categories(everything=True)
    here = "/catalogue/categories/"
    return register(request, _("产品目录"), rows, columns, acts=acts, empty=_("还没有品类"), tabs=_tabs(here))


@staff
def edit_model(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """GET and POST /catalogue/models/new and /catalogue/models/<pk>"""
    actor = actor_of(request)
    may(actor, queries.CATALOGUE_KEEPERS)
    found = queries.models(everything=True).filter(pk=pk).first() if pk else Model()
    if found is None:
        raise Refused("not_found", {}, status=404)
    needs = (
        Choice(key="category", label=_("品类"), options=category_options(everything=True)),
        Text(key="code", label=_("型号"), longest=40),
        Text(key="name", label=_("名称"), longest=80),
        Money(key="price", label=_("指导价"), required=False, most=Decimal("99999999.99")),
        Flag(key="high_end", label=_("高端产品"), help=_("高端产品登记购买时自动定为高级。")),
        Flag(key="active", label=_("启用")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        kind = Category.objects.get(pk=given.pop("category"))
        made = actions.save_model(actor, found, category=kind, **given)
        return _("型号 {code} 已保存").format(code=made.code), "/catalogue/"

    known: dict[str, Any] = {"active": True}
    if pk:
        known = {need.key: getattr(found, need.key) for need in needs} | {"category": found.category_id}
    sheet = Sheet("model", _("修改型号") if pk else _("新建型号"), request.path, needs, known, "/catalogue/", _("保存"))
    return answer(request, sheet, act, trail=[(_("产品目录"), "/catalogue/")])


@staff
def edit_category(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """GET and POST /catalogue/categories/new and /catalogue/categories/<pk>; the key of a category stays."""
    actor = actor_of(request)
    may(actor, queries.CATALOGUE_KEEPERS)
    found = Category.objects.filter(pk=pk).first() if pk else Category()
    if found is None:
        raise Refused("not_found", {}, status=404)
    key = () if pk else (Text(key="key", label=_("代码"), longest=40, help=_("小写英文，用于接口和规则，以后不能改。")),)
    needs: tuple[Evidence, ...] = (
        *key,
        Text(key="zh", label=_("中文名称"), longest=40),
        Text(key="en", label=_("英文名称"), longest=60),
        Choice(key="industry", label=_("行业"), options=tuple((k, str(v)) for k, v in INDUSTRIES)),
        Text(key="skill", label=_("所需技能"), longest=40, required=False, help=_("技能的代码，如 refrigeration。")),
        Flag(key="active", label=_("启用")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = actions.save_category(actor, found, **given)
        return _("品类“{name}”已保存").format(name=made), "/catalogue/categories/"

    known = {need.key: getattr(found, need.key) for need in needs} if pk else {"active": True}
    sheet = Sheet("category", _("修改品类") if pk else _("新建品类"), request.path, needs, known, "/catalogue/categories/", _("保存"))
    return answer(request, sheet, act, trail=[(_("产品目录"), "/catalogue/"), (_("品类"), "/catalogue/categories/")])


# What stands in the menu, in the palette, on a customer's page


def _found(actor: Actor, words: str) -> list[pages.Hit]:
    """Devices by the beginning of their serial."""
    if len(words) < 4 or not actor.holds(*SEES):
        return []
    rows = queries.search(actor, words)[:8]
    return [pages.Hit(d.serial or "", f"/devices/{d.pk}/", str(d.model or d.category or ""), "qrcode") for d in rows]


def _of_customer(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    rows = queries.devices_of([customer.pk])[customer.pk]
    return {
        "devices": [(d, badge(d)) for d in queries.with_tiers(rows)],
        "registers": actor.holds(*queries.REGISTRARS),
        "customer": customer,
    }


pages.register(
    pages.Nav("devices", gettext_lazy("设备"), "/devices/", "device-mobile", roles=SEES, group="files"),
    pages.Nav("catalogue", gettext_lazy("产品目录"), "/catalogue/", "building-factory", roles=queries.CATALOGUE_KEEPERS, group="admin"),
    pages.Finder("devices", gettext_lazy("设备"), _found),
    pages.Panel("devices", gettext_lazy("设备"), "product/devices.html", _of_customer, "party.customer", place="main"),
)
