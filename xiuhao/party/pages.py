"""The staff's pages of customers: found exactly, shown masked, revealed for a reason, edited by who may."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import registry, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Evidence, LongText, Phone, Text
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.party import actions, organisation_pages, queries
from xiuhao.party.entering import enter
from xiuhao.party.models import LANGUAGES, Customer
from xiuhao.ui import pages
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Sheet, answer, typed

ON = "party.customer"  # what a panel names to stand on a customer's page: `context(customer, customer, actor)`
SEES = roles.READERS | {roles.ENGINEER, roles.DEALER}


def customer_of(actor: Actor, pk: int) -> Customer:
    """The visible customer of an address with everything on it; Refused not_found (404)."""
    found = Customer.objects.visible_to(actor).select_related("unit").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return queries.dress([found])[0]


def keeper(actor: Actor) -> None:
    """Refused not_allowed (403) for who may not edit customers."""
    if not actor.holds(*queries.CUSTOMER_KEEPERS):
        raise Refused("not_allowed", {}, status=403)


@staff
def customers(request: HttpRequest) -> HttpResponseBase:
    """GET /customers/?q=&kind="""
    actor = actor_of(request)
    words, kind = asked(request, "q"), asked(request, "kind", Customer.KINDS)
    rows = queries.search(actor, words).select_related("unit")
    if kind:
        rows = rows.filter(kind=kind)
    columns = (
        Column(_("姓名"), lambda c: mask_name(c.name) or _("未留姓名"), url=lambda c: f"/customers/{c.pk}/", kind="title"),
        Column(_("电话"), lambda c: "、".join(mask_phone(p.number) for p in c.numbers)),
        Column(_("类别"), lambda c: c.get_kind_display()),
        Column(_("地址"), lambda c: queries.masked_address(c.places[0]) if c.places else None),
        Column(_("归属单位"), lambda c: c.unit),
        Column(_("建档时间"), lambda c: c.created_at, kind="time"),
    )
    asks = (
        Ask("q", _("查找"), words, hint=_("电话、末四位、姓名")),
        Ask("kind", _("类别"), kind, options=Customer.KINDS),
    )
    acts = [Act(_("新建客户"), "/customers/new")] if actor.holds(*queries.CUSTOMER_KEEPERS) else []
    return register(
        request,
        _("客户"),
        rows,
        columns,
        asks=asks,
        acts=acts,
        fetch=queries.dress,
        empty=_("您的单位还没有客户，来电建单时会自动建档。"),
        export="customers",
    )


@staff
def customer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /customers/<pk>/; of one that was merged into another, the page of that one where it is visible."""
    actor = actor_of(request)
    found = customer_of(actor, pk)
    if found.merged_into_id and Customer.objects.visible_to(actor).filter(pk=found.merged_into_id).exists():
        return HttpResponseRedirect(f"/customers/{found.merged_into_id}/")
    panels = [(p, dict(p.context(found, found, actor))) for p in pages.panels(ON, actor)]  # type: ignore[arg-type]
    return show(
        request, "party/customer.html", customer=found, card=queries.card(found, actor), facts=_facts(found), panels=panels,
        kinds=dict(actions.PARTS["phone"].KINDS), history=queries.told(*(f"{ON}:{one}" for one in queries.family([pk]))),
    )  # fmt: skip


def _facts(found: Customer) -> list[pages.Fact]:
    return [
        pages.Fact(_("类别"), found.get_kind_display()),
        pages.Fact(_("语言"), found.get_language_display()),
        pages.Fact(_("地区"), found.region),
        pages.Fact(_("归属单位"), found.unit),
        pages.Fact(_("建档时间"), found.created_at),
        pages.Fact(_("备注"), found.notes, broad=True),
    ]


def _needs(actor: Actor, known: Customer | None = None) -> tuple[Evidence, ...]:
    first: tuple[Evidence, ...] = () if known else (
        Phone(key="phone", label=_("电话"), help=_("您能看到的客户中已有这个号码的，会直接打开，不会重复建档。")),
    )  # fmt: skip
    return (
        *first,
        Text(key="name", label=_("姓名"), longest=60, required=known is None),
        Choice(key="kind", label=_("类别"), options=tuple((k, str(v)) for k, v in Customer.KINDS)),
        Choice(key="language", label=_("语言"), options=tuple((k, str(v)) for k, v in LANGUAGES)),
        *(() if known else (Text(key="address", label=_("地址"), longest=300, required=False, help=_("整段粘贴，省市区自动识别。")),)),
        Choice(key="unit", label=_("归属单位"), options=organisation_pages.units(actor), required=False),
        LongText(key="notes", label=_("备注"), longest=2000, required=False),
    )


