"""Finance's pages: settlement lists, what was paid and given back, what stations earned; and the door at which a provider calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from xiuhao.billing import actions, charging, exporting, queries
from xiuhao.billing.models import RECEIPTS, WAYS, Bill, Payment, Receipt
from xiuhao.kernel import sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Flag, Money, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.ui import words
from xiuhao.ui.desk import actor_of, case_url, done, show, staff
from xiuhao.ui.export import EXCEL
from xiuhao.ui.paper import qr as code
from xiuhao.ui.register import Act, Ask, Column, asked, months, register
from xiuhao.ui.sheet import Sheet, answer


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.holds(*queries.READS):
        raise Refused("not_allowed", {}, status=403)
    return actor


def _span(month: str) -> dict[str, date]:
    """The first and last day of a month that was asked for."""
    if not month:
        return {}
    first = date.fromisoformat(f"{month}-01")
    return {"since": first, "until": (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)}


def _asks(request: HttpRequest, *more: Ask) -> tuple[tuple[Ask, ...], dict[str, date]]:
    month = asked(request, "month", months())
    return (*more, Ask("month", _("月份"), month, months())), _span(month)


def _export(request: HttpRequest, what: str) -> tuple[Act, ...]:
    query = request.GET.urlencode()
    return (Act(_("导出 Excel"), f"/money/{what}.xlsx{'?' if query else ''}{query}", "download", dialog=False),)


def _standings() -> tuple[tuple[str, str], ...]:
    return (("due", _("待收款")), ("over", _("多收待退")), ("done", _("已结清")), ("written", _("已核销")))


@require_safe
@staff
def bills(request: HttpRequest) -> HttpResponseBase:
    """GET /money/bills?standing=&month=: the settlement lists in force."""
    actor = _reader(request)
    standing = asked(request, "standing", _standings())
    asks, span = _asks(request, Ask("standing", _("状态"), standing, _standings()))
    columns = (
        Column(_("结算清单"), lambda b: b.number, lambda b: f"/money/bills/{b.pk}", kind="title"),
        Column(_("所属单位"), lambda b: b.case.unit),
        Column(_("状态"), lambda b: b.standing[0]),
        Column(_("应付合计"), lambda b: words.money(b.total), kind="num"),
        Column(_("已收"), lambda b: words.money(b.paid - b.refunded), kind="num"),
        Column(_("待收"), lambda b: words.money(b.due), kind="num"),
        Column(_("开单时间"), lambda b: b.created_at, kind="time"),
    )
    rows = queries.bills(actor, standing=standing, **span)
    return register(
        request, _("结算清单"), rows, columns, asks=asks, acts=_export(request, "bills"), tabs=_tabs("bills"), empty=_("还没有结算清单")
    )


@require_safe
@staff
def payments(request: HttpRequest) -> HttpResponseBase:
    """GET /money/payments?way=&month=: money in and out."""
    actor = _reader(request)
    ways = tuple((key, str(label)) for key, label in WAYS)
    way = asked(request, "way", ways)
    asks, span = _asks(request, Ask("way", _("方式"), way, ways))
    columns = (
        Column(_("时间"), lambda p: p.at, kind="time"),
        Column(_("类别"), lambda p: p.get_kind_display()),
        Column(_("金额"), lambda p: words.money(p.signed), kind="num"),
        Column(_("方式"), lambda p: p.get_way_display()),
        Column(_("结算清单"), lambda p: p.bill.number, lambda p: f"/money/bills/{p.bill_id}", kind="title"),
        Column(_("凭证号"), lambda p: p.reference),
        Column(_("经手人"), lambda p: p.name),
    )
    rows = queries.payments(actor, way=way, **span)
    return register(
        request, _("收款流水"), rows, columns, asks=asks, acts=_export(request, "payments"), tabs=_tabs("payments"), empty=_("还没有收款")
    )


@require_safe
@staff
def earnings(request: HttpRequest) -> HttpResponseBase:
    """GET /money/earnings?statement=&month=: what stations earned, job by job."""
    actor = _reader(request)
    asks, span = _asks(request)
    columns = (
        Column(_("派工单"), lambda e: e.case.number, lambda e: case_url(e.case), kind="title"),
        Column(_("服务站"), lambda e: e.unit),
        Column(_("服务费"), lambda e: words.money(e.amount), kind="num"),
        Column(_("构成"), lambda e: queries.fee_words(e), kind="long"),
        Column(_("完工时间"), lambda e: e.finished_at, kind="time"),
        Column(
            _("结算单"),
            lambda e: e.statement.case.number if e.statement else None,
            lambda e: case_url(e.statement.case) if e.statement else "",
        ),
    )
    rows = queries.earnings(actor, statement=_statement(request), **span)
    return register(
        request,
        _("服务站收入"),
        rows,
        columns,
        asks=asks,
        acts=_export(request, "earnings"),
        tabs=_tabs("earnings"),
        empty=_("还没有完工的单"),
    )


def _statement(request: HttpRequest) -> int | None:
    told = asked(request, "statement")
    return int(told) if told.isdecimal() and len(told) < 19 else None


def _tabs(at: str) -> tuple[tuple[str, str, bool], ...]:
    told = (("bills", _("结算清单")), ("payments", _("收款流水")), ("earnings", _("服务站收入")))
    return tuple((label, f"/money/{key}", key == at) for key, label in told)


@require_safe
@staff
def odd(request: HttpRequest) -> HttpResponseBase:
    """GET /money/odd: what providers told us and we could not book."""
    actor = _reader(request)
    columns = (
        Column(_("时间"), lambda c: c.at, kind="time"),
        Column(_("交易号"), lambda c: c.transaction, kind="title"),
        Column(_("结果"), lambda c: c.get_outcome_display()),
        Column(_("金额"), lambda c: words.money(c.amount), kind="num"),
        Column(_("收款单"), lambda c: c.order),
        Column(_("次数"), lambda c: c.times, kind="num"),
    )
    return register(request, _("收款待核对"), queries.odd_callbacks(actor), columns, empty=_("没有待核对的收款"))


@require_safe
@staff
def export(request: HttpRequest, what: str) -> HttpResponseBase:
    """GET /money/<what>.xlsx with a list's query: its rows as an Excel file. That it was taken is kept. Raises Refused not_found (404)."""
    actor = _reader(request)
    asked_for: dict[str, tuple[str, Callable[..., Any], dict[str, Any]]] = {
        "bills": (_("结算清单"), queries.bills, {"standing": asked(request, "standing")}),
        "payments": (_("收款流水"), queries.payments, {"way": asked(request, "way")}),
        "earnings": (_("服务站收入"), queries.earnings, {"statement": _statement(request)}),
    }
    if what not in asked_for:
        raise Refused("not_found", {"number": what[:40]}, status=404)
    title, of, more = asked_for[what]
    rows = of(actor, **more, **_span(asked(request, "month", months())))
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        with transaction.atomic():
            found = rows[: exporting.MOST].iterator(chunk_size=1000)
            exporting.note(actor, what, exporting.write(file, title, exporting.COLUMNS[rows.model], found, actor))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{what}-{local(now()):%Y%m%d-%H%M}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL, headers={"Cache-Control": "no-store"})


