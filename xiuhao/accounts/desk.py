"""Pages of the books: vouchers, one of them, the trial balance, the chart of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import IO, Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.accounts import actions, books, chart, papers, queries
from xiuhao.accounts.models import KINDS, Entry, Title, Voucher
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Day, Flag, Money, Text
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _ as later
from xiuhao.ui import export as writing
from xiuhao.ui import paper, words
from xiuhao.ui.desk import actor_of, case_url, show, staff
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.register import months as last
from xiuhao.ui.sheet import Sheet, answer

BOOKS = (
    ("vouchers", later("记账凭证")), ("balance", later("科目余额")), ("collection", later("回款率")), ("holds", later("争议应收")),
    ("months", later("结账")), ("chart", later("科目表")),
)  # fmt: skip


def reader(request: HttpRequest) -> Actor:
    """Who reads the books. Refused not_allowed (403)."""
    actor = actor_of(request)
    if not actor.holds(*queries.READS):
        raise Refused("not_allowed", {}, status=403)
    return actor


def keeper(request: HttpRequest) -> Actor:
    """Who keeps the company's books. Refused not_allowed (403)."""
    actor = actor_of(request)
    if not queries.keeps(actor):
        raise Refused("not_allowed", {}, status=403)
    return actor


def tabs(at: str) -> tuple[tuple[str, str, bool], ...]:
    """The pages of the books beside each other."""
    return tuple((str(label), f"/books/{key}", key == at) for key, label in BOOKS)


def months() -> tuple[tuple[str, str], ...]:
    """The last two years, the present month first."""
    return last(24)


def month_asked(request: HttpRequest) -> str:
    """The month of an address, by default the present one. Refused bad_filter (400)."""
    return asked(request, "month", months()) or months()[0][0]


def key_of(request: HttpRequest) -> UUID:
    """The key of a form: of its address, so that a second press is the same deed."""
    try:
        return UUID(request.GET.get("key", ""))
    except ValueError:
        return uuid4()


def _titles() -> tuple[tuple[str, str], ...]:
    return tuple((title.code, str(title)) for title in Title.objects.filter(active=True))


@require_safe
@staff
def vouchers(request: HttpRequest) -> HttpResponseBase:
    """GET /books/vouchers?month=&account=&text=: what was booked."""
    actor = reader(request)
    titles = tuple((title.code, str(title)) for title in Title.objects.all())
    month, account, text = asked(request, "month", months()), asked(request, "account", titles), asked(request, "text")
    columns = (
        Column(_("凭证字号"), lambda v: v.number, lambda v: f"/books/vouchers/{v.pk}", kind="title"),
        Column(_("凭证日期"), lambda v: v.day),
        Column(_("摘要"), lambda v: v.text, kind="long"),
        Column(_("金额"), lambda v: words.money(v.total), kind="num"),
        Column(_("因何单"), lambda v: v.case and v.case.number, lambda v: case_url(v.case) if v.case else ""),
        Column(_("冲销"), _standing),
        Column(_("制单人"), lambda v: v.name),
    )
    asks = (
        Ask("month", _("月份"), month, months()), Ask("account", _("科目"), account, titles),
        Ask("text", _("查找"), text, hint=_("凭证字号、摘要或单号")),
    )  # fmt: skip
    acts = (
        *((Act(_("记一张凭证"), f"/books/vouchers/new?key={uuid4()}"),) if queries.keeps(actor) else ()),
        Act(_("导出到财务软件"), f"/books/export?month={month or months()[0][0]}", "download", dialog=False),
    )
    rows = queries.vouchers(actor, month=month, account=account, text=text)
    return register(request, _("记账凭证"), rows, columns, asks=asks, acts=acts, tabs=tabs("vouchers"), empty=_("还没有凭证"))


def _standing(row: Voucher) -> str | None:
    if row.reverses:
        return _("冲销 {number}").format(number=row.reverses.number)
    after = getattr(row, "reversed_by", None)
    return _("已由 {number} 冲销").format(number=after.number) if after else None


def _voucher(actor: Actor, pk: int) -> Voucher:
    """The visible voucher; Refused not_found (404)."""
    found = queries.vouchers(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {"number": str(pk)}, status=404)
    return found


