"""What is open to the customer: each remedy with the article it stands on and the arithmetic that opens or closes it. Pure.

Every rule of the law is weighed, also those that are not met, so that nobody has to ask why something is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from xiuhao.product.facts import Facts, Fault, Past
from xiuhao.product.law import NOTHING, Basis, Charge, Law, Limit, Rule
from xiuhao.product.reckoning import day_of, extended, months_after, repair_days, visits, waiting_days
from xiuhao.product.sayings import Said, say
from xiuhao.product.tables import FIRST, GIVES
from xiuhao.product.warranty import IN, OUT, Verdict, missing, verdict

DAY = timedelta(days=1)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Remedy:
    """What one rule gives: `open` True or False, None while something is not known. `why` is its arithmetic, never empty.

    `name` is a promise's own; `refund` what would be paid back, where it can be told.
    """

    rule: str
    gives: tuple[str, ...]
    open: bool | None
    why: tuple[Said, ...]
    basis: Basis = NOTHING
    name: str = ""
    refund: Decimal | None = None

    @property
    def labels(self) -> list[str]:
        return [str(GIVES[key]) for key in self.gives]


@dataclass(frozen=True)
class Assessment:
    """The verdict, the remedies (open ones first, and of them what is asked for first), the seller's time limits, and until when the
    seller bears the proof."""

    verdict: Verdict
    remedies: tuple[Remedy, ...]
    limits: tuple[Limit, ...]
    burden: Limit | None
    burden_until: date | None
    on: date

    @property
    def open(self) -> tuple[Remedy, ...]:
        return tuple(one for one in self.remedies if one.open)

    @property
    def unsure(self) -> tuple[Remedy, ...]:
        return tuple(one for one in self.remedies if one.open is None)

    @property
    def closed(self) -> tuple[Remedy, ...]:
        return tuple(one for one in self.remedies if one.open is False)

    @property
    def chances(self) -> list[tuple[str, Decimal | None]]:
        """(what is open, the most that would be paid back where it can be told), each once: what an agent reads out."""
        sums = [one.refund for one in self.open if "refund" in one.gives and one.refund is not None]
        open_ = [key for key in FIRST if self.gives(key)]
        return [(str(GIVES[key]), max(sums, default=None) if key == "refund" else None) for key in open_]

    def gives(self, remedy: str) -> bool:
        """True if that remedy is open."""
        return any(remedy in one.gives for one in self.open)


Weighed = tuple[bool | None, list[Said]]


@dataclass(frozen=True)
class _Matter:
    """A device, its law, a day and a fault, and what follows from them at once."""

    facts: Facts
    law: Law
    on: date
    fault: Fault
    verdict: Verdict

    @property
    def start(self) -> date:
        assert self.verdict.start is not None
        return self.verdict.start

    @property
    def excluded(self) -> tuple[tuple[str, str], ...]:
        """What frees the seller, in Chinese and English."""
        return tuple((one.zh, one.en) for one in self.law.excluding(self.fault))

    @property
    def past(self) -> list[Past]:
        """The repairs of this piece: not those of the one that it replaced, nor what lies ahead."""
        proof = self.verdict.proof
        since = min(self.start, self.facts.made_on or self.start) if proof and proof.date == "made" else self.start
        return [one for one in self.facts.repairs if since <= day_of(one.came) <= self.on]


def assess(facts: Facts, law: Law, on: date, fault: Fault = Fault()) -> Assessment:  # noqa: B008  # frozen
    """Everything about one device on a day. Without a start or a rule there is a verdict and no remedy, but the distance sale's."""
    found = verdict(facts, law, on, fault)
    matter = _Matter(facts, law, on, fault, found)
    known = found.start is not None
    remedies = [_repair(matter)] if known else []
    remedies += [_weigh(matter, rule) for rule in law.rules if rule.when in _WEIGHERS and (known or rule.when in _APART)]
    remedies += _promised(matter) if known else []
    order = {True: 0, None: 1, False: 2}
    burden = next((limit for limit in law.limits if limit.what == "burden"), None)
    received = facts.exchanged_on or facts.delivered_on or found.start  # this piece, not the one that it replaced
    until = months_after(received, burden.number) if burden and received else None
    until = found.until if burden and burden.unit == "term" else until
    rest = tuple(limit for limit in law.limits if limit.what != "burden")
    ranked = sorted(remedies, key=lambda one: (order[one.open], min(map(FIRST.index, one.gives))))
    return Assessment(found, tuple(ranked), rest, burden, until, on)


