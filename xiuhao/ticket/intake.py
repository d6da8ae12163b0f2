"""Taking a request in: everything that can be found out is filled in, and the rules say what must be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from xiuhao.contract import actions as entitlements
from xiuhao.contract import queries as contracts
from xiuhao.kernel import policy, rulebook
from xiuhao.kernel import roles as r
from xiuhao.kernel.masking import normalise_phone
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.product import actions as sales
from xiuhao.product import queries as products
from xiuhao.product.models import Category, Device
from xiuhao.ticket import actions, proof, routing, serving, tracking
from xiuhao.ticket.models import Ticket

TOLD = rulebook.bind("SL-3.3", "ticket", _("电话受理时告知级别、服务内容和响应时间"))
TOLD_BY_DEVICE = frozenset({"category", "serial", "purchased_on"})


def wants(field: str) -> Callable[[Mapping[str, Any]], bool]:
    """For evidence: is this field asked for by the table `ticket.required`, given type and channel so far? (HA-3.1.2, JD-1.1)"""

    def asked(given: Mapping[str, Any]) -> bool:
        if field in TOLD_BY_DEVICE and given.get("device"):
            return False
        return field in required(str(given.get("kind") or ""), str(given.get("channel") or ""))

    return asked


def required(kind: str, channel: str) -> list[str]:
    """The fields that a request of this type must have, beside description, urgency and channel."""
    row = policy.decide("ticket.required", {"kind": kind, "channel": channel})
    return list(row.value["fields"]) if row else []


def prefill(steps: list[Step]) -> None:
    """What staff need not ask again: name and address of a customer whom they may see, by the number (HA-3.1.2 is met by what is on
    file). What was typed goes before it. Two statements, none where nothing is missing."""
    lacking: dict[Step, str] = {}
    for step in steps:
        phone, *rest = (step.given.get(key) for key in ("contact_phone", "contact_name", "contact_address"))
        if step.actor.kind == "staff" and isinstance(phone, str) and not all(rest):
            with suppress(Refused):
                lacking[step] = normalise_phone(phone)
    known = people.on_file(steps[0].actor, set(lacking.values()))
    for step, number in lacking.items():
        if customer := known.get(number):
            step.context["known"] = customer
            address = str(people.place_of(customer.places[0]))[:200] if customer.places else ""
            for key, value in (("contact_name", customer.name), ("contact_address", address)):
                if value and not step.given.get(key):
                    step.given[key] = value
                    step.context.setdefault("on_file", set()).add(key)


def gather(steps: list[Step]) -> None:
    """Customers by phone, devices by serial, tiers, hands: a fixed number of statements however many requests."""
    _people(steps)
    things(steps)
    # A stranger who types somebody's number must not learn by a shorter promise what that somebody has bought (P6).
    tiers = contracts.tiers_of([(_holder(s), s.context["device_found"], s.context["category_found"]) for s in steps])
    for step, tier in zip(steps, tiers, strict=True):
        step.context["tier"] = tier
    routing.gather(steps)


def _customer_id(step: Step) -> int | None:
    customer = step.context.get("customer")
    return customer.pk if customer else None


def _holder(step: Step) -> int | None:
    """Whose entitlements count: the proven customer's, unless they became one just now and so hold none."""
    customer = step.context.get("customer")
    new = customer is not None and customer.fresh and step.context["device_found"] is None
    return _customer_id(step) if proof.proven(step) and not new else None


def _people(steps: list[Step]) -> None:
    """The customer of each number: known, or made now. What a stranger typed changes nothing of a known one (P6)."""
    wanted = [s for s in steps if s.given.get("contact_phone")]
    known = {s.given["contact_phone"]: s.context["known"] for s in wanted if "known" in s.context}
    for step in steps:
        step.context["customer"] = known.get(step.given.get("contact_phone") or "")
    if not wanted or steps[0].context.get("rehearsal"):
        return
    for step, customer in zip(wanted, party.register_many([_newcomer(s) for s in wanted], known), strict=True):
        step.context["customer"] = customer


def _newcomer(step: Step) -> party.Newcomer:
    told = {key: value for key, value in step.given.items() if key not in step.context.get("on_file", ())}
    place = party.parse(told.get("contact_address") or "")
    proven = step.actor.kind == "staff" or step.actor.proven
    return party.Newcomer(told["contact_phone"], told.get("contact_name") or "", place, region=place.province, proven=proven)


def things(steps: list[Step]) -> None:
    """The device and the category that each step names."""
    devices = products.by_serials({s.given["serial"] for s in steps if s.given.get("serial")})
    categories = products.catalogue.now()
    devices |= _registered([s for s in steps if s.given.get("serial") and s.given["serial"] not in devices], categories)
    for step in steps:
        device = step.context.get("device") or devices.get(step.given.get("serial") or "")
        own = device is not None and device.customer_id is not None and device.customer_id == _customer_id(step) and proof.proven(step)
        step.context["claimed"] = bool(step.given.get("serial")) and not own and "device" not in step.context
        # Staff may work with a device that is registered to nobody yet; what a stranger claims is verified first (P9).
        usable = own or "device" in step.context or (device is not None and step.actor.kind == "staff" and device.customer_id is None)
        step.context["device_found"] = device if usable else None
        step.context["category_found"] = categories.get(step.given.get("category") or "")


