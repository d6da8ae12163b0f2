"""The staff's pages of stock: what there is by place, the ledger, how well parts are supplied, and the places."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _

from xiuhao.kernel import registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Evidence, Flag, Number, Text
from xiuhao.kernel.models import Account, Case, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.parts import catalogue, figures, queries
from xiuhao.parts.ledger import plain
from xiuhao.parts.lines import Lines
from xiuhao.parts.models import KINDS, SEES, STORES, Entry, Place
from xiuhao.ui.desk import actor_of, case_url, show, staff
from xiuhao.ui.pages import Fact
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Sheet, answer

DAYS = 90


def sees(request: HttpRequest) -> Actor:
    """Who asks; Refused not_allowed (403) for who has nothing to do with parts."""
    actor = actor_of(request)
    if not actor.holds(*SEES):
        raise Refused("not_allowed", {}, status=403)
    return actor


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """The pages of stock, beside each other."""
    pages = (
        (_("库存"), "/stock/"),
        (_("台账"), "/stock/ledger"),
        (_("位置"), "/places/"),
        (_("供应情况"), "/stock/supply"),
        (_("备件目录"), "/parts/"),
    )
    return [(label, url, url == here) for label, url in pages]


def place_options(actor: Actor) -> tuple[tuple[str, str], ...]:
    """The places that the actor sees, by id."""
    return tuple((str(place.pk), str(place)) for place in queries.places(actor)[: queries.MOST])


def amount(value: Decimal, unit: str = "") -> Any:
    """A quantity; less than nothing in red, and with its unit in words: a count is under way (`counting.check_vans`)."""
    text = f"{plain(value)} {unit}".strip()
    if value < 0 and unit:
        text = _("账面 {n}，待盘点").format(n=text)
    return format_html('<span class="tag tone-red">{}</span>', text) if value < 0 else text


def signed(value: Decimal) -> str:
    """+2, -1; nothing for none."""
    return f"{'+' if value > 0 else '-'}{plain(abs(value))}" if value else ""


def _low(row: Any) -> Any:
    if row.least is None:
        return None
    if row.free < row.least:
        return format_html('<span class="state tone-red">{} {}</span>', _("低于"), plain(row.least))
    return plain(row.least)


def stock_columns() -> tuple[Column, ...]:
    """现存 · 占用 · 可用 · 在途 · 补货点 of a balance from `queries.stock`."""
    return (
        Column(_("现存"), lambda b: amount(b.quantity, b.part.unit), kind="num"),
        Column(_("占用"), lambda b: plain(b.held), kind="num"),
        Column(_("可用"), lambda b: amount(b.free), kind="num"),
        Column(_("在途"), lambda b: plain(b.coming) if b.coming else None, kind="num"),
        Column(_("补货点"), _low, kind="num"),
    )


@staff
def stock(request: HttpRequest) -> HttpResponseBase:
    """GET /stock/?q=&place=&few=: what there is, by part and place."""
    actor = sees(request)
    offered, only = place_options(actor), (("few", _("低于补货点")), ("owing", _("账面为负")))
    words, place, few = asked(request, "q"), asked(request, "place", offered), asked(request, "few", only)
    rows = queries.stock(actor, words, int(place) if place else None, few == "few")
    if few == "owing":
        rows = rows.filter(quantity__lt=0)
    columns = (
        Column(_("备件"), lambda b: b.part.code, url=lambda b: f"/parts/{b.part_id}/", kind="title"),
        Column(_("名称"), lambda b: b.part.name),
        Column(_("位置"), lambda b: b.place, url=lambda b: f"/places/{b.place_id}/"),
        *stock_columns(),
    )
    asks = (
        Ask("q", _("备件"), words, hint=_("编码或名称")), Ask("place", _("位置"), place, offered), Ask("few", _("只看"), few, only),
    )  # fmt: skip
    return register(request, _("备件库存"), rows, columns, asks=asks, acts=acts(actor), tabs=tabs("/stock/"), empty=_("还没有库存"))


PAPERS = (  # process, verb, what a page fills in, who
    ("supply", "transfer", "source", (r.WAREHOUSE, r.LEAD, r.MANAGER, r.ENGINEER)),
    ("purchase", "ask", "place", (r.WAREHOUSE, r.LEAD, r.MANAGER)),
    ("count", "begin", "place", (r.WAREHOUSE, r.LEAD, r.MANAGER, r.ENGINEER)),
)


def acts(actor: Actor, place: int | None = None, lines: str = "") -> list[Act]:
    """What is done with stock, by papers of its own; what the page shows is filled in."""
    made = []
    for process, verb, where, roles in PAPERS:
        if actor.holds(*roles):
            known = {"verb": verb} | ({where: str(place)} if place else {}) | ({"lines": lines} if lines and process != "count" else {})
            made.append(Act(str(registry.process(process).verb(verb).label), f"/c/{process}/new?{urlencode(known)}"))
    return made


@staff
def ledger(request: HttpRequest) -> HttpResponseBase:
    """GET /stock/ledger?q=&place=&kind=&number=: who moved what, when, for which case."""
    actor = sees(request)
    offered, kinds = place_options(actor), tuple((key, str(label)) for key, label in KINDS)
    words, place, kind = asked(request, "q"), asked(request, "place", offered), asked(request, "kind", kinds)
    number = asked(request, "number")
    rows = queries.ledger(actor, place_id=int(place) if place else None)
    if words:
        rows = rows.filter(part__in=queries.search(words, everything=True).order_by().values("pk"))
    if kind:
        rows = rows.filter(movement__kind=kind)
    if number:
        cases = Case.objects.visible_to(actor).filter(number=number.upper()).values("pk")
        rows = rows.filter(movement__case__in=cases) | rows.filter(movement__paper__in=cases)
    asks = (
        Ask("q", _("备件"), words, hint=_("编码或名称")), Ask("place", _("位置"), place, offered), Ask("kind", _("类别"), kind, kinds),
        Ask("number", _("因何单"), number, hint=_("单号")),
    )  # fmt: skip
    return register(request, _("备件台账"), rows, ledger_columns(), asks=asks, tabs=tabs("/stock/ledger"), empty=_("还没有出入库"))


def ledger_columns() -> tuple[Column, ...]:
    """谁·何时·因何单 of an entry."""
    return (
        Column(_("时间"), lambda e: e.movement.at, kind="time"),
        Column(_("类别"), lambda e: e.movement.get_kind_display()),
        Column(_("备件"), lambda e: e.part, url=lambda e: f"/parts/{e.part_id}/", kind="title"),
        Column(_("位置"), lambda e: e.place, url=lambda e: f"/places/{e.place_id}/"),
        Column(_("数量"), lambda e: signed(e.quantity), kind="num"),
        Column(_("占用"), lambda e: signed(e.held), kind="num"),
        Column(_("序列号"), lambda e: e.piece),
        Column(_("因何单"), _paper, url=_paper_url),
        Column(_("经办人"), lambda e: e.movement.actor_name if e.movement.actor_id else _("系统")),
    )


def _of(entry: Entry) -> Case | None:
    return entry.movement.paper or entry.movement.case


def _paper(entry: Entry) -> str | None:
    found = _of(entry)
    return found.number if found else None


def _paper_url(entry: Entry) -> str:
    found = _of(entry)
    return case_url(found) if found else ""


@staff
def supply(request: HttpRequest) -> HttpResponseBase:
    """GET /stock/supply: fill rate and lead time of the last ninety days (SL-3.10)."""
    actor, since = sees(request), now() - timedelta(days=DAYS)
    count, took = figures.bought(actor, since)
    return show(
        request, "parts/supply.html", served=figures.served(actor, since), bought=count, lead=took, days=DAYS, tabs=tabs("/stock/supply")
    )


# Places


@staff
def places(request: HttpRequest) -> HttpResponseBase:
    """GET /places/?q=&kind="""
    actor = sees(request)
    kinds = tuple((key, str(label)) for key, label in STORES if key != "transit")
    words, kind = asked(request, "q"), asked(request, "kind", kinds)
    rows = queries.places(actor)
    rows = rows.filter(name__icontains=words) if words else rows
    rows = rows.filter(kind=kind) if kind else rows
    columns = (
        Column(_("名称"), str, url=lambda p: f"/places/{p.pk}/", kind="title"),
        Column(_("类别"), lambda p: p.get_kind_display()),
        Column(_("所属单位"), lambda p: p.unit),
        Column(_("工程师"), lambda p: p.account),
    )
    asks = (Ask("q", _("名称"), words), Ask("kind", _("类别"), kind, kinds))
    keeps = actor.holds(*catalogue.KEEPERS)
    made = [Act(_("新建位置"), "/places/new")] if keeps else []
    return register(request, _("备件位置"), rows, columns, asks=asks, acts=made, tabs=tabs("/places/"), empty=_("还没有位置"))


def place_of(actor: Actor, pk: int) -> Place:
    """The place of an address, in use or not; Refused not_found (404)."""
    rows = Place.objects.visible_to(actor).filter(pk=pk, unit__isnull=False) if pk < 2**63 else Place.objects.visible_to(actor).none()
    found = rows.select_related("unit", "account").first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


def keeps(actor: Actor, place: Place) -> bool:
    """Whether this actor keeps the master data of a place."""
    return place.unit is not None and actor.holds(*catalogue.KEEPERS, path=place.unit.path)


@staff
def place(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /places/<pk>/: what lies there, what is on the way, what happened last; of a van what it owes."""
    actor = sees(request)
    found = place_of(actor, pk)
    rows = list(queries.stock(actor, place_id=pk)[:500])
    owes = [row for row in rows if row.quantity < 0]
    known = [
        Fact(_("类别"), found.get_kind_display()),
        Fact(_("所属单位"), found.unit),
        Fact(_("工程师"), found.account),
        Fact(_("启用"), found.active),
    ]
    return show(
        request, "parts/place.html", place=found, facts=known, rows=table(rows, part_first(actor, found)), owes=owes,
        last=table(list(queries.ledger(actor, place_id=pk)[:20]), ledger_columns()), keeps=keeps(actor, found),
        acts=acts(actor, place=pk), stock_heads=part_first(actor, found), ledger_heads=ledger_columns(),
    )  # fmt: skip