@require_safe
@staff
def voucher(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /books/vouchers/<pk>: one voucher with its entries."""
    actor = reader(request)
    found = _voucher(actor, pk)
    entries = Entry.objects.visible_to(actor).filter(voucher=found).select_related("account")
    return show(
        request, "accounts/voucher.html", voucher=found, entries=entries, after=getattr(found, "reversed_by", None),
        keeps=queries.keeps(actor), case_url=case_url(found.case) if found.case else "", key=uuid4(),
    )  # fmt: skip


@require_safe
@staff
def printed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /books/vouchers/<pk>/pdf: the voucher on paper."""
    actor = reader(request)
    found = _voucher(actor, pk)
    sheet = papers.voucher(found, Entry.objects.visible_to(actor).filter(voucher=found).select_related("account"))
    named = {"Content-Disposition": f'inline; filename="{found.number}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(paper.printed(sheet, actor.name), content_type="application/pdf", headers=named)


@staff
def reverse(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /books/vouchers/<pk>/reverse?key=: take a voucher back by another."""
    actor = keeper(request)
    found, key, back = _voucher(actor, pk), key_of(request), f"/books/vouchers/{pk}"
    needs = (Day(key="day", label=_("凭证日期"), past=True), Text(key="text", label=_("冲销原因"), longest=120))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        with actions.in_the_books_language():
            text = _("冲销 {number}：{why}").format(number=found.number, why=given["text"])
        made = actions.reverse(found, key=key, day=given["day"], text=text, by=actor)
        return _("已用 {number} 冲销").format(number=made.number), f"/books/vouchers/{made.pk}"

    sheet = Sheet("reverse", _("冲销凭证"), f"{request.path}?key={key}", needs, {"day": today()}, back, _("确认冲销"), bad=True)
    sheet.intro = _("将另记一张借贷相反的凭证，原凭证不变。")
    return answer(request, sheet, act, trail=[(_("记账凭证"), "/books/vouchers"), (found.number, back)])


def today() -> date:
    """In the installation's zone."""
    return local(now()).date()


@staff
def new(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /books/vouchers/new?key=: a voucher of two entries, or three with tax; of a case, if one is named."""
    actor, key, back = keeper(request), key_of(request), "/books/vouchers"
    needs = (
        Day(key="day", label=_("凭证日期"), past=True),
        Text(key="text", label=_("摘要"), longest=200),
        Choice(key="debit", label=_("借方科目"), options=_titles()),
        Choice(key="credit", label=_("贷方科目"), options=_titles()),
        Money(key="amount", label=_("金额"), least=books.CENT),
        Choice(key="tax", label=_("税额科目"), options=_titles(), required=False, help=_("含税的才填：税额记在借方，借方科目记其余。")),
        Money(key="tax_amount", label=_("税额"), least=books.CENT, required=False),
        Text(key="case", label=_("因何单"), longest=32, required=False, help=_("客诉、折让证明、退货单的编号；冲销后重记的请填原单。")),
        Text(key="part_no", label=_("料号"), longest=60, required=False),
        Text(key="department", label=_("部门"), longest=60, required=False),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        case = _case(actor, given["case"])
        entries = _entries(given, case.customer_id if case else None)
        made = actions.post(key=key, day=given["day"], text=given["text"], entries=entries, case=case.pk if case else None, by=actor)
        return _("已记账：{number}").format(number=made.number), f"/books/vouchers/{made.pk}"

    sheet = Sheet("voucher", _("记一张凭证"), f"{request.path}?key={key}", needs, {"day": today()}, back, _("记账"))
    sheet.intro = _("记账后不能修改，只能冲销。")
    return answer(request, sheet, act, trail=[(_("记账凭证"), back)])


def _case(actor: Actor, number: str) -> Case | None:
    """The case that a voucher names; Refused voucher_case (422)."""
    found = Case.objects.visible_to(actor).filter(number=number.strip().upper()).first() if number else None
    if number and found is None:
        raise Refused("voucher_case", {"number": number}, status=422)
    return found


def _entries(given: Mapping[str, Any], customer: int | None) -> list[Entry]:
    """Debit and credit, and of the debit the tax that the amount includes. Refused tax_amount_half (422)."""
    more = {"part_no": given["part_no"], "department": given["department"], "customer": customer}
    amount, tax = given["amount"], given["tax_amount"]
    if bool(given["tax"]) != bool(tax) or (tax and tax >= amount):
        raise Refused("tax_amount_half", status=422)
    first = Entry(account_id=given["debit"], debit=amount - (tax or 0), **more)
    last = Entry(account_id=given["credit"], credit=amount, **more)
    return [first, Entry(account_id=given["tax"], debit=tax, **more), last] if tax else [first, last]


@require_safe
@staff
def balance(request: HttpRequest) -> HttpResponseBase:
    """GET /books/balance?month=: what each account stood at before, what came, what it stands at after; ?export=xlsx."""
    actor, month = reader(request), month_asked(request)
    lines = queries.balance(actor, month)
    if asked(request, "export", (("xlsx", ""),)):
        columns = (
            Column(_("科目编码"), lambda line: line.account.code), Column(_("科目名称"), lambda line: line.account.name),
            Column(_("期初余额"), lambda line: line.before, kind="num"), Column(_("本期借方"), lambda line: line.debit, kind="num"),
            Column(_("本期贷方"), lambda line: line.credit, kind="num"), Column(_("期末余额"), lambda line: line.after, kind="num"),
        )  # fmt: skip
        return taken(actor, "books.balance", f"{_('科目余额')} {month}", columns, lines)
    sums = {key: sum(getattr(line, key) for line in lines) for key in ("debit", "credit")}
    return show(
        request, "accounts/balance.html", lines=lines, sums=sums, month=month, months=months(), closed=queries.closed(month),
        tabs=tabs("balance"),
    )  # fmt: skip


def taken(actor: Actor, key: str, label: str, columns: Sequence[Column], rows: Sequence[Any]) -> HttpResponseBase:
    """A page of a month as a workbook; that it was taken is kept."""

    def write(file: IO[bytes]) -> None:
        writing.note(actor, key, ["month"], writing.write(file, label, columns, rows, actor))

    return writing.answer(key.replace(".", "-"), write)


@require_safe
@staff
def accounts(request: HttpRequest) -> HttpResponseBase:
    """GET /books/chart: the chart of accounts."""
    actor = reader(request)
    keeps = queries.keeps(actor)
    columns = (
        Column(_("科目编码"), lambda t: t.code, (lambda t: f"/books/chart/{t.code}") if keeps else None, kind="title"),
        Column(_("科目名称"), lambda t: t.zh),
        Column(_("英文名称"), lambda t: t.en),
        Column(_("类别"), lambda t: t.get_kind_display()),
        Column(_("启用"), lambda t: _("是") if t.active else _("否")),
    )
    acts = (Act(_("新增科目"), "/books/chart/new"), Act(_("记账规则"), "/policies/accounts.posting/", "list-check", dialog=False))
    return register(request, _("科目表"), Title.objects.all(), columns, acts=acts if keeps else acts[1:], tabs=tabs("chart"))


@staff
def account(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """GET and POST /books/chart/<code> and /books/chart/new: an account of the chart."""
    keeper(request)
    found = Title.objects.filter(pk=code).first() if code else None
    if code and found is None:
        raise Refused("not_found", {"number": code[:40]}, status=404)
    needs = (
        *(() if found else (Text(key="code", label=_("科目编码"), longest=12, help=_("4 到 12 位数字；下级科目在上级编码后加两位。")),)),
        Text(key="zh", label=_("科目名称"), longest=60),
        Text(key="en", label=_("英文名称"), longest=80, required=False),
        Choice(key="kind", label=_("类别"), options=KINDS),
        Flag(key="active", label=_("启用")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = chart.save(found, **given)
        return _("已保存 {account}").format(account=made), "/books/chart"

    known = {key: getattr(found, key) for key in ("zh", "en", "kind", "active")} if found else {"kind": "profit", "active": True}
    sheet = Sheet("account", str(found) if found else _("新增科目"), request.path, needs, known, "/books/chart", _("保存"))
    return answer(request, sheet, act, trail=[(_("科目表"), "/books/chart")])
