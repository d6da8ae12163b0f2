"""Whether a device is under warranty on a day, as a whole and part by part, until when and why (HA-3.2.3). Pure.

What is not known makes the verdict uncertain; nothing is guessed. A verdict is a code with parameters; `sayings` makes it words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.words import _
from xiuhao.product.facts import OTHER, Facts, Fault, Past
from xiuhao.product.law import NOTHING, Basis, Law, Part, Period, Promise, Proof
from xiuhao.product.reckoning import day_of, extended, months_after
from xiuhao.product.sayings import plain, sentence

IN, OUT, UNCERTAIN = "in", "out", "uncertain"
OUTCOMES: dict[str, str] = {IN: _("保内"), OUT: _("保外"), UNCERTAIN: _("待定")}


@dataclass(frozen=True)
class Cover:
    """One main part's warranty: its last day, and whether it is in."""

    part: Part
    until: date
    outcome: str

    @property
    def label(self) -> str:
        return str(OUTCOMES[self.outcome])


@dataclass(frozen=True)
class Verdict:
    """`outcome` is in, out or uncertain; `until` the last day of the whole piece's warranty, both ends inside, None without end.

    `start` is where it runs from, `excluded` the days of repair by which it is longer, `parts` each main part's own verdict, `row` the
    rule that decides, `proof` what stands for the invoice.
    """

    outcome: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    until: date | None = None
    start: date | None = None
    excluded: int = 0
    parts: tuple[Cover, ...] = ()
    basis: Basis = NOTHING
    proof: Proof | None = None

    @property
    def label(self) -> str:
        return str(OUTCOMES[self.outcome])

    @property
    def reason(self) -> str:
        """The sentence for people, in the language of the moment."""
        return sentence(self.code, self.params)

    @property
    def said(self) -> dict[str, Any]:
        """The code and what its sentence names, as JSON keeps it: for who stores the verdict."""
        return {"code": self.code, "params": plain(self.params)}

    @property
    def row(self) -> PolicyRow | None:
        return self.basis.row


def verdict(facts: Facts, law: Law, on: date, fault: Fault = Fault()) -> Verdict:  # noqa: B008  # frozen
    """The verdict on a day, for the fault as far as it is known."""
    if not facts.category and not facts.model:
        return Verdict(UNCERTAIN, "warranty_no_product")
    if not (law.period or facts.exchanged_on or facts.purchased_on or facts.installed_on or facts.delivered_on or facts.made_on):
        return Verdict(UNCERTAIN, "warranty_no_date")
    if law.period is None:
        return Verdict(UNCERTAIN, "warranty_no_rule")
    proof = law.standing(facts, fault)
    if fault.proof and proof is None:
        names = [(one.zh, one.en) for one in law.proofs]
        return Verdict(UNCERTAIN, "warranty_no_proof" if names else "warranty_proof_needed", {"proofs": names}, basis=law.period.basis)
    start, doubt = started(facts, law, proof)
    if start is None:
        code = "warranty_no_made" if proof and proof.date == "made" else "warranty_no_date"
        return Verdict(UNCERTAIN, code, basis=law.period.basis, proof=proof)
    doubt = "" if fault.proof and doubt == "warranty_made_over" else doubt
    told = facts.made_on if proof and proof.date == "made" and facts.made_on else start  # what is broken before its period begins was sold
    if told > on:
        return Verdict(UNCERTAIN, "warranty_date_ahead", {"start": told}, basis=law.period.basis)
    whole = _Whole(facts, law, law.period, start, on)
    covers = tuple(_cover(part, facts, law, whole, on) for part in law.parts)
    return _weigh(whole, covers, law, fault, doubt, proof)


def started(facts: Facts, law: Law, proof: Proof | None = None) -> tuple[date | None, str]:
    """(the day from which the warranty runs, why it may in truth be later: installed on a day that nobody told, sold later than made).

    A piece handed over in exchange starts anew where the law says so (消费者权益保护法实施条例 art. 18; cars: order No. 43, art. 29).
    """
    start = law.period.start if law.period else "purchase"
    if facts.exchanged_on and law.rule("restarts"):
        return facts.exchanged_on, ""
    if proof and proof.date == "made":
        return facts.made_on + timedelta(days=proof.plus) if facts.made_on else None, "warranty_made_over"
    if start == "installed" and facts.installed_on:
        return facts.installed_on, ""
    sold = facts.purchased_on if start == "purchase" else facts.delivered_on or facts.purchased_on
    return sold, "warranty_no_install" if start == "installed" else ""


