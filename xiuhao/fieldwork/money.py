"""What a job costs its customer: quoted before it is begun, decided by them, listed before they pay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.utils.text import format_lazy

from xiuhao.accounts import actions as accounts
from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.billing.queries import Item
from xiuhao.contract import queries as contracts
from xiuhao.fieldwork import places, stock
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import letters
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import both, said
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.parts import queries as parts
from xiuhao.parts.models import Part

ONE = Decimal(1)
LOSSES = uuid5(NAMESPACE_OID, "work written off")


def share(step: Step) -> tuple[Decimal, str]:
    """What part of the list price the customer pays (0 to 1), by their tier (SL-2.3 to SL-2.5), and by which rule in words: the rule
    is followed by this step. Nothing where nothing is charged."""
    record: WorkOrder = step.record
    verdict = "out" if record.charged else "in"
    facts = contracts.product_facts(record.device, record.category)
    found = contracts.price_share(record.tier, verdict, facts) if verdict in (record.verdict, "out") else None
    if found:
        step.obey(found[1])
    if not record.charged:
        return Decimal(0), str(_("不收费"))
    return (found[0], contracts.price_words(record.tier, verdict, facts)) if found else (ONE, "")


def prices(record: WorkOrder) -> dict[str, Any]:
    """The price list of a job that is charged, as whoever has no network needs it to tell the customer what it will cost."""
    found = contracts.price_share(record.tier, "out", contracts.product_facts(record.device, record.category))
    rows = [
        {"name": said(one.name, one.en), "price": str(one.price), "hourly": hourly, "fixed": one.fixed}
        for one, hourly in bills.listed(_told(record, places.km(record.case, record)))
    ]
    kept = {part.code: str(much) for part, (much, _until) in stock.guaranteed(record, record.case.opened_at).items()}
    return {"share": str(found[0] if found else ONE), "rows": rows, "kept": kept}


def _told(record: WorkOrder, distance: Decimal | None) -> dict[str, Any]:
    """What the price list asks of a job."""
    kind = record.category.key if record.category else ""
    way = None if record.grade == "remote" else distance
    return {"service": record.service, "grade": record.grade, "category": kind, "minutes": record.minutes, "distance": way}


def _tariff(step: Step) -> list[Item]:
    """Labour and the way, by the price list."""
    return bills.tariff(_told(step.record, places.way(step)))


def _lump(kind: str, label: Any, amount: Decimal | None) -> list[Item]:
    return [_item(kind, label, ONE, amount)] if amount else []


def _item(kind: str, label: Any, much: Decimal, price: Decimal, part: int | None = None) -> Item:
    """One line, named in both languages: whoever reads it may speak the other one."""
    zh, en = both(label)
    return Item(kind, zh, much, price, part, en=en)


def _parts(step: Step) -> list[Item]:
    """What the parts will cost: as it was told, else each that the job takes by the price list (YD-1.9)."""
    told = step.given.get("parts_cost")
    if told is not None:
        return _lump("part", _("零件"), told)
    return list(_charged(step, stock.listed(step)))


def _charged(step: Step, rows: Iterable[tuple[Part, Decimal, Decimal]]) -> Iterator[Item]:
    """Each part with how much of it at its price; at nothing as far as an earlier job built such a one in that is guaranteed itself."""
    kept = stock.guaranteed(step.record, step.case.opened_at)
    for part, much, price in rows:
        left, until = kept.get(part, (Decimal(0), None))
        free = min(left, much)
        if until is not None and free:
            kept[part] = left - free, until
            name = format_lazy(_("{part}（更换件，保修至 {day}）"), part=part, day=until.isoformat())
            yield _item("part", name, free, Decimal(0), part.pk)
        if much > free:
            yield _item("part", part, much - free, price, part.pk)


def quote(step: Step) -> None:
    """The customer hears why it is not free and what it will cost, before anything is done (HA-3.2.5)."""
    record: WorkOrder = step.record
    given = step.given
    record.charge_reason, record.agreed, record.minutes = given["reason"], None, given["minutes"]
    step.say(needed=stock.needed(step))
    stock.estimated(step)
    items = [*_tariff(step), *_parts(step), *_lump("other", _("其他"), given.get("extra"))]
    part, basis = share(step)
    made = billing.estimate(step.case, items, part, given["reason"], step.actor, basis=basis, minutes=given["minutes"])
    step.say(total=str(made.total), share=str(part), quote=made.version)
    if before := bills.agreed_before(step.case.pk):
        step.say(agreed_before=str(before.total))


def decide(step: Step) -> None:
    """The customer's yes or no. A no to a first quote ends the job; after an earlier yes it goes on at what was agreed then. Refused
    quote_missing (409)."""
    accepted = step.transition.key == "agree"
    found = bills.quote_of(step.case.pk)
    if found is None:
        raise Refused("quote_missing", {"total": 0})
    if found.state == "open":  # on their own page it was decided there
        billing.decide(found, accepted, step.given["how"], step.actor, why=step.given.get("note") or "")
    step.record.agreed = accepted
    step.say(total=str(found.total))
    if not accepted and not _goes_on(step):
        places.forget(step)
        stock.let_go(step)


def _goes_on(step: Step) -> bool:
    """Whether something was agreed before what is declined now: that stands again, and the work goes on at it."""
    from xiuhao.fieldwork.elements import DIAGNOSED, REPAIRING

    before = billing.fall_back(step.case)
    if before is None:
        return False
    record: WorkOrder = step.record
    record.agreed, record.charge_reason, record.minutes = True, before.reason, before.minutes or record.minutes
    step.say(stands=str(before.total))
    stock.fall_back(step, before.version)
    step.go(REPAIRING if record.measures else DIAGNOSED)
    return True


def _link(case: Case) -> dict[str, str]:
    """The link by which the customer decides: only the message to them has it."""
    found = bills.quote_of(case.pk)
    return {"quote_link": bills.link(found) if found else ""}


letters.further("work_quote", _link)


def extra_agreed(step: Step) -> str:
    """What else the customer agreed to, with which the form of the list begins."""
    agreed = bills.quote_of(step.case.pk)
    name = both(_("其他"))[0]
    return str(sum(one.amount for one in agreed.lines.all() if one.name == name) or "") if agreed else ""


def settle(step: Step) -> None:
    """The list that the customer sees before paying (YD-1.6): hands and way by the price list, parts that were built in. Where that is more
    than was agreed, the job may be settled as it was quoted: the rest is the house's."""
    record: WorkOrder = step.record
    if step.given.get("as_quoted") and record.charged and (agreed := bills.quote_of(step.case.pk)) is not None:
        lines = [Item(one.kind, one.name, one.quantity, one.price, one.part, one.fixed, one.en) for one in agreed.lines.all()]
        step.say(total=str(billing.settle(step.case, lines, step.actor, share=agreed.share).total))
        return
    items = [*_tariff(step), *_lump("other", _("其他"), step.given.get("extra"))]
    items += _charged(step, [(one.part, one.quantity, one.price or Decimal(0)) for one in parts.used_for(step.case.pk)])
    items = items or [_item("labour", _("现场服务"), ONE, Decimal(0))]
    bill = billing.settle(step.case, items, step.actor, share=share(step)[0])
    step.say(total=str(bill.total))