def _registered(steps: list[Step], categories: Mapping[str, Category]) -> dict[str, Device]:
    """Serials that we did not know, told to staff by their owners: on file from now on, with the tier that type and price give (SL-3.1)."""
    told: dict[str, sales.Purchase] = {}
    for step in steps:
        customer, category = step.context["customer"], categories.get(step.given.get("category") or "")
        if step.actor.kind != "staff" or not step.transition.births or step.context.get("rehearsal") or not (customer and category):
            continue
        bought = step.given["purchased_on"]
        told[step.given["serial"]] = sales.Purchase(
            serial=step.given["serial"], category=category, customer=customer.pk, region=customer.region,
            purchased_on=bought if bought and bought <= local(step.at).date() else None, registered_by=step.actor.id,
        )  # fmt: skip
    made = sales.register_many(list(told.values())) if told else []
    if made:
        entitlements.entitle(made)
    return dict(zip(told, made, strict=True))


def receive(step: Step) -> None:
    """Fill in the ticket, judge warranty and priority, promise a time, find who works on it."""
    record: Ticket = step.record
    fill(step)
    _settle(step)
    tracking.give(step)
    if step.given.get("at_once"):
        _solved_at_once(step)
        return
    routing.judge_complexity(step)
    if step.case.unit_id is None:
        step.place(actions.root())
    if record.channel == "import" and not step.actor.holds(r.DEALER):  # nobody was spoken to: whoever gets the work is the first contact
        step.case.owner_id = step.case.keeper_id = None
    else:
        first_contact(step)
    if record.complexity == "high":
        review(step)
    else:
        routing.route(step)


def fill(step: Step) -> None:
    """What is known of customer and device."""
    record: Ticket = step.record
    customer, device = step.context["customer"], step.context["device_found"]
    record.customer, record.device = customer, device
    record.serial = step.given.get("serial") or (device.serial if device else "") or ""
    record.serial_claimed = step.context["claimed"]
    record.category = (device.model.category if device.model else device.category) if device else step.context["category_found"]
    record.model = device.model if device else None
    record.stage = step.given.get("stage") or "after_sale"
    step.case.customer_id = proof.customer_of(step)
    if customer:
        record.language, record.region = customer.language, party.parse(step.given.get("contact_address") or "").province or customer.region


def _settle(step: Step) -> None:
    """What follows from the facts: industry, tier, warranty, priority, promise, search text."""
    record: Ticket = step.record
    record.industry = record.category.industry if record.category else ""
    record.tier = step.context["tier"].tier
    if step.context["tier"].row:
        step.obey(step.context["tier"].row)
    step.rule("SL-1.1")
    grant(step)
    verdict(step)
    prioritise(step)
    serving.precedence(step)
    serving.rank(step)
    record.promised_at = step.given.get("promised_at") or actions.promised(step)
    record.promise_way = step.given.get("promise_way") or "phone"
    actions.promise(step)
    record.index(step.case.number)
    if record.channel == "phone":  # somebody is answering this very call, and what was said is its record (HA-3.2.1)
        record.answered_at = step.at
        step.rule("HA-3.2.1")
        if step.actor.kind == "staff" and TOLD.active:
            step.rule("SL-3.3", "met" if step.given.get("tier_told") else "broken")


def grant(step: Step) -> None:
    """What the tier includes is the customer's from here on; the line tells which tier it is, and which there was before."""
    record, standing = step.record, step.context["tier"]
    if standing.tier != "basic" or standing.former:
        step.say(tier=standing.tier, industry=record.industry, **({"former": list(standing.former)} if standing.former else {}))


def first_contact(step: Step) -> None:
    """Whoever takes the first contact answers for it to the end (CS1-8.1): the engine has made them the keeper. A customer at the web
    form or another system has spoken to nobody yet."""
    step.say(first_contact=step.case.keeper_id)
    if step.case.keeper_id is not None:
        step.rule("CS1-8.1")


def review(step: Step) -> None:
    """A person looks at it before anybody works on it (JD-1.3)."""
    from xiuhao.ticket.elements import IN_REVIEW, REVIEW

    routing.reviewed(step)
    step.go(IN_REVIEW)
    step.ask(REVIEW)


def _solved_at_once(step: Step) -> None:
    """Solved while the customer was there (JD-1.9): nothing is left but their confirmation."""
    from xiuhao.ticket.elements import SOLVED

    if step.case.unit_id is None:
        step.place(actions.root())
    first_contact(step)
    step.record.solution, step.record.at_once, step.record.replied_at = step.given["solution"], True, step.at
    actions.solve(step)
    step.rule("HA-3.2.1")
    step.go(SOLVED)


def verdict(step: Step) -> None:
    """In or out of warranty, or uncertain, by the product module; only faults are judged (HA-3.2.3)."""
    record: Ticket = step.record
    if record.kind not in ("fault", "return_exchange"):
        record.verdict, record.verdict_reason, record.verdict_said, record.verdict_until, record.verdict_row = "", "", {}, None, None
        return
    found = computed(step)
    record.verdict, record.verdict_reason, record.verdict_said, record.verdict_until = found.outcome, "", found.said, found.until
    record.verdict_row = found.row
    if found.row is not None:
        step.obey(found.row)
    step.say(verdict=found.outcome)


def computed(step: Step) -> products.Verdict:
    """What the rules say of the warranty on the day of the step."""
    return products.verdict(step.record.device or _facts(step.record), local(step.at).date(), step.record.tier)


def _facts(record: Ticket) -> products.Facts:
    """What is known of a product that is no registered device."""
    category = record.category
    return products.Facts(
        category.industry if category else "", category.key if category else "", purchased_on=record.purchased_on, province=record.region,
        tier=record.tier,
    )  # fmt: skip


def prioritise(step: Step) -> None:
    """The priority by the table `ticket.priority`; the row is its reason (JD-4.2). What was let ahead stays there until somebody says
    otherwise."""
    if step.record.jumped_at is not None:
        return
    row = policy.decide("ticket.priority", routing.facts(step.record), step.at)
    step.case.priority = int(row.value["priority"]) if row else 3
    step.record.priority_row, step.record.priority_reason = row, ""
    if row:
        step.obey(row)
