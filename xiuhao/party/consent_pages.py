"""What a customer has agreed to, on their page: asked and taken back by staff; a message to them, for a purpose; whom one speaks to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Text
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.party import actions, queries
from xiuhao.party.models import PURPOSES, WAYS, Contact
from xiuhao.party.pages import ON, customer_of, keeper, trail
from xiuhao.ui import pages
from xiuhao.ui.desk import actor_of, staff
from xiuhao.ui.sheet import Sheet, answer

BY_STAFF = tuple((key, label) for key, label in WAYS if key in ("phone", "store"))


def _options(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(label)) for key, label in pairs)


@staff
def consent(request: HttpRequest, pk: int, purpose: str) -> HttpResponseBase:
    """GET and POST /customers/<pk>/consent/<purpose>: what the customer has just said."""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)
    if purpose not in queries.ASKED:
        raise Refused("not_found", {}, status=404)
    needs = (
        Choice(key="given", label=_("客户的意思"), options=(("yes", _("同意")), ("no", _("不同意或撤回")))),
        Choice(key="way", label=_("怎么说的"), options=_options(BY_STAFF)),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.consent(actor, pk, purpose, given["given"] == "yes", given["way"])
        return _("已记入同意台账"), f"/customers/{pk}/"

    label = _("{purpose}：记录同意或撤回").format(purpose=dict(PURPOSES)[purpose])
    sheet = Sheet("consent", label, request.path, needs, back=f"/customers/{pk}/", submit=_("保存"))
    shown = queries.notice()
    sheet.intro = shown.value["text"]["zh" if request.LANGUAGE_CODE.startswith("zh") else "en"] if shown else ""
    return answer(request, sheet, act, trail=trail(found))


@staff
def write(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /customers/<pk>/write: a text message, for a purpose that the customer has agreed to."""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)
    text = actions.said("text", _("内容"), actions.LONGEST)
    needs = (Choice(key="purpose", label=_("用途"), options=_options(PURPOSES)), text, *text.beside)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.write(actor, pk, given["purpose"], given["text"])
        return _("消息已交给发送队列"), f"/customers/{pk}/"

    sheet = Sheet("write", _("发短信"), request.path, needs, back=f"/customers/{pk}/", submit=_("发送"))
    return answer(request, sheet, act, trail=trail(found))


@staff
def new_contact(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /customers/<pk>/contacts/new"""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)
    numbers = tuple((str(row.pk), mask_phone(row.number)) for row in found.numbers)
    needs = (
        Text(key="name", label=_("姓名"), longest=60),
        Text(key="post", label=_("职务或关系"), longest=40, required=False, help=_("如：采购、前台、父亲。")),
        Choice(key="phone", label=_("电话"), options=numbers, required=False),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.add_contact(actor, pk, given["name"], given["post"], int(given["phone"]) if given["phone"] else None)
        return _("已添加"), f"/customers/{pk}/"

    return answer(request, Sheet("contact", _("添加联系人"), request.path, needs, back=f"/customers/{pk}/"), act, trail=trail(found))


@staff
def drop_contact(request: HttpRequest, pk: int, row: int) -> HttpResponseBase:
    """GET (asks) and POST /customers/<pk>/contacts/<row>/drop"""
    actor = actor_of(request)
    keeper(actor)
    found = customer_of(actor, pk)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.drop(actor, pk, "contact", row)
        return _("已更新"), f"/customers/{pk}/"

    sheet = Sheet("drop", _("删除"), request.path, back=f"/customers/{pk}/", bad=True)
    sheet.intro = _("删除后不能恢复，但历史工单里的内容不受影响。")
    return answer(request, sheet, act, trail=trail(found))


def _agreed(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    held = queries.consents([customer.pk])[customer.pk]
    rows = [(key, label, held.get(key)) for key, label in PURPOSES if key in queries.ASKED]
    return {"rows": rows, "customer": customer, "edits": actor.holds(*queries.CUSTOMER_KEEPERS)}


def _contacts(customer: Any, _record: Any, actor: Actor) -> dict[str, Any]:
    rows = Contact.objects.visible_to(actor).filter(customer=customer.pk).select_related("phone").order_by("pk")
    shown = [(row, mask_name(row.name), mask_phone(row.phone.number) if row.phone else "") for row in rows]
    edits, reveals = actor.holds(*queries.CUSTOMER_KEEPERS), actor.holds(*queries.REVEALERS)
    return {"rows": shown, "customer": customer, "edits": edits, "reveals": reveals}


pages.register(
    pages.Panel("consents", gettext_lazy("用途与同意"), "party/consents.html", _agreed, ON, place="main"),
    pages.Panel("contacts", gettext_lazy("联系人"), "party/contacts.html", _contacts, ON, place="main"),
)