def settled(step: Step) -> bool:
    """What is charged has its list before the customer signs; the rest is listed at nothing with the signature."""
    return not step.record.charged or bills.bill_of(step.case.pk) is not None


def paid(step: Step) -> bool:
    """Nothing is due any more."""
    step.context["due"] = bills.due(step.case.pk)
    return bool(step.context["due"] <= 0)


def unpaid(step: Step) -> None:
    """The work is done and its watch over, and it is not paid: how much is kept."""
    step.say(due=str(bills.due(step.case.pk)))


def write_off(step: Step) -> None:
    """Finance gives up what is due: the list says so, the books have the loss, the job is over."""
    left = billing.write_off(step.case)
    step.say(total=str(left), **({"voucher": _lost(step.case, left, str(step.case.pk), step.actor)} if left else {}))


def _lost(case: Case, more: Decimal, key: str, actor: Actor) -> str:
    """Book what is lost of a job's money, or, less than nothing, comes back of it; the voucher's number."""
    purpose = "bad_debt" if more > 0 else "bad_debt_back"
    entries = accounts.entries_for(purpose, abs(more), customer=case.customer_id)
    with accounts.in_the_books_language():
        text = f"{case.number} {accounts.PURPOSES[purpose]}"
    return accounts.post(key=uuid5(LOSSES, key), day=local(now()).date(), text=text, entries=entries, case=case.pk, by=actor).number


billing.REWRITTEN.append(lambda bill, more, key, actor: _lost(bill.case, more, str(key), actor))


def _bill_link(case: Case) -> dict[str, str]:
    """The link by which the customer pays: only the message to them has it."""
    found = bills.bill_of(case.pk)
    return {"bill_link": bills.link(found) if found else ""}


letters.further("work_unpaid", _bill_link)


def owed(step: Step) -> dict[str, Any]:
    """How much is due."""
    return {"due": step.context.get("due")}