def _repair(m: _Matter) -> Remedy:
    """Free inside the warranty, paid outside of it."""
    if m.verdict.outcome == OUT:
        return Remedy("repair", ("paid_repair",), m.fault.faulty, (say(m.verdict.code, **m.verdict.params),), m.verdict.basis)
    code = "covered" if m.verdict.outcome == IN else "covered_unsure"
    open_ = m.fault.faulty if m.verdict.outcome == IN else None
    return Remedy("repair", ("repair",), open_, (say(code), say(m.verdict.code, **m.verdict.params)), m.verdict.basis)


def _weigh(m: _Matter, rule: Rule) -> Remedy:
    if rule.when == "distance":
        open_, why = _distance(m, rule)
        return _remedy(m, rule, open_, why)
    if excluded := m.excluded:
        return _remedy(m, rule, False, [say("excluded", exclusions=excluded)])
    if not m.fault.faulty:
        return _remedy(m, rule, False, [say("not_faulty")])
    open_, why = _WEIGHERS[rule.when](m, rule)
    fits = _fits(m, rule)
    if open_ is not False and rule.when not in ("from_start", "after_repair", "resale"):
        inside, words = _inside(m, rule)
        open_, why = _both(open_, inside), [*why, words]
    if open_ is not False and fits is not True:
        open_, why = _both(open_, fits), [*why, say("fault_unknown" if fits is None else "fault_other")]
    return _remedy(m, rule, open_, why)


