"""Who is calling, and what will come of the call: all that the phone screen shows beside what is typed.

Nothing personal of a known customer leaves here but masked; what the ticket needs is filled in again by `intake.prefill`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from xiuhao.contract import queries as contracts
from xiuhao.contract.models import RANK
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import normalise_phone
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.process import State
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, now
from xiuhao.party import queries as people
from xiuhao.party.models import LANGUAGES
from xiuhao.product import queries as products
from xiuhao.product.models import Device
from xiuhao.ticket import panels, queries
from xiuhao.ticket.models import Ticket
from xiuhao.ui.pages import Row
from xiuhao.ui.words import spelt

MOST_DEVICES = 9  # one for each digit key


@dataclass(frozen=True)
class Owned:
    """A device of the caller: the digit that chooses it, its warranty today, its tier."""

    digit: int
    device: Device
    found: products.Assessment
    tier: str
    price: str = ""

    @property
    def verdict(self) -> products.Verdict:
        return self.found.verdict


@dataclass
class Caller:
    """Who has this number (E.164), as far as the agent may see. Without `card` it is nobody that we know."""

    number: str
    card: dict[str, Any] | None = None
    language: str = ""
    tier: str = ""
    benefits: list[str] = field(default_factory=list)
    until: date | None = None
    devices: list[Owned] = field(default_factory=list)
    open: list[Row] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """Of the open tickets that are shown."""
        return [row.case.number for row in self.open]

    @property
    def on_file(self) -> set[str]:
        """The fields that need not be asked."""
        card = self.card or {}
        return {key for key, have in (("contact_name", card.get("name")), ("contact_address", card.get("addresses"))) if have}


def look_up(actor: Actor, text: str) -> Caller:
    """Whoever this number identifies. Raises Refused phone_invalid (422). Nine statements, however much the customer has."""
    number = normalise_phone(text)
    customer = people.on_file(actor, {number}).get(number)
    if customer is None:
        return Caller(number)
    devices = products.devices_of([customer.pk])[customer.pk][:MOST_DEVICES]
    standings = contracts.tiers_of([(customer.pk, None), *((customer.pk, device) for device in devices)])
    best = max(standings, key=lambda standing: RANK[standing.tier])
    today = local(now()).date()
    owned = [
        _owned(place, device, products.assess(device, today, tier=standing.tier), standing)
        for place, (device, standing) in enumerate(zip(devices, standings[1:], strict=True), 1)
    ]
    open_, closed = panels.rows_of(actor, customer.pk)
    return Caller(
        number, people.masked(customer), str(dict(LANGUAGES).get(customer.language, customer.language)), best.label,
        [benefit.name for benefit in contracts.benefits(best.tier, {}, best.former)], best.entitlement.until if best.entitlement else None,
        owned, open_, closed,
    )  # fmt: skip


def _owned(place: int, device: Device, found: products.Assessment, standing: contracts.Standing) -> Owned:
    price = contracts.price_words(standing.tier, found.verdict.outcome, contracts.product_facts(device))
    return Owned(place, device, found, standing.label, price)


@dataclass(frozen=True)
class Target:
    """Who would get the ticket: with how much to do; nobody means the pool or the review."""

    name: str = ""
    load: int = 0
    most: int = 0
    mine: bool = False


@dataclass
class Ahead:
    """What would come of the call as it stands. `dues` are (label, moment) of the clocks that would run, nearest first."""

    record: Ticket
    state: State
    priority: int
    reason: str
    tier: str
    keep: Target
    hand_on: Target
    dues: list[tuple[str, datetime | None]]
    rule: PolicyRow | None = None
    speech: list[str] = field(default_factory=list)
    price: str = ""

    @property
    def first(self) -> str:
        """The slice of the speech that is always read out: tier, time, and the price where there is one."""
        return ":3" if self.price else ":2"

    @property
    def rest(self) -> str:
        return self.first[1:] + ":"


def ahead(actor: Actor, given: Mapping[str, Any]) -> Ahead | None:
    """Rehearse the intake with what is typed so far, by the very functions of the real one; None while nothing can be said yet."""
    if not given.get("kind"):
        return None
    typed = {**given, "at_once": False}
    while True:
        keep, hand_on = engine.rehearse("ticket", [_receive(typed, False), _receive(typed, True)], actor=actor, waive=True)
        if isinstance(keep, Step) and isinstance(hand_on, Step):
            return _said(keep, hand_on)
        # What is still half typed does not count yet.
        wrong = set(keep.fields) & set(typed) if isinstance(keep, Refused) else set()
        if not wrong:
            return None
        typed = {key: value for key, value in typed.items() if key not in wrong}


def _receive(given: Mapping[str, Any], hand_on: bool) -> engine.Request:
    return engine.Request("receive", {**given, "hand_on": hand_on})


def _said(keep: Step, hand_on: Step) -> Ahead:
    record: Ticket = keep.record
    process = keep.process
    row = record.priority_row
    rows = [clock for clock in keep.context["clocks"] if clock.due_at]
    product = contracts.product_facts(record.device, record.category)
    return Ahead(
        record, process.state(keep.case.state), keep.case.priority or 0, record.priority_reason or (row.why if row else ""),
        contracts.tier_label(record.tier), _target(keep), _target(hand_on),
        [(str(process.clock(clock.key).label), clock.due_at) for clock in sorted(rows, key=lambda clock: clock.due_at)],
        record.verdict_row, contracts.speech(keep.context["tier"], product, record.verdict, queries.facts(record)),
        contracts.price_words(record.tier, record.verdict, product),
    )  # fmt: skip


def _target(step: Step) -> Target:
    if step.case.owner_id is None or step.case.state == "in_review":
        return Target()
    hand = next((h for h in step.context["hands"] if h.account == step.case.owner_id), None)
    if hand is None:
        return Target(step.actor.name, mine=True)
    return Target(hand.name, hand.load, hand.max_load, hand.account == step.actor.id)


def categories() -> list[tuple[str, str, str]]:
    """(key, label, what a type-ahead finds it by: pinyin initials and pinyin in full)."""
    return [(c.key, str(c), spelt(c.zh)) for c in products.catalogue.now().values() if c.active]
