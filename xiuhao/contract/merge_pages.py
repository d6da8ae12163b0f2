"""Two entries of one customer made one, and two again; a device that changed hands; by whom, when and why stands on the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.contract import actions, queries
from xiuhao.contract.pages import customer_of
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Phone, Text
from xiuhao.kernel.masking import mask_name
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.party import queries as people
from xiuhao.party.models import Merge
from xiuhao.product.models import Device
from xiuhao.ui import pages
from xiuhao.ui.desk import actor_of, staff
from xiuhao.ui.sheet import Sheet, answer


def _may(actor: Actor) -> None:
    if not actor.holds(*queries.MERGERS):
        raise Refused("not_allowed", {}, status=403)


@staff
def merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /customers/<pk>/merge: the customer of another number is the same one."""
    actor = actor_of(request)
    _may(actor)
    found = customer_of(actor, pk)
    needs = (
        Phone(key="phone", label=_("重复客户的电话"), help=_("这个号码的客户会并入当前客户。")),
        Text(key="reason", label=_("依据"), longest=200, help=_("怎么确认是同一位客户。")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        rows = people.by_phone(actor, given["phone"])
        other = next((row for row in rows if row.pk != pk), None)
        if other is None:
            wrong = {"phone": Refused("merge_self" if rows else "customer_unknown", status=422)}
            raise Refused("incomplete", {"verb": _("合并重复客户"), "labels": [_("重复客户的电话")]}, status=422, fields=wrong)
        actions.merge_customers(actor, pk, other.pk, given["reason"])
        return _("已合并，可在本页撤销"), f"/customers/{pk}/"

    sheet = Sheet("merge", _("合并重复客户"), request.path, needs, back=f"/customers/{pk}/", submit=_("合并"))
    sheet.intro = _("电话、地址、设备和服务级别并到 {name}；对方的工单原样保留，一起显示。").format(name=mask_name(found.name) or "—")
    return answer(request, sheet, act, trail=[(_("客户"), "/customers/"), (mask_name(found.name), f"/customers/{pk}/")])


@staff
def split(request: HttpRequest, merge: int) -> HttpResponseBase:
    """GET and POST /merges/<merge>/undo"""
    actor = actor_of(request)
    _may(actor)
    found = Merge.objects.visible_to(actor).filter(pk=merge, undone_at=None).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    pk = found.into_id
    needs = (Text(key="reason", label=_("原因"), longest=200),)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        undone = actions.split_customer(actor, merge, given["reason"])
        return _("已恢复为两位客户"), f"/customers/{undone.away_id}/"

    sheet = Sheet("split", _("撤销合并"), request.path, needs, back=f"/customers/{pk}/", submit=_("撤销合并"), bad=True)
    sheet.intro = _("合并时带来的电话、地址、设备和服务级别都还给原来的客户。")
    return answer(request, sheet, act)


@staff
def transfer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /devices/<pk>/transfer: the piece was sold on or given away."""
    actor = actor_of(request)
    _may(actor)
    found = Device.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    needs = (
        Phone(key="phone", label=_("新机主的电话"), help=_("须是已建档的客户；没有的请先新建客户。")),
        Text(key="reason", label=_("依据"), longest=200, help=_("怎么确认已经转手。")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        other = next(iter(people.by_phone(actor, given["phone"])), None)
        if other is None:
            wrong = {"phone": Refused("customer_unknown", status=422)}
            raise Refused("incomplete", {"verb": _("转给新机主"), "labels": [_("新机主的电话")]}, status=422, fields=wrong)
        actions.transfer(actor, pk, other.pk, given["reason"])
        return _("设备已转给新机主"), f"/devices/{pk}/"

    sheet = Sheet("transfer", _("转给新机主"), request.path, needs, back=f"/devices/{pk}/", submit=_("转给新机主"))
    sheet.intro = _("设备连同它的服务级别转给新机主；以前的工单和登记原样保留。")
    return answer(request, sheet, act, trail=[(_("设备"), "/devices/"), (str(found), f"/devices/{pk}/")])


def _merges(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    rows = [(row, mask_name(row.away.name)) for row in people.merged(customer.pk)]
    return {"rows": rows, "customer": customer, "edits": actor.holds(*queries.MERGERS)}


people.VERBS["transfer"] = gettext_lazy("转给新机主")
pages.register(
    pages.Panel("merges", gettext_lazy("重复客户"), "contract/merges.html", _merges, "party.customer", place="main", roles=queries.MERGERS),
)
