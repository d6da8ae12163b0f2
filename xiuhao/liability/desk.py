"""The register of what persons answer for, as it goes to personnel; and everybody's own notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.kernel import roles as r
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import month as month_of
from xiuhao.liability import papers, queries, tables
from xiuhao.liability.models import READERS
from xiuhao.ui import paper, words
from xiuhao.ui.desk import actor_of, staff
from xiuhao.ui.register import Ask, Column, asked, months, register


@require_safe
@staff
def personal(request: HttpRequest) -> HttpResponseBase:
    """GET /liability/personal?month=: what persons answer for, as decided; ?export=xlsx for personnel. Nothing of the complaint stands
    there; a deduction only where the company has switched it on. Refused not_allowed (403)."""
    actor = actor_of(request)
    if not actor.holds(*READERS, r.PERSONNEL):
        raise Refused("not_allowed", {}, status=403)
    month = asked(request, "month", months())
    columns = (
        Column(_("姓名"), lambda one: one.account.name, kind="title"),
        Column(_("所属单位"), lambda one: one.account.unit),
        Column(_("承担部门"), lambda one: one.share.get_department_display()),
        Column(_("责任"), lambda one: one.get_place_display()),
        Column(_("基点"), lambda one: one.points, kind="num"),
        Column(_("责任金额"), lambda one: one.amount, kind="num"),
        Column(_("当月效率奖金"), lambda one: one.bonus, kind="num"),
        Column(_("每月上限"), queries.cap, kind="num"),
        Column(_("扣款"), lambda one: _("不扣款") if (off := queries.deducted(one)) is None else off, kind="num"),
        Column(_("核定单号"), lambda one: one.share.liability.case.number),
        Column(_("核定时间"), lambda one: one.share.liability.decided_at, kind="time"),
    )
    rows = queries.personal(actor, *(month_of(month) if month else (None, None)))
    asks = (Ask("month", _("核定月份"), month, months()),)
    terms = tables.deduction()
    standing = _("扣款已开启") if terms.enabled else _("扣款未开启")
    return register(
        request, _("个人责任登记"), rows, columns, asks=asks, export="personal-liability", empty=_("还没有核定的个人责任"),
        note=lambda total: _("共 {n} 条；{standing}：{reason}").format(n=total, standing=standing, reason=terms.reason),
    )  # fmt: skip


@require_safe
@staff
def mine(request: HttpRequest) -> HttpResponseBase:
    """GET /sanctions/mine: the approved notices that concern whoever asks."""
    columns = (
        Column(_("通知单号"), lambda one: one.case.number, lambda one: f"/sanctions/mine/{one.case.number}", kind="title"),
        Column(_("奖罚"), lambda one: one.get_kind_display()),
        Column(_("措施"), lambda one: one.get_measure_display()),
        Column(_("金额（仅登记）"), lambda one: None if one.amount is None else words.money(one.amount), kind="num"),
        Column(_("事由"), lambda one: one.reason, kind="long"),
        Column(_("批准时间"), lambda one: one.approved_at, kind="time"),
    )
    return register(request, _("我的奖罚通知"), queries.own(actor_of(request)), columns, empty=_("没有关于您的奖罚通知"))


@require_safe
@staff
def own(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET /sanctions/mine/<number>: one's own notice as PDF. Refused not_found (404) for anybody else's."""
    actor = actor_of(request)
    found = queries.own(actor).filter(case__number=number).first()
    if found is None:
        raise Refused("not_found", {"number": number[:40]}, status=404)
    data = paper.printed(papers.notice(found.case, found, _("奖罚通知单：当事人存查")), actor.name)
    headers = {"Content-Disposition": f'inline; filename="{found.case.number}.pdf"', "Cache-Control": "no-store, private"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