def part_first(actor: Actor, of: Place) -> tuple[Column, ...]:
    """The columns of a place's stock; the reorder point leads to its sheet for who keeps it."""
    *first, point = stock_columns()
    if keeps(actor, of):
        point = Column(point.label, lambda b: _low(b) or _("设定"), url=lambda b: f"/places/{of.pk}/level?part={b.part_id}", kind="num")
    return (Column(_("备件"), lambda b: b.part, url=lambda b: f"/parts/{b.part_id}/", kind="title"), *first, point)


def table(rows: list[Any], columns: tuple[Column, ...]) -> list[list[tuple[Column, Any, str]]]:
    """Rows of a table in a template: (column, cell, address)."""
    return [[(column, column.cell(row), column.url(row) if column.url else "") for column in columns] for row in rows]


@staff
def edit_place(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """GET and POST /places/new and /places/<pk>/edit"""
    actor = sees(request)
    found = place_of(actor, pk) if pk else Place()
    if not (keeps(actor, found) if pk else actor.holds(*catalogue.KEEPERS)):
        raise Refused("not_allowed", {}, status=403)
    units = tuple(
        (str(unit.pk), str(unit))
        for unit in Unit.objects.filter(active=True).order_by("path")
        if actor.holds(*catalogue.KEEPERS, path=unit.path)
    )
    kinds = tuple((key, str(label)) for key, label in STORES if key not in ("transit", "van"))
    needs: tuple[Evidence, ...] = (
        *(() if pk else (Choice(key="kind", label=_("类别"), options=(*kinds, ("van", _("随车库")))),)),
        Text(key="name", label=_("名称"), longest=80),
        Choice(key="unit", label=_("所属单位"), options=units),
        *(() if pk else (Choice(key="account", label=_("工程师"), options=_engineers(actor), required=False, help=_("随车库必选。")),)),
        Flag(key="active", label=_("启用")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        unit = Unit.objects.get(pk=given.pop("unit"))
        if not pk:
            given["account_id"] = int(given.pop("account") or 0) or None
        made = catalogue.save_place(actor, found, unit=unit, **given)
        return _("位置“{name}”已保存").format(name=made), f"/places/{made.pk}/"

    known = {"name": found.name, "unit": str(found.unit_id or ""), "active": found.active} if pk else {"active": True}
    back = f"/places/{pk}/" if pk else "/places/"
    sheet = Sheet("place", _("修改位置") if pk else _("新建位置"), request.path, needs, known, back, _("保存"))
    return answer(request, sheet, act, trail=[(_("备件位置"), "/places/")])


def _engineers(actor: Actor) -> tuple[tuple[str, str], ...]:
    rows = Account.objects.filter(is_active=True, grants__role=r.ENGINEER).select_related("unit").order_by("name").distinct()
    return tuple((str(one.pk), f"{one.name}（{one.unit}）") for one in rows if actor.holds(*catalogue.KEEPERS, path=one.unit.path))


@staff
def level(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /places/<pk>/level?part=: the reorder point of a part at a place."""
    actor = sees(request)
    found = place_of(actor, pk)
    if not keeps(actor, found):
        raise Refused("not_allowed", {}, status=403)
    part = queries.parts().filter(pk=request.GET["part"]).first() if request.GET.get("part", "").isdecimal() else None
    there = found.levels.filter(part=part).first() if part else None
    needs: tuple[Evidence, ...] = (
        *(() if part else (Lines(key="lines", label=_("备件"), help=_("一个备件编码。")),)),
        Number(key="least", label=_("补货点"), places=3, help=_("可用加在途少于它，就自动申请采购。")),
        Number(key="target", label=_("补到"), places=3, required=False, help=_("不填就取消补货点。")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        chosen = part or queries.parts(everything=True).get(pk=queries.resolve(given["lines"])[0].part)
        catalogue.save_level(actor, found, chosen, given["least"] or Decimal(0), given["target"] or None)
        return _("补货点已保存"), f"/places/{pk}/"

    known = {"least": plain(there.least), "target": plain(there.target)} if there else {}
    label = _("补货点：{part}").format(part=part) if part else _("补货点")
    return answer(
        request,
        Sheet("level", label, request.get_full_path(), needs, known, f"/places/{pk}/", _("保存")),
        act,
        trail=[(str(found), f"/places/{pk}/")],
    )
