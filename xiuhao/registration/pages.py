"""What the desk and the dealers see of registrations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_id, mask_name, mask_phone
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.product.models import Device
from xiuhao.registration import actions
from xiuhao.registration.models import Registration
from xiuhao.registration.process import CHANGING, REGISTERED, REGISTRARS
from xiuhao.ui.defaults import CLOSED, MINE, NUMBER, OPENED, OVERDUE, OWNER, STATE
from xiuhao.ui.pages import Card, CasePage, Cases, Column, Fact, Nav, Panel, Queue, Todo, View, register

CHIEFS = (r.LEAD, r.MANAGER)
MISSING = View("missing", _("缺报"), lambda rows, actor: rows.filter(is_open=True))


def facts(record: Registration, actor: Actor) -> Iterable[Fact]:
    """Masked; whoever may see more asks for it with a reason."""
    card = actions.card_of(record)
    reveals, identity = actor.holds(*people.REVEALERS), actor.holds(*people.IDENTITY_REVEALERS)
    yield Fact(_("真实姓名"), mask_name(record.customer.name), f"/customers/{record.customer_id}/" if actor.holds(*r.READERS) else "")
    yield Fact(_("联系电话"), mask_phone(record.phone.number) if record.phone else None)
    if card is not None:
        yield Fact(_("购货卡号"), mask_id(card.card_no), f"/reveal/party.card:{card.pk}" if reveals and card.card_no else "")
        yield Fact(_("证件号"), mask_id(card.id_no) or _("未收集"), f"/reveal/party.id_no:{card.pk}" if identity and card.id_no else "")
        if card.id_no:
            yield Fact(_("收集证件号的理由"), card.get_id_need_display())
        yield Fact(_("登记完整"), card.complete)
    yield Fact(_("型号"), record.model)
    yield Fact(_("序列号"), record.serial, f"/devices/{record.device_id}/" if actor.holds(*r.READERS) else "")
    yield Fact(_("购买日期"), record.purchased_on)
    yield Fact(_("发票号"), record.invoice_no)


def changing(rows: Cases, actor: Actor) -> Cases:
    """What waits for an approval that the actor may give; what one has asked for oneself waits for others."""
    return rows.filter(state=CHANGING.key, pk__in=CaseAsk.answerable(actor).values("case_id"))


def missing_dealers(actor: Actor) -> dict[str, Any]:
    """Dealers' days that are not uploaded, the latest of them last; the list of all is behind."""
    rows = Case.objects.of("dealer_day", actor).filter(is_open=True).select_related("unit", "owner")
    return {"days": rows.order_by("due_at", "pk")[:8], "all": "/c/dealer_day/"}


def corrected(device: Any, _record: Any, _actor: Actor) -> dict[str, Any]:
    """What was done to a device by hand: by whom, when, and what stood there before; of numbers only that they changed."""
    labels = {field.name: field.verbose_name for field in Device._meta.concrete_fields}
    rows = [
        (line, verb, [(labels.get(key, key), line.data.get("was", {}).get(key)) for key in line.data.get("fields", ())])
        for line, verb in people.told(f"product.device:{device.pk}")
    ]
    return {"rows": rows}


register(
    Queue(
        "registration",
        icon="qrcode",
        columns=(
            NUMBER,
            Column("title", _("产品"), lambda row: row.case.title, kind="title"),
            STATE,
            Column("customer", _("客户"), lambda row: mask_name(row.record.customer.name)),
            Column("purchased_on", _("购买日期"), lambda row: row.record.purchased_on),
            OWNER,
            OPENED,
        ),
        views=(
            View("changing", _("变更待核"), changing, roles=CHIEFS),
            View("all", _("全部"), lambda rows, actor: rows),
            MINE,
        ),
        related=("customer", "model"),
    ),
    CasePage(
        "registration", facts=facts, steps=(REGISTERED,), first=("ask_change", "approve_change", "reject_change"),
        related=("customer", "phone", "model"),
    ),
    Queue("dealer_day", icon="clock", views=(MISSING, OVERDUE, MINE, CLOSED)),
    Nav("registration_sheet", _("导入购买登记"), "/registration/sheet", icon="file-spreadsheet", roles=REGISTRARS, group="tools"),
    Todo("changing", _("登记变更待核"), process="registration", view="changing", roles=CHIEFS, tone="amber", rare=True),
    Todo("dealer_day", _("登记待上传"), process="dealer_day", view="mine", roles=(r.DEALER,), tone="amber", rare=True),
    Panel("corrected", _("操作日志"), "registration/corrected.html", corrected, "product.device", place="main", roles=r.READERS),
    Card("missing_dealers", _("还没上传登记的经销商"), "registration/missing.html", missing_dealers, roles=CHIEFS, place="side"),
)  # fmt: skip