def _both(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def _remedy(m: _Matter, rule: Rule, open_: bool | None, why: list[Said]) -> Remedy:
    refund = None
    if open_ is not False and "refund" in rule.gives:
        fee = rule.fee and rule.when != "distance"  # what is sent back without reason is paid back whole
        refund, words = refunded(m.facts, m.law.charge, fee, m)
        why = [*why, *words]
    return _proven(m, rule, Remedy(rule.key, rule.gives, open_, tuple(why), rule.basis, refund=refund))


def _proven(m: _Matter, rule: Rule, found: Remedy) -> Remedy:
    """Only what the proof at hand allows; where nobody said that there is no invoice, the rest waits for it."""
    proof = m.verdict.proof
    if proof is None or not proof.gives or found.open is False or rule.when in _APART or set(found.gives) <= set(proof.gives):
        return found
    left = tuple(each for each in found.gives if each in proof.gives)
    why = (*found.why, say("proof_gives", proofs=((proof.zh, proof.en),), given=proof.gives))
    if not m.fault.proof:
        return replace(found, open=None, why=why)
    return replace(found, gives=left or found.gives, open=found.open if left else False, why=why, refund=None)


def _fits(m: _Matter, rule: Rule) -> bool | None:
    """Is the fault of the sort that the rule is for? None while nobody knows."""
    if rule.of == "grave":
        return m.fault.grave
    if rule.of == "safety":
        return m.fault.safety
    if rule.of == "assembly":
        return None if not m.fault.part else any(part.assembly and part.key == m.fault.part for part in m.law.parts)
    return True


def _inside(m: _Matter, rule: Rule) -> tuple[bool | None, Said]:
    """Are we in the period in which exchange and refund are owed? A loaner is owed as long as repair is free (cars, art. 21)."""
    if "loaner" in rule.gives or rule.when in ("covered", "no_service"):
        inside = {IN: True, OUT: False}.get(m.verdict.outcome)
        return inside, say("covered" if inside else "covered_unsure" if inside is None else "not_covered")
    period = m.law.period
    assert period is not None
    until = m.law.last(extended(m.start, period.swap, m.facts.repairs if period.pauses else (), m.on)[0], period.shifts)
    if m.on > until:
        return False, say("swap_over", months=period.swap, until=until)
    if period.swap_km is not None and m.facts.mileage is None:
        return None, say("mileage_unknown")
    if period.swap_km is not None and m.facts.mileage is not None and m.facts.mileage > period.swap_km:
        return False, say("swap_over_km", mileage=m.facts.mileage, km=period.swap_km)
    return True, say("swap_until", until=until)


# The conditions. Each says whether it is met, and its arithmetic.


def _last(m: _Matter, rule: Rule, start: date) -> tuple[date, list[Said]]:
    """The last of a rule's days, and why it is a later one where rest at the end does not count."""
    day = start + rule.limit * DAY
    last = m.law.last(day, rule.shifts)
    return last, [say("shifted", day=day, last=last)] if last > day else []


def _from_start(m: _Matter, rule: Rule) -> Weighed:
    last, more = _last(m, rule, m.start)
    said = {"start": m.start, "limit": rule.limit, "last": last, "n": max((m.on - m.start).days, 0)}
    if rule.km is None or m.on > last:
        return m.on <= last, [say("within_days", **said), *more]
    if m.facts.mileage is None:
        return None, [say("within_days", **said), *more, say("mileage_unknown")]
    return m.facts.mileage <= rule.km, [say("within_days_or_km", **said, km=rule.km, mileage=m.facts.mileage), *more]


def _most(keys: Iterable[str], wanted: str) -> tuple[int, bool]:
    """(how often the wanted key, or the most frequent one while none is named; whether that is certain)."""
    counted = Counter(key for key in keys if key)
    if wanted:
        return counted[wanted], True
    return max(counted.values(), default=0), False


def _repairs(m: _Matter, rule: Rule) -> Weighed:
    """Repairs of the same fault that were finished; of serious safety faults whatever their names (cars, art. 24)."""
    done = [one for one in m.past if one.left is not None and day_of(one.left) <= m.on]
    if rule.of == "safety":
        n = len(visits(one for one in done if one.safety))
        return n >= rule.limit, [say("counted_safety", n=n, limit=rule.limit)]
    return _counted(*_most((one.fault for one in done), m.fault.same), rule.limit, "counted_repairs", "same_unknown")


def _counted(n: int, sure: bool, limit: int, code: str, doubt: str) -> Weighed:
    words = [say(code, n=n, limit=limit)]
    if n < limit:
        return False, words
    return (True, words) if sure else (None, [*words, say(doubt)])


def _replaced(field: str, code: str) -> Callable[[_Matter, Rule], Weighed]:
    def weigh(m: _Matter, rule: Rule) -> Weighed:
        n, sure = _most((key for one in m.past for key in getattr(one, field)), m.fault.part)
        return _counted(n, sure, rule.limit, code, "fault_unknown")

    return weigh


def _total_days(m: _Matter, rule: Rule) -> Weighed:
    n = sum(repair_days(one, m.on) for one in visits(m.past))
    return n > rule.limit, [say("counted_total_days", n=n, limit=rule.limit)]


def _one_repair(m: _Matter, rule: Rule) -> Weighed:
    """The longest single repair; for a loaner the one that goes on now, owed from the day after the limit."""
    if "loaner" in rule.gives:
        now = max((repair_days(one, m.on) for one in m.past if one.left is None or day_of(one.left) > m.on), default=None)
        if now is None:
            return False, [say("not_in_repair")]
        owed = max(now - rule.limit, 0)
        words = [say("counted_one_repair", n=now, limit=rule.limit)]
        return owed > 0, [*words, say("loaner_days", first=rule.limit + 1, n=owed)] if owed else words
    if rule.of == "waiting":
        n, code = max((waiting_days(one, m.on) for one in m.past), default=0), "counted_waiting"
    else:
        of = [one for one in m.past if rule.of != "own" or one.own_fault]
        n, code = max((repair_days(one, m.on) for one in of), default=0), "counted_own" if rule.of == "own" else "counted_one_repair"
    return n > rule.limit, [say(code, n=n, limit=rule.limit)]


def _after_repair(m: _Matter, rule: Rule) -> Weighed:
    """What was repaired must work for so many days."""
    done = [(day_of(one.left), one.fault) for one in m.past if one.left is not None and day_of(one.left) <= m.on]
    mine = [left for left, fault in done if not m.fault.same or fault == m.fault.same]
    if not mine:
        return False, [say("never_repaired")]
    last, more = _last(m, rule, max(mine))
    words = [say("after_repair", left=max(mine), limit=rule.limit, last=last), *more]
    if m.on > last:
        return False, words
    return (True, words) if m.fault.same else (None, [*words, say("same_unknown")])


def _distance(m: _Matter, rule: Rule) -> Weighed:
    """Seven days from the day after the receipt, without reason (消费者权益保护法 art. 25; 七日无理由退货暂行办法)."""
    if m.facts.distance is not True:
        return m.facts.distance, [say("distance_unknown" if m.facts.distance is None else "not_distance")]
    received = m.facts.delivered_on
    if received is None:
        return None, [say("received_unknown")]
    last, more = _last(m, rule, received)
    return received <= m.on <= last, [say("distance_last", received=received, limit=rule.limit, last=last), *more]


def _no_service(m: _Matter, _rule: Rule) -> Weighed:
    """Nowhere to have it repaired (Beijing, art. 7; Zhejiang, art. 26)."""
    return m.fault.no_service, [say("service_gone" if m.fault.no_service else "service_there")]


def _resale(m: _Matter, rule: Rule) -> Weighed:
    """So many days and kilometres after a trader sold it at second hand (Zhejiang, art. 28)."""
    facts = m.facts
    if facts.resold_on is None:
        return False, [say("not_resold")]
    last, more = _last(m, rule, facts.resold_on)
    words, inside = [say("resold_days", resold=facts.resold_on, limit=rule.limit, last=last), *more], facts.resold_on <= m.on <= last
    if not inside or rule.km is None:
        return inside, words
    if facts.mileage is None or facts.resold_km is None:
        return None, [*words, say("mileage_unknown")]
    driven = max(facts.mileage - facts.resold_km, 0)
    return driven <= rule.km, [*words, say("resold_km", driven=driven, km=rule.km)]


_APART = ("distance", "resale")  # what counts from another day than the warranty
_WEIGHERS: dict[str, Callable[[_Matter, Rule], Weighed]] = {
    "from_start": _from_start, "repairs": _repairs, "assemblies": _replaced("assemblies", "counted_assemblies"),
    "parts": _replaced("parts", "counted_parts"), "total_days": _total_days, "one_repair": _one_repair, "after_repair": _after_repair,
    "distance": _distance, "no_service": _no_service, "covered": lambda _m, _rule: (True, []), "resale": _resale,
}  # fmt: skip


# Money


def refunded(facts: Facts, charge: Charge | None, fee: bool, m: _Matter) -> tuple[Decimal | None, list[Said]]:
    """(what is paid back, the arithmetic). A daily fee only where the same model could be had; never more than the price."""
    price = facts.price
    if not fee:
        return price, [say("fee_none_full", refund=price) if price is not None else say("fee_none_full_unknown")]
    if charge is not None and charge.way == "none":
        return price, [say("fee_none")]
    if charge is None or charge.rate is None:
        return None, [say("fee_no_rate")]
    if charge.way == "distance":
        return _by_distance(facts, charge)
    if m.fault.stock is False:
        return price, [say("fee_no_stock")]
    refund, words = _by_day(facts, charge, m)
    return (refund, words) if m.fault.stock else (None, [*words, say("fee_stock_unknown")])


def _by_distance(facts: Facts, charge: Charge) -> tuple[Decimal | None, list[Said]]:
    """price × km ÷ 1000 × n (household cars, order No. 43, art. 27)."""
    rate = charge.rate or Decimal()
    if facts.price is None or facts.mileage is None:
        return None, [say("fee_distance_unknown", rate=rate)]
    amount = _cents(min(facts.price * facts.mileage / 1000 * rate / 100, facts.price))
    said = {"amount": amount, "price": facts.price, "mileage": facts.mileage, "rate": rate}
    return facts.price - amount, [say("fee_distance", **said, refund=facts.price - amount)]


def _by_day(facts: Facts, charge: Charge, m: _Matter) -> tuple[Decimal | None, list[Said]]:
    """price × daily rate × days from the invoice to the return, less the time in repair."""
    if m.verdict.start is None:
        return None, [say("fee_daily_no_start", rate=charge.rate)]
    rate, held = charge.rate or Decimal(), max((m.on - m.start).days, 0)
    repair = min(extended(m.start, 1200, facts.repairs, m.on)[1], held)
    said = {"rate": rate, "days": held - repair, "held": held, "repair": repair}
    if facts.price is None:
        return None, [say("fee_daily_no_price", **said)]
    amount = _cents(min(facts.price * rate / 100 * (held - repair), facts.price))
    return facts.price - amount, [say("fee_daily", amount=amount, price=facts.price, **said, refund=facts.price - amount)]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _promised(m: _Matter) -> list[Remedy]:
    """What the company gives beyond the law: a free replacement only with its conditions met (YD-3.6)."""
    found = []
    for promise in m.law.promises:
        last = None if promise.life else months_after(m.start, promise.months or 0)
        span = say("promise_life", start=m.start) if last is None else say("promise_last", start=m.start, months=promise.months, last=last)
        lacks = missing(promise, m.facts)
        open_ = m.fault.faulty and not m.excluded and not lacks and (last is None or m.on <= last)
        why = [span, *([say(lacks)] if lacks else []), *([say("excluded", exclusions=m.excluded)] if m.excluded else [])]
        gives = ("exchange",) if promise.kind == "replacement" else ("repair",)
        found.append(Remedy(f"promise_{promise.kind}", gives, open_, tuple(why), promise.basis, promise.label))
    return found
