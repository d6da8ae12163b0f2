"""What the verbs of a registration write; customers, devices and cards through the actions of their own modules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from xiuhao.contract import actions as entitlements
from xiuhao.kernel import rulebook
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Customer, Phone, PurchaseCard
from xiuhao.product import actions as sales
from xiuhao.product import queries as products
from xiuhao.product.models import Device, Model
from xiuhao.registration.models import Registration

CHANGEABLE = ("real_name", "phone", "card_no", "purchased_on", "invoice_no")
CONSENTS = ("revisit", "marketing")


def model(actor: Actor, pk: int) -> Model | None:
    """A model in use: the catalogue is everybody's."""
    return products.models().filter(pk=pk).first()


def models(step: Step) -> Options:
    """The models in use by id, as a select offers them."""
    return tuple((str(m.pk), f"{m.category} · {m}") for m in products.models())


def listed() -> list[tuple[str, str]]:
    """(category with name and code, code) of every model in use, as a sheet lists them."""
    return [(f"{m.category} · {m}", m.code) for m in products.models()]


def by_name() -> dict[str, str]:
    """Code, and category with name and code, of every model in use → its id, for whoever writes it out."""
    rows = list(products.models())
    return {m.code: str(m.pk) for m in rows} | {f"{m.category} · {m}": str(m.pk) for m in rows}


# Registering


def gather(steps: list[Step]) -> None:
    """Customers, devices and cards of all steps: looked at first, so that what is refused leaves nothing behind."""
    _judge(steps)
    good = [step for step in steps if step.context["conflict"] is None]
    if not good or good[0].context.get("rehearsal"):
        return
    customers = party.register_many([_newcomer(step) for step in good])
    told = [_purchase(step, customer.pk) for step, customer in zip(good, customers, strict=True)]
    devices = sales.register_many(told)
    entitlements.entitle(devices)
    # Two registrations of one piece at once: the second waits here, and then sees the first one's card.
    locked = Device.objects.unscoped("the pieces being registered").filter(pk__in=[d.pk for d in devices]).order_by("pk")
    owners = {device.pk: device.customer_id for device in locked.select_for_update(of=("self",))}
    taken = {card.serial for card in people.cards([step.given["serial"] for step in good])}
    for step, customer, device in zip(good, customers, devices, strict=True):
        step.context |= {"customer": customer, "device": device}
        if step.given["serial"] in taken:
            step.context["conflict"] = Refused("already_registered", {"serial": step.given["serial"]})
        elif owners[device.pk] != customer.pk:
            step.context["conflict"] = Refused("serial_taken", {"serial": step.given["serial"]})


def _judge(steps: list[Step]) -> None:
    """Mark what cannot be: a piece registered before or another's, another's card. Three statements."""
    serials = [step.given["serial"] for step in steps]
    known = people.by_phones({step.given["phone"] for step in steps if step.given.get("phone")})
    devices = products.by_serials(serials)
    cards = people.cards(serials, [step.given["card_no"] for step in steps if step.given.get("card_no")])
    seen: set[str] = set()
    for step in steps:
        serial, owner = step.given["serial"], known.get(step.given.get("phone", ""))
        device, hashed = devices.get(serial), people.card_blind(step.given.get("card_no") or "")
        mine = owner.pk if owner else 0
        step.context["conflict"] = None
        if serial in seen or any(card.serial == serial for card in cards):
            step.context["conflict"] = Refused("already_registered", {"serial": serial})
        elif device is not None and device.customer_id not in (None, mine):
            step.context["conflict"] = Refused("serial_taken", {"serial": serial})
        elif hashed and any(_owner(card) != mine and card.card_blind and bytes(card.card_blind) == hashed for card in cards):
            step.context["conflict"] = Refused("card_taken")
        seen.add(serial)


def _owner(row: PurchaseCard | Registration) -> int:
    """Whose it is: of a customer who was entered twice the one who stayed."""
    return row.customer.merged_into_id or row.customer_id


def _newcomer(step: Step) -> party.Newcomer:
    place = party.parse(step.given.get("address") or "")
    return party.Newcomer(step.given["phone"], step.given.get("real_name") or "", place, unit=step.actor.unit)


def _purchase(step: Step, customer: int) -> sales.Purchase:
    given = step.given
    return sales.Purchase(
        given["serial"], step.context.get("model"), customer=customer, unit=step.actor.unit, purchased_on=given["purchased_on"],
        price=given.get("price"), invoice_no=given.get("invoice_no") or "", channel="dealer", registered_by=step.actor.id,
        card_no=given.get("card_no") or "",
    )  # fmt: skip


