"""The staff's pages of the catalogue of parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Day, Evidence, Flag, Money, Number, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.parts import catalogue, queries
from xiuhao.parts.models import Part
from xiuhao.parts.stock_pages import acts, ledger_columns, sees, stock_columns, table, tabs
from xiuhao.product import queries as products
from xiuhao.ui.desk import show, staff
from xiuhao.ui.pages import Fact
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Several, Sheet, answer

SHOWN = 30  # pieces and ledger lines on the page of a part


def part_of(pk: int) -> Part:
    """The part of an address; Refused not_found (404)."""
    found = queries.parts(everything=True).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


def keeper(actor: Actor) -> None:
    """Refused not_allowed (403) for who keeps no catalogue of parts."""
    catalogue.may(actor)


@staff
def parts(request: HttpRequest) -> HttpResponseBase:
    """GET /parts/?q=&category="""
    actor, today = sees(request), local(now()).date()
    offered = _kinds()
    words, category = asked(request, "q"), asked(request, "category", offered)
    rows = queries.search(words, everything=True)
    rows = rows.filter(category_id=category) if category else rows
    listed: dict[int, Any] = {}
    columns = (
        Column(_("编码"), lambda p: p.code, url=lambda p: f"/parts/{p.pk}/", kind="title"),
        Column(_("名称"), lambda p: p.name),
        Column(_("适用品类"), lambda p: p.category),
        Column(_("计量单位"), lambda p: p.unit),
        Column(_("售价"), lambda p: listed[p.pk].price if p.pk in listed else None, kind="num"),
        Column(_("序列号管理"), lambda p: p.tracked),
        Column(_("换件保修（月）"), lambda p: p.months, kind="num"),
        Column(_("启用"), lambda p: p.active),
    )
    asks = (Ask("q", _("备件"), words, hint=_("编码或名称")), Ask("category", _("适用品类"), category, offered))
    made = [Act(_("新建备件"), "/parts/new")] if actor.holds(*catalogue.KEEPERS) else []

    def fetch(found: list[Part]) -> None:
        listed.update(queries.prices([part.pk for part in found], today))

    return register(request, _("备件目录"), rows, columns, asks=asks, acts=made, fetch=fetch, tabs=tabs("/parts/"), empty=_("还没有备件"))


@staff
def part(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /parts/<pk>/: where it lies, what it costs, what it fits, which pieces there are, what happened last."""
    actor, found, today = sees(request), part_of(pk), local(now()).date()
    prices = list(found.prices.order_by("-since")[:12])
    valid = next((row for row in prices if row.since <= today), None)
    known = [
        Fact(_("编码"), found.code), Fact(_("适用品类"), found.category),
        Fact(_("适用型号"), [str(m) for m in found.fits.all()[:50]] or None),
        Fact(_("主要部件"), products.every_main_part().get(found.main, found.main)),
        Fact(_("计量单位"), found.unit), Fact(_("售价"), valid.price if valid else None), Fact(_("进价"), valid.cost if valid else None),
        Fact(_("序列号管理"), found.tracked), Fact(_("换件保修"), _("{n} 个月").format(n=found.months)), Fact(_("启用"), found.active),
    ]  # fmt: skip
    heads = (Column(_("位置"), lambda b: b.place, url=lambda b: f"/places/{b.place_id}/", kind="title"), *stock_columns())
    rows = list(queries.stock(actor).filter(part=found)[:200])
    pieces = list(queries.pieces(actor, pk)[:SHOWN]) if found.tracked else []
    last = list(queries.ledger(actor, part=pk)[:SHOWN])
    return show(
        request, "parts/part.html", part=found, facts=known, heads=heads, rows=table(rows, heads), pieces=pieces, prices=prices,
        valid=valid, ledger_heads=ledger_columns(), last=table(last, ledger_columns()), keeps=actor.holds(*catalogue.KEEPERS),
        acts=acts(actor, lines=f"{found.code} 1")[:2],
    )  # fmt: skip


def _kinds() -> tuple[tuple[str, str], ...]:
    return tuple((str(c.pk), str(c)) for c in products.categories(everything=True))


def _main() -> Choice:
    options = tuple(products.every_main_part().items())
    told = _("三包规定的主要部件换过几次，由这里记入设备的维修记录。")
    return Choice(key="main", label=_("主要部件"), options=options, required=False, help=told)


@staff
def edit_part(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """GET and POST /parts/new and /parts/<pk>/edit"""
    actor = sees(request)
    keeper(actor)
    found = part_of(pk) if pk else Part()
    models = tuple((str(m.pk), f"{m.category} · {m}") for m in products.models())
    needs: tuple[Evidence, ...] = (
        Text(key="code", label=_("编码"), longest=40, help=_("字母、数字和连字号，统一存为大写。")),
        Text(key="zh", label=_("中文名称"), longest=80),
        Text(key="en", label=_("英文名称"), longest=80, required=False),
        Text(key="unit", label=_("计量单位"), longest=10),
        Number(key="places", label=_("小数位"), most=Decimal(3), required=False, help=_("按件的填 0，按米、千克的可带小数。")),
        Flag(key="tracked", label=_("按序列号管理"), help=_("每件有自己的序列号，出入都要写明。")),
        Number(key="months", label=_("换件保修（月）"), most=Decimal(120)),
        Choice(
            key="main",
            label=_("主要部件"),
            options=tuple(products.every_main_part().items()),
            required=False,
            help=_("三包规定的主要部件换过几次，由这里记入设备的维修记录。"),
        ),
        Choice(key="category", label=_("适用品类"), options=_kinds(), required=False),
        Several(key="fits", label=_("适用型号"), options=models),
        Flag(key="active", label=_("启用")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        kind, fits = given.pop("category"), given.pop("fits")
        given["category"] = products.categories(everything=True).get(pk=kind) if kind else None
        given["places"] = given["places"] or 0
        made = catalogue.save_part(actor, found, fits=products.models().filter(pk__in=fits), **given)
        return _("备件 {code} 已保存").format(code=made.code), f"/parts/{made.pk}/"

    known: dict[str, Any] = {"unit": "个", "months": 3, "active": True}
    if pk:
        known = {need.key: getattr(found, need.key) for need in needs if need.key != "fits"}
        known |= {"category": str(found.category_id or ""), "fits": [str(m.pk) for m in found.fits.all()]}
    back = f"/parts/{pk}/" if pk else "/parts/"
    sheet = Sheet("part", _("修改备件") if pk else _("新建备件"), request.path, needs, known, back, _("保存"))
    return answer(request, sheet, act, trail=[(_("备件目录"), "/parts/")])


@staff
def price(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /parts/<pk>/price: the price from a day on."""
    actor = sees(request)
    keeper(actor)
    found = part_of(pk)
    needs = (
        Day(key="since", label=_("生效日期")),
        Money(key="price", label=_("售价")),
        Money(key="cost", label=_("进价"), required=False),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        catalogue.set_price(actor, found, given["since"], given["price"], given["cost"] if given["cost"] != "" else None)
        return _("{code} 的新价已保存").format(code=found.code), f"/parts/{pk}/"

    sheet = Sheet("price", _("定价"), request.path, needs, {"since": local(now()).date().isoformat()}, f"/parts/{pk}/", _("保存"))
    return answer(request, sheet, act, trail=[(_("备件目录"), "/parts/"), (found.code, f"/parts/{pk}/")])
