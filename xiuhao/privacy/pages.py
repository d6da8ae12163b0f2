"""What the desk sees of requests about personal data, and of how long it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.kernel import chores
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.privacy import actions, queries, retention
from xiuhao.privacy.models import SubjectRequest
from xiuhao.privacy.process import DONE, PRIVACY, RECEIVED, VERIFIED
from xiuhao.ui.defaults import CLOSED, DUE, MINE, NUMBER, OPENED, OVERDUE, OWNER, STATE
from xiuhao.ui.desk import actor_of, case_of, record_of, show, staff
from xiuhao.ui.pages import CasePage, Column, Fact, Nav, Panel, Queue, Todo, View, register

chores.EVERY[retention.sweep] = 3600
LOOKERS = (r.MANAGER, r.ADMIN, r.AUDITOR)
KIND = Column("title", gettext_lazy("请求"), lambda row: row.record.get_kind_display(), kind="title")
HANDED = ("access", "export")  # what is handed over as a file


@staff
@require_safe
def export(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """GET /privacy/<number>/held.<json|csv>: everything that is kept of whoever asked. A look at plain data: it is written down."""
    actor = actor_of(request)
    case = case_of(actor, PRIVACY, number)
    if not actor.holds(*actions.ANSWERERS):
        raise Refused("not_allowed", {}, status=403)
    record = record_of(PRIVACY, case)
    if case.state not in (VERIFIED.key, DONE.key) or record.kind not in HANDED:
        raise Refused("not_verified")
    Reveal.objects.create(
        at=now(), actor_id=actor.id, actor_name=actor.name, subject=f"privacy.held:{record.customer_id}", case=case, reason=case.number
    )
    return queries.handed(record, kind)


@staff
@require_safe
def kept(request: HttpRequest) -> HttpResponseBase:
    """GET /privacy/retention: what the next round of deletion would empty; nothing is done by looking."""
    actor = actor_of(request)
    if not actor.holds(*LOOKERS):
        raise Refused("not_allowed", {}, status=403)
    rows = [(each, each.rows.count()) for each in retention.due()]
    return show(request, "privacy/retention.html", rows=rows, table=retention.TABLE)


def facts(record: SubjectRequest, actor: Actor) -> Iterable[Fact]:
    """What was asked and answered, masked."""
    yield Fact(_("请求"), record.get_kind_display())
    yield Fact(
        _("客户"), mask_name(record.customer.name) or _("未留姓名"), f"/customers/{record.customer_id}/" if actor.holds(*r.READERS) else ""
    )
    yield Fact(_("说明"), record.text, broad=True)
    yield Fact(_("身份证明"), record.get_proof_display())
    if record.ground:
        yield Fact(_("拒绝的依据"), record.get_ground_display())
    yield Fact(_("答复"), record.answer, broad=True)
    if record.kind in HANDED and record.case.state in (VERIFIED.key, DONE.key) and actor.holds(*actions.ANSWERERS):
        yield Fact(_("导出"), "JSON", f"/privacy/{record.case.number}/held.json")
        yield Fact(_("导出"), "CSV", f"/privacy/{record.case.number}/held.csv")
        yield Fact(_("导出"), _("含照片和文件（ZIP）"), f"/privacy/{record.case.number}/held.zip")


def _asks(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    return {"customer": customer, "may": actor.holds(*actions.STAFF)}


register(
    Queue(
        "privacy", icon="shield-lock",
        columns=(NUMBER, KIND, STATE, DUE, OWNER, OPENED),
        views=(View("open", gettext_lazy("未结"), lambda rows, actor: rows.filter(is_open=True), order="due"), OVERDUE, MINE, CLOSED),
    ),
    CasePage("privacy", facts=facts, steps=(RECEIVED, VERIFIED, DONE), first=("verify", "fulfil", "refuse"), related=("customer",)),
    Nav("privacy", gettext_lazy("个人信息请求"), "/c/privacy/", icon="shield-lock", roles=actions.STAFF),
    Nav("retention", gettext_lazy("信息保存期限"), "/privacy/retention", icon="hourglass", roles=LOOKERS, group="rules"),
    Todo("privacy", gettext_lazy("个人信息请求"), process="privacy", view="open", roles=actions.ANSWERERS, tone="amber", rare=True),
    Panel("privacy", gettext_lazy("个人信息请求"), "privacy/ask.html", _asks, "party.customer", place="main", roles=actions.STAFF),
)  # fmt: skip
