"""Pages of a month: what complaints hold up, how much was collected, what finance entered, the closing."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.accounts import closing, queries, receivables
from xiuhao.accounts.desk import keeper, month_asked, months, reader, tabs, taken
from xiuhao.accounts.models import Month
from xiuhao.kernel import files, sentences, throttle
from xiuhao.kernel.evidence import Choice, Flag, Money, Text
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import words
from xiuhao.ui.desk import case_url, done, show, staff
from xiuhao.ui.export import EXCEL
from xiuhao.ui.register import Ask, Column, asked, register
from xiuhao.ui.sheet import Sheet, answer

FILES = (60, 3600)  # files that one person may hand in, in so many seconds


@require_safe
@staff
def holds(request: HttpRequest) -> HttpResponseBase:
    """GET /books/holds?standing=&month=: receivables that complaints hold up, now or at a month's end."""
    actor = reader(request)
    standings = (("open", _("争议中")), ("released", _("已解除")))
    standing, month = asked(request, "standing", standings), asked(request, "month", months())
    columns = (
        Column(_("因何单"), lambda h: h.case.number, lambda h: case_url(h.case), kind="title"),
        Column(_("料号"), lambda h: h.part_no),
        Column(_("争议金额"), lambda h: words.money(h.amount), kind="num"),
        Column(_("争议起"), lambda h: h.since, kind="time"),
        Column(_("解除时间"), lambda h: h.released_at, kind="time"),
    )
    asks = (Ask("standing", _("状态"), standing, standings), Ask("month", _("月末仍有争议"), month, months()))
    rows = queries.holds(actor, standing=standing, month=month)
    return register(request, _("争议应收"), rows, columns, asks=asks, tabs=tabs("holds"), empty=_("没有被客诉占住的应收"))


@require_safe
@staff
def collection(request: HttpRequest) -> HttpResponseBase:
    """GET /books/collection?month=: collected ÷ (due − disputed), by salesperson and part number; ?export=xlsx the rows."""
    actor, month = reader(request), month_asked(request)
    found = queries.collected(month, actor)
    names = {one.pk: one.name for one in Account.objects.filter(pk__in=found.people)}
    if asked(request, "export", (("xlsx", ""),)):
        return taken(actor, "books.collection", f"{_('回款率')} {month}", _of_rows(names), found.rows)
    return show(
        request, "accounts/collection.html", found=found, month=month, months=months(), tabs=tabs("collection"),
        keeps=queries.keeps(actor) and not queries.closed(month),
        people=[(names[pk], sums) for pk, sums in found.people.items()],
        rows=[(names[row.salesperson], row.part_no, row.sums) for row in found.rows],
    )  # fmt: skip


def _of_rows(names: Mapping[int, str]) -> Sequence[Column]:
    """The columns of a row of the collection rate, as the page has them."""
    return (
        Column(_("业务员"), lambda row: names[row.salesperson]), Column(_("料号"), lambda row: row.part_no),
        Column(_("应收"), lambda row: row.sums.due, kind="num"), Column(_("客诉争议"), lambda row: row.sums.disputed, kind="num"),
        Column(_("基数"), lambda row: row.sums.base, kind="num"), Column(_("已收"), lambda row: row.sums.collected, kind="num"),
        Column(_("回款率"), lambda row: None if row.sums.rate is None else f"{row.sums.rate}%"),
    )  # fmt: skip