class _Whole:
    """The whole piece on a day: last day by the calendar with what repairs add, and the distance."""

    def __init__(self, facts: Facts, law: Law, period: Period, start: date, on: date) -> None:
        self.facts, self.period, self.start, self.on, self.ends = facts, period, start, on, partial(law.last, shifts=period.shifts)
        self.repairs: tuple[Past, ...] = facts.repairs if period.pauses else ()
        self.day, self.excluded = extended(start, period.whole, self.repairs, on)
        self.until = self.ends(self.day)

    def params(self, **more: Any) -> dict[str, Any]:
        """`rested`: the day of rest on which the period would have ended."""
        return {
            "start": self.start, "months": self.period.whole, "until": self.until, "excluded": self.excluded,
            "rested": self.day if self.until > self.day else None, "km": self.period.km, "mileage": self.facts.mileage, **more,
        }  # fmt: skip

    @property
    def too_far(self) -> bool | None:
        """True beyond the distance, None where it cannot be told."""
        if self.period.km is None:
            return False
        return None if self.facts.mileage is None else self.facts.mileage > self.period.km


def _cover(part: Part, facts: Facts, law: Law, whole: _Whole, on: date) -> Cover:
    """One part; where the law lets a part put in by a repair start anew, from the last time that it was."""
    months = whole.period.whole if part.months is None else part.months
    until = whole.until if part.months is None else whole.ends(extended(whole.start, months, whole.repairs, on)[0])
    anew = [
        whole.ends(months_after(day_of(one.left), months))
        for one in facts.repairs
        if law.rule("part_restarts") and one.left and part.key in (*one.assemblies, *one.parts) and whole.start <= day_of(one.left) <= on
    ]
    until = max([until, *anew])
    far = part.km is not None and facts.mileage is not None and facts.mileage > part.km
    unknown = part.km is not None and facts.mileage is None
    return Cover(part, until, OUT if on > until or far else UNCERTAIN if unknown else IN)


def _weigh(whole: _Whole, covers: tuple[Cover, ...], law: Law, fault: Fault, doubt: str, proof: Proof | None) -> Verdict:
    basis = law.period.basis if law.period else NOTHING

    def say(outcome: str, code: str, until: date | None = whole.until, by: Basis = basis, **more: Any) -> Verdict:
        return Verdict(outcome, code, whole.params(**more), until, whole.start, whole.excluded, covers, by, proof)

    if excluded := law.excluding(fault):
        return say(OUT, "warranty_excluded", by=excluded[0].basis, exclusions=[(one.zh, one.en) for one in excluded])
    own = next((cover for cover in covers if cover.part.key == fault.part), None)
    promise = _promise(law, whole)
    if promise and whole.on > whole.until:
        last = None if promise.life else months_after(whole.start, promise.months or 0)
        return say(IN, "warranty_promised_life" if promise.life else "warranty_promised", last, promise.basis, last=last)
    if own and (own.part.months is not None or own.part.km is not None or own.until != whole.until):
        if own.outcome == OUT and whole.on > own.until and doubt:
            return say(UNCERTAIN, doubt, by=own.part.basis)
        code = {IN: "warranty_part_in", OUT: "warranty_part_out", UNCERTAIN: "warranty_no_mileage"}[own.outcome]
        return say(own.outcome, code, by=own.part.basis, part_until=own.until, km=own.part.km or whole.period.km)
    if whole.too_far:
        return say(OUT, "warranty_out_km")
    if whole.on > whole.until:
        return _over(covers, fault, doubt, say)
    if whole.period.km:
        return say(IN, "warranty_in_km") if whole.facts.mileage is not None else say(UNCERTAIN, "warranty_no_mileage")
    return say(IN, "warranty_in_longer" if whole.excluded else "warranty_in")


def _over(covers: tuple[Cover, ...], fault: Fault, doubt: str, say: Any) -> Verdict:
    """The whole piece's period is over: a main part may still be in, and an installation or sale that nobody told may shift it."""
    if doubt:
        return say(UNCERTAIN, doubt)  # type: ignore[no-any-return]
    still = [cover.until for cover in covers if cover.outcome != OUT]
    if still and not fault.part:
        return say(UNCERTAIN, "warranty_parts", parts_until=max(still))  # type: ignore[no-any-return]
    return say(OUT, "warranty_out_other" if still and fault.part == OTHER else "warranty_out")  # type: ignore[no-any-return]


def _promise(law: Law, whole: _Whole) -> Promise | None:
    """An extension of the company's own that reaches this day, and whose conditions are met."""
    for promise in law.promises:
        reaches = promise.life or whole.on <= months_after(whole.start, promise.months or 0)
        if promise.kind == "extension" and reaches and not missing(promise, whole.facts):
            return promise
    return None


def missing(promise: Promise, facts: Facts) -> str:
    """What a promise still lacks: "" nothing, else the code of the sentence that says it."""
    if promise.registered and not facts.registered:
        return "promise_unregistered"
    if promise.within is None:
        return ""
    days = (facts.registered_on - facts.purchased_on).days if facts.registered_on and facts.purchased_on else None
    return "promise_registered_late" if days is None or days > promise.within else ""