def register(step: Step) -> None:
    """The registration with its card and the consents that were asked; complete if phone, real name, card and model are there."""
    if step.context["conflict"] is not None:
        raise step.context["conflict"]
    given, record = step.given, step.record
    if step.context.get("rehearsal"):
        record.model, record.serial = step.context.get("model"), given["serial"]
        return
    customer = step.context["customer"]
    record.customer, record.device = customer, step.context["device"]
    record.model = step.context.get("model") or record.device.model
    record.phone = next((row for row in customer.numbers if row.number == given["phone"]), None)
    step.case.customer_id = customer.pk
    whole = all(given.get(key) for key in ("phone", "real_name", "card_no", "model"))
    step.add(
        PurchaseCard(
            customer=customer, serial=given["serial"], card_no=given.get("card_no") or "", id_no=given.get("id_no") or "",
            card_blind=people.card_blind(given.get("card_no") or ""), id_need=given.get("id_need") or "", complete=whole,
            registered_at=step.at,
        )
    )  # fmt: skip
    for purpose in CONSENTS:
        step.add(party.consent_line(step.actor, customer, purpose, bool(given.get(f"agrees_{purpose}")), "dealer"))
    step.say(complete=whole, customer=customer.pk, device=record.device.pk)


# Changing


def changes_something(step: Step) -> bool:
    """True if at least one field is to be another."""
    return any(step.given.get(f"new_{key}") for key in CHANGEABLE)


def ask_change(step: Step) -> None:
    """Keep what is wanted, sealed, until somebody else has decided."""
    wanted = {key: str(step.given[f"new_{key}"]) for key in CHANGEABLE if step.given.get(f"new_{key}")}
    step.record.wanted = json.dumps(wanted, ensure_ascii=False)
    step.say(fields=sorted(wanted))


def card_of(record: Registration) -> PurchaseCard | None:
    """The card of a registration that the asker has reached."""
    return next(iter(people.cards([record.serial])), None)


def apply_change(step: Step) -> None:
    """Write the wanted values; the old ones stay in the journal, sealed and erasable (YD-3.4)."""
    record: Registration = step.record
    wanted: dict[str, str] = json.loads(record.wanted or "{}")
    card, house, owner = card_of(record), replace(SYSTEM, name=step.actor.name), _owner(record)
    old: dict[str, str] = {}
    if "real_name" in wanted:
        old["real_name"] = Customer.objects.visible_to(house).get(pk=owner).name
        party.amend(house, owner, name=wanted["real_name"])
    if "phone" in wanted:
        old["phone"] = record.phone.number if record.phone else ""
        record.phone = _renumber(house, record, owner, wanted["phone"])
    if "card_no" in wanted and card is not None:
        old["card_no"] = card.card_no
        card.card_no, card.card_blind = wanted["card_no"], people.card_blind(wanted["card_no"])
        card.save(update_fields=["card_no", "card_blind"])
    facts: dict[str, Any] = {key: wanted[key] for key in ("card_no", "purchased_on", "invoice_no") if key in wanted}
    if "purchased_on" in facts:
        facts["purchased_on"] = date.fromisoformat(facts["purchased_on"])
    for key in facts.keys() - {"card_no"}:
        old[key] = str(getattr(record, key))
        setattr(record, key, facts[key])
    if facts:
        _amend_device(record, facts)
    for key, value in old.items():
        step.keep(f"old_{key}", value)
    record.wanted = ""
    step.say(fields=sorted(wanted))


def _renumber(house: Actor, record: Registration, owner: int, number: str) -> Phone | None:
    """The customer's number is now this one, the old one is no longer theirs. Of a customer entered twice it may hang on the other."""
    rows = {row.number: row for row in Phone.objects.visible_to(house).filter(customer=owner)}
    made = rows.get(number) or party.add_phone(house, owner, number)
    former = rows.get(record.phone.number) if record.phone is not None else None
    if former is not None and former.pk != made.pk:
        party.drop(house, owner, "phone", former.pk)
    party.prefer(house, owner, "phone", made.pk)
    return made


def _amend_device(record: Registration, facts: dict[str, Any]) -> None:
    device = Device.objects.unscoped("of the registration decided on").select_for_update(of=("self",)).get(pk=record.device_id)
    for key, value in facts.items():
        setattr(device, key, value)
    sales.check(sales.Purchase(purchased_on=device.purchased_on, installed_on=device.installed_on))
    device.save(update_fields=list(facts))


def forget_wanted(step: Step) -> None:
    """Nothing is changed."""
    step.record.wanted = ""


def of_day(path: str, day: date) -> int:
    """How many pieces sold on a day the dealer at or below a unit has registered by now, whether on that day or later."""
    return Registration.objects.filter(purchased_on=day, case__origin_path__startswith=path, case__opened_at__lte=now()).count()


# What was registered is changed here and nowhere else

BY_HAND = rulebook.bind("YD-3.4", "registration", _("登记过的姓名、电话、购买日期、发票号和购货卡号只能经申请变更修改"))


def registered(customer: int, phone: int | None = None) -> str:
    """The number of the latest registration of a customer, or of the latest with one of their phones; "" if there is none."""
    rows = Registration.objects.filter(customer__in=people.family([customer]))
    return _latest(rows if phone is None else rows.filter(phone=phone))


def of_device(device: int) -> str:
    """The number of a device's registration; "" if it has none."""
    return _latest(Registration.objects.filter(device=device))


def _latest(rows: QuerySet[Registration]) -> str:
    return rows.order_by("-pk").values_list("case__number", flat=True).first() or "" if BY_HAND.active else ""


products.registered_by(people.whole)
party.kept_by(registered)
sales.kept_by(of_device, party.note)
people.VERBS["amend_device"] = _("修改设备资料")