@staff
def enter(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /books/collection/enter?month=: what was due from somebody's customers for a part number, and collected."""
    actor, month = keeper(request), month_asked(request)
    people = tuple((str(one.pk), f"{one.name}（{one.login}）") for one in queries.salespeople(actor))
    needs = (
        Choice(key="salesperson", label=_("业务员"), options=people),
        Text(key="part_no", label=_("料号"), longest=60, required=False, help=_("不填即不分料号；争议按料号扣除。")),
        Money(key="due", label=_("应收")),
        Money(key="collected", label=_("已收")),
    )
    back = f"/books/collection?month={month}"

    def act(given: dict[str, Any]) -> tuple[str, str]:
        entry = receivables.Entered(int(given["salesperson"]), given["part_no"], given["due"], given["collected"])
        receivables.save(month, [entry], actor)
        return _("已保存 {month} 的应收").format(month=month), back

    sheet = Sheet("receivable", _("录入应收"), f"{request.path}?month={month}", needs, {}, back, _("保存"))
    sheet.intro = _("{month}：同一业务员同一料号再录一次，以后录的为准。").format(month=month)
    return answer(request, sheet, act, trail=[(_("回款率"), back)])


@staff
def load(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /books/collection/load?month=: the receivables of a month as a file."""
    actor, month = keeper(request), month_asked(request)
    context: dict[str, Any] = {"month": month, "most": receivables.MOST, "back": f"/books/collection?month={month}"}
    if request.method != "POST":
        return show(request, "accounts/load.html", **context)
    try:
        throttle.allow(f"accounts.load:{actor.id}", *FILES)
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused("file_empty", status=422)
        taken = receivables.take_in(month, sent.read(), actor)
    except Refused as refused:
        return show(request, "accounts/load.html", refused.status, error=sentences.say(refused), **context)
    if taken.faults:
        name = _("校验结果_{name}").format(name=f"{month}.xlsx")
        kept = files.receive(io.BytesIO(taken.errors), name, actor)  # theirs alone, for a day
        return show(request, "accounts/load.html", 422, faults=taken.faults, errors=kept.public_id, **context)
    return done(request, _("已导入 {n} 行").format(n=taken.made), context["back"])


@require_safe
@staff
def template(request: HttpRequest) -> HttpResponseBase:
    """GET /books/collection/template.xlsx"""
    response = HttpResponse(receivables.template(keeper(request)), content_type=EXCEL)
    response["Content-Disposition"] = 'attachment; filename="receivables.xlsx"'
    return response


@require_safe
@staff
def closings(request: HttpRequest) -> HttpResponseBase:
    """GET /books/months?standing=: which months are closed, by whom; those that are to be closed."""
    reader(request)
    standings = (("open", _("待结账")), ("closed", _("已结账")))
    standing = asked(request, "standing", standings)
    columns = (
        Column(_("月份"), lambda m: m.month, lambda m: f"/books/months/{m.month}", kind="title"),
        Column(_("状态"), lambda m: _("已结账") if m.closed_at else _("未结账")),
        Column(_("结账时间"), lambda m: m.closed_at, kind="time"),
        Column(_("结账人"), lambda m: m.closed_name),
    )
    asks = (Ask("standing", _("状态"), standing, standings),)
    return register(request, _("结账"), queries.months(standing), columns, asks=asks, tabs=tabs("months"), empty=_("还没有记过账"))


@require_safe
@staff
def month(request: HttpRequest, month: str) -> HttpResponseBase:
    """GET /books/months/<month>: the list to go through before it is closed, or as it was when it was."""
    actor = reader(request)
    row = _month(month)
    return show(
        request, "accounts/month.html", month=row, checks=() if row.closed_at else closing.checks(row.month), kept=closing.kept(row),
        keeps=queries.keeps(actor),
    )  # fmt: skip


@staff
def close(request: HttpRequest, month: str) -> HttpResponseBase:
    """GET and POST /books/months/<month>/close"""
    actor = keeper(request)
    row, back = _month(month), f"/books/months/{month}"
    needs = (Flag(key="seen", label=_("清单各项已核对"), must=True), Flag(key="final", label=_("知道结账后不能再改"), must=True))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        closing.close(row.month, actor)
        return _("{month} 已结账").format(month=row.month), back

    sheet = Sheet("close", _("结账"), request.path, needs, {}, back, _("确认结账"), bad=True)
    sheet.intro = _("{month} 结账后不再接受任何凭证。").format(month=row.month)
    return answer(request, sheet, act, trail=[(_("结账"), "/books/months"), (row.month, back)])


def _month(month: str) -> Month:
    """The month of an address; Refused not_found (404) for one of which nothing was ever booked."""
    found = Month.objects.filter(pk=month).first()
    if found is None:
        raise Refused("not_found", {"number": month[:40]}, status=404)
    return found