@staff
def new_customer(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /customers/new"""
    actor = actor_of(request)
    keeper(actor)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        unit = int(given["unit"]) if given["unit"] else actor.unit
        known = queries.by_phone(actor, given["phone"])
        made = enter(actor, actions.Newcomer(**{**given, "unit": unit, "address": actions.parse(given["address"])}))
        said = _("这个号码已有客户，已为您打开，没有重复建档") if known else _("客户资料已保存")
        return said, f"/customers/{made.pk}/"

    known = {"kind": "person", "language": "cmn", "unit": actor.unit}
    sheet = Sheet("customer", _("新建客户"), request.path, _needs(actor), known, "/customers/", _("保存"))
    return answer(request, sheet, act, trail=[(_("客户"), "/customers/")])


@staff
def amend_customer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /customers/<pk>/amend. The name stays unless a new one is typed: it is not shown in plain."""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        given["unit"] = Unit.objects.get(pk=given["unit"]) if given["unit"] else None
        if not given["name"]:
            del given["name"]
        actions.amend(actor, pk, **given)
        return _("客户资料已保存"), f"/customers/{pk}/"

    known = {"kind": found.kind, "language": found.language, "unit": found.unit_id, "notes": found.notes}
    sheet = Sheet("customer", _("修改资料"), request.path, _needs(actor, found), known, f"/customers/{pk}/", _("保存"))
    sheet.intro = _("姓名为 {name}；不改就留空。").format(name=mask_name(found.name) or "—")
    return answer(request, sheet, act, trail=trail(found))


def trail(found: Customer) -> list[tuple[str, str]]:
    """The way to a page of a customer."""
    return [(_("客户"), "/customers/"), (mask_name(found.name) or _("未留姓名"), f"/customers/{found.pk}/")]


@staff
def add_part(request: HttpRequest, pk: int, part: str) -> HttpResponseBase:
    """GET and POST /customers/<pk>/add/<phone|address|email>"""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)
    asks: dict[str, tuple[str, Evidence]] = {
        "phone": (_("添加电话"), Phone(key="value", label=_("电话"))),
        "address": (_("添加地址"), Text(key="value", label=_("地址"), longest=300, help=_("整段粘贴，省市区自动识别。"))),
        "email": (_("添加邮箱"), Text(key="value", label=_("邮箱"), longest=200)),
    }
    if part not in asks:
        raise Refused("not_found", {}, status=404)
    label, need = asks[part]

    def act(given: dict[str, Any]) -> tuple[str, str]:
        if part == "phone":
            actions.add_phone(actor, pk, given["value"])
        elif part == "address":
            actions.add_address(actor, pk, actions.parse(given["value"]))
        else:
            actions.add_email(actor, pk, given["value"])
        return _("已添加"), f"/customers/{pk}/"

    return answer(request, Sheet(part, label, request.path, (need,), back=f"/customers/{pk}/"), act, trail=trail(found))


@staff
def change_part(request: HttpRequest, pk: int, part: str, row: int, verb: str) -> HttpResponseBase:
    """GET (asks) and POST /customers/<pk>/<part>/<row>/<prefer|drop>"""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)
    labels = {"prefer": _("设为首选"), "drop": _("删除")}
    if part not in actions.PARTS or verb not in labels:
        raise Refused("not_found", {}, status=404)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        (actions.prefer if verb == "prefer" else actions.drop)(actor, pk, part, row)
        return _("已更新"), f"/customers/{pk}/"

    sheet = Sheet(verb, labels[verb], request.path, back=f"/customers/{pk}/", bad=verb == "drop")
    sheet.intro = _("删除后不能恢复，但历史工单里的内容不受影响。") if verb == "drop" else _("以后优先使用这一项联系客户。")
    return answer(request, sheet, act, trail=trail(found))


@staff
def reveal(request: HttpRequest, subject: str) -> HttpResponseBase:
    """GET (asks for the reason) and POST /reveal/<subject>: the plain text, once, in the answer and nowhere else."""
    actor = actor_of(request)
    need = Text(key="reason", label=_("查看原因"), longest=200, help=_("谁、何时、为什么查看会被记录，客户有权查询。"))
    sheet = Sheet("reveal", _("查看完整信息"), request.path, (need,), submit=_("查看"), back=request.headers.get("Referer", "/customers/"))
    if request.method != "POST":
        if not actor.holds(*queries.REVEALERS):
            raise Refused("not_allowed", {}, status=403)
        return show(request, "ui/sheet.html", form=sheet.fill())
    raw = typed(sheet, request.POST)
    try:
        plain = actions.reveal(actor, subject, str(raw["reason"] or ""))
    except Refused as refused:
        if refused.status == 403:
            raise
        return show(request, "ui/sheet.html", refused.status, form=sheet.fill(raw, refused))
    response = show(request, "party/revealed.html", plain=plain)
    response["Cache-Control"] = "no-store"
    return response


# What stands in the menu, in the palette, on a customer's page


def _found(actor: Actor, words: str) -> list[pages.Hit]:
    """Customers by phone, by the last four digits, by name; never by a part of a name."""
    if len(words) < 2 or not actor.holds(*SEES):
        return []
    rows = queries.dress(queries.search(actor, words)[:8])
    return [
        pages.Hit(mask_name(c.name) or _("未留姓名"), f"/customers/{c.pk}/", mask_phone(c.numbers[0].number) if c.numbers else "", "user")
        for c in rows
    ]


def _cases(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    rows = Case.objects.visible_to(actor).filter(customer_id__in=queries.family([customer.pk])).order_by("-opened_at", "-pk")[:20]
    return {"cases": [(case, registry.process(case.process), registry.process(case.process).state(case.state)) for case in rows]}


pages.register(
    pages.Nav("customers", gettext_lazy("客户"), "/customers/", "users", roles=SEES, group="files"),
    pages.Finder("customers", gettext_lazy("客户"), _found),
    pages.Panel("cases", gettext_lazy("服务单"), "party/cases.html", _cases, ON, place="main"),
    *organisation_pages.NAVS,
)