# One settlement list


def _bill(actor: Actor, pk: int) -> Bill:
    """The visible list; Refused not_found (404)."""
    rows = Bill.objects.visible_to(actor).select_related("case__unit", "case__owner", "quote__case")
    found = rows.prefetch_related("lines").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {"number": str(pk)}, status=404)
    return found


@require_safe
@staff
def bill(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /money/bills/<pk>: the list, what was paid, the QR code while it waits, what may be done."""
    actor = actor_of(request)
    found = _bill(actor, pk)
    waiting = queries.waiting(found)
    paid = queries.payments_of(found)
    back = {p.pk: p.amount for p in paid if p.kind == "paid"}
    for p in paid:
        if p.of_id:
            back[p.of_id] -= p.amount
    return show(
        request, "billing/bill.html", bill=found, payments=[(p, back.get(p.pk, 0)) for p in paid], waiting=waiting,
        code=code(waiting.code) if waiting else "", receipts=Receipt.objects.visible_to(actor).filter(bill=found),
        takes=queries.may_take(actor, found.case), refunds=queries.may_refund(actor, found.case), qr=queries.collectable(),
        case_url=case_url(found.case),
    )  # fmt: skip


def _key(request: HttpRequest) -> UUID:
    """The key of a form: of its address, so that a second press is the same deed."""
    try:
        return UUID(request.GET.get("key", ""))
    except ValueError:
        return uuid4()


@staff
def pay(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /money/bills/<pk>/pay?key=: money taken in cash or by transfer."""
    actor = actor_of(request)
    found = _bill(actor, pk)
    if not queries.may_take(actor, found.case):
        raise Refused("not_allowed", {}, status=403)
    key, back = _key(request), f"/money/bills/{pk}"
    needs = (
        Money(key="amount", label=_("金额")),
        Choice(key="way", label=_("方式"), options=tuple((k, v) for k, v in WAYS if k != "qr")),
        Text(
            key="reference",
            label=_("凭证号"),
            longest=80,
            when=lambda given: given.get("way") == "transfer",
            help=_("转账请填银行流水号。"),
        ),
        *(() if found.shown_at else (Flag(key="shown", label=_("客户已看过结算清单"), must=True),)),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = actions.pay(found, given["amount"], given["way"], given["reference"], key, actor, shown=bool(given.get("shown")))
        return _("已收款 {amount}").format(amount=words.money(made.amount)), back

    known = {"amount": max(found.rest, 0), "way": "cash"}
    sheet = Sheet("pay", _("登记收款"), f"{request.path}?key={key}", needs, known, back, _("确认收款"))
    sheet.intro = _("还应收 {due}").format(due=words.money(max(found.rest, found.rest * 0)))
    return answer(request, sheet, act, trail=[(_("结算清单"), "/money/bills"), (found.number, back)])


@staff
@require_POST
def qr(request: HttpRequest, pk: int) -> HttpResponseBase:
    """POST /money/bills/<pk>/qr: have the provider collect what is due; the page then shows the code."""
    actor = actor_of(request)
    found = _bill(actor, pk)
    if not queries.may_take(actor, found.case):
        raise Refused("not_allowed", {}, status=403)
    actions.collect(found)
    return done(request, _("请客户扫码支付"), f"/money/bills/{pk}")


@staff
def receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /money/bills/<pk>/receipt: issue a receipt or invoice."""
    actor = actor_of(request)
    found = _bill(actor, pk)
    if not queries.may_take(actor, found.case):
        raise Refused("not_allowed", {}, status=403)
    back = f"/money/bills/{pk}"
    needs = (
        Choice(key="kind", label=_("票据"), options=RECEIPTS),
        Text(key="title", label=_("抬头"), longest=100, personal=True, required=False, help=_("开发票必填：个人姓名或单位名称。")),
        Text(key="tax_no", label=_("税号"), longest=30, personal=True, required=False),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = actions.receipt(found, given["kind"], actor, title=given["title"], tax_no=given["tax_no"])
        return _("已开票：{number}").format(number=made.number), back

    sheet = Sheet("receipt", _("开具票据"), request.path, needs, {"kind": "receipt"}, back)
    return answer(request, sheet, act, trail=[(_("结算清单"), "/money/bills"), (found.number, back)])


@staff
def refund(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /money/payments/<pk>/refund?key=: give back a payment or a part of it."""
    actor = actor_of(request)
    found = Payment.objects.visible_to(actor).select_related("bill__case").filter(pk=pk, kind="paid").first()
    if found is None:
        raise Refused("not_found", {"number": str(pk)}, status=404)
    if not queries.may_refund(actor, found.bill.case):
        raise Refused("not_allowed", {}, status=403)
    key, back = _key(request), f"/money/bills/{found.bill_id}"
    needs = (
        Money(key="amount", label=_("退款金额")),
        Text(key="reason", label=_("退款原因"), longest=200),
        Flag(key="again", label=_("这笔钱还要重新收"), required=False, help=_("例如收款方式记错。不选：退多少，就少收多少。")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = actions.refund(found, given["amount"], given["reason"], key, actor, again=bool(given["again"]))
        return _("已退款 {amount}").format(amount=words.money(made.amount)), back

    rest = found.amount - sum(p.amount for p in queries.payments_of(found.bill) if p.of_id == pk)
    sheet = Sheet("refund", _("退款"), f"{request.path}?key={key}", needs, {"amount": rest}, back, _("确认退款"), bad=True)
    sheet.intro = _("原路退回：{way}").format(way=found.get_way_display())
    return answer(request, sheet, act, trail=[(_("结算清单"), "/money/bills"), (found.bill.number, back)])


@csrf_exempt  # no browser: who calls is told by the signature
@require_POST
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """POST /money/callback/<provider>: 200 when it is booked (again or for the first time), else why not; a provider then calls again."""
    try:
        charging.called(provider, request.path, request.headers, request.body)
    except Refused as refused:
        return JsonResponse({"code": refused.code, "detail": sentences.say(refused)}, status=refused.status)
    return JsonResponse({"code": "success"})
