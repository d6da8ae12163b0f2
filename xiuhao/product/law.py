"""三包 as data: the decision tables of the state's rules, the provinces' and the company's own, and what of them holds for a device.

In each table the rows that fit are read in order; of those with the same key (part, rule, what, kind) the first holds, so that a
province's or a brand's row above the state's takes its place. `sure` says how well a figure was compared with the official text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from xiuhao.kernel import calendars, policy
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.time import zone
from xiuhao.kernel.words import _
from xiuhao.product.facts import Facts, Fault
from xiuhao.product.tables import CHARGES, EXCEPTIONS, LIMITS, PARTS, PERIODS, PROMISES, PROOFS, RULES, SURE

K = TypeVar("K")
REMEMBERED = 500  # what was made of answers, at one row


@dataclass(frozen=True)
class Basis:
    """What a figure stands on. `sure`: a key of SURE; `ours`: a default of ours."""

    article: str = ""
    sure: str = ""
    ours: bool = False
    clauses: tuple[str, ...] = ()
    row: PolicyRow | None = field(default=None, compare=False)

    @property
    def cited(self) -> str:
        """The article, as it is called; of a row that names none its note, in the language of the moment."""
        return self.row.why if self.row and self.article == self.row.note else self.article

    @property
    def note(self) -> str:
        """What the row adds to its article, in the language of the moment."""
        return self.row.why if self.row and self.row.why != self.cited else ""

    @property
    def doubt(self) -> str:
        """What a reader must know before relying on the figure; "" if it was compared with the official text."""
        return str(_("企业默认") if self.ours and self.sure in ("", "read") else SURE.get(self.sure, "") if self.sure != "read" else "")


NOTHING = Basis()


@dataclass(frozen=True)
class Period:
    """`whole` and `swap` in months: free repair, and the period in which exchange and refund are owed; kilometres beside them. `least`: a
    floor, which takes the place of a shorter period only. `shifts`: as of a Rule."""

    whole: int
    start: str = "purchase"
    km: int | None = None
    swap: int = 0
    swap_km: int | None = None
    pauses: bool = False
    least: bool = False
    basis: Basis = NOTHING
    shifts: bool = False


@dataclass(frozen=True)
class Part:
    """A main part or accessory with a period of its own; `months` None: as the whole piece."""

    key: str
    zh: str = ""
    en: str = ""
    months: int | None = None
    km: int | None = None
    assembly: bool = False
    basis: Basis = NOTHING

    @property
    def label(self) -> str:
        return said(self.zh, self.en) or self.key


@dataclass(frozen=True)
class Rule:
    """One way to a remedy. `limit` is days or a count, as `when` says; `of` narrows the faults; `gives` what the customer may choose.
    `shifts`: days that would end on a day of rest end with the day after the rest."""

    key: str
    when: str
    limit: int = 0
    km: int | None = None
    of: str = "any"
    gives: tuple[str, ...] = ()
    fee: bool = False
    basis: Basis = NOTHING
    shifts: bool = False


@dataclass(frozen=True)
class Charge:
    """What is taken off a refund: `rate` percent of the price a day, or a thousand kilometres. None: the rate is not known."""

    way: str
    rate: Decimal | None = None
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Limit:
    """By when the seller owes something."""

    what: str
    number: int
    unit: str
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Promise:
    """What the company gives beyond the law. `months` from the start, None with `life`."""

    kind: str
    zh: str = ""
    en: str = ""
    months: int | None = None
    life: bool = False
    registered: bool = False
    within: int | None = None
    basis: Basis = NOTHING

    @property
    def label(self) -> str:
        return said(self.zh, self.en)


@dataclass(frozen=True)
class Exclusion:
    """A circumstance in which nothing is owed."""

    key: str
    zh: str = ""
    en: str = ""
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Proof:
    """What may stand for invoice and card. `date`: from which day the period then runs, `plus` days later; `gives`: what may be claimed
    with it, () everything."""

    key: str
    zh: str = ""
    en: str = ""
    date: str = "purchase"
    plus: int = 0
    gives: tuple[str, ...] = ()
    basis: Basis = NOTHING

    @property
    def label(self) -> str:
        return said(self.zh, self.en)


@dataclass(frozen=True)
class Law:
    """All that holds for one device. `rests` tells the state's days of rest."""

    period: Period | None = None
    parts: tuple[Part, ...] = ()
    rules: tuple[Rule, ...] = ()
    charge: Charge | None = None
    limits: tuple[Limit, ...] = ()
    promises: tuple[Promise, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    proofs: tuple[Proof, ...] = ()
    rests: Callable[[date], bool] = field(default=lambda _day: False, compare=False, repr=False)

    def excluding(self, fault: Fault) -> tuple[Exclusion, ...]:
        """Those of the fault's circumstances that free the seller for this class."""
        return tuple(one for one in self.exclusions if one.key in fault.exclusions)

    def standing(self, facts: Facts, fault: Fault) -> Proof | None:
        """What stands for the invoice: the proof that is named, or the day of making where no other day is known."""
        if fault.proof:
            return next((one for one in self.proofs if one.key == fault.proof), None)
        if not facts.made_on or facts.dated or (facts.installed_on and self.period and self.period.start == "installed"):
            return None
        return next((one for one in self.proofs if one.date == "made"), None)

    def last(self, day: date, shifts: bool) -> date:
        """The last day of what would end on a day: where it `shifts`, rest at the end does not count (民法典 art. 203)."""
        while shifts and self.rests(day):
            day += timedelta(days=1)
        return day

    def rule(self, when: str) -> Rule | None:
        """The first rule of that condition."""
        return next((rule for rule in self.rules if rule.when == when), None)


def signed_on(facts: Facts) -> date | None:
    """The day whose rules hold: of the sale, or of the exchange; where it is not known, of installation, delivery, making."""
    return facts.exchanged_on or facts.purchased_on or facts.installed_on or facts.delivered_on or facts.made_on


def coverage(facts: Facts, fault: Fault = Fault()) -> Law:  # noqa: B008  # frozen
    """What decides whether a device is in warranty: period, parts, promises; of rules only what starts anew. Exclusions and proofs are
    looked up only where somebody speaks of them, or the day of making is all that is known."""
    at = _noon(signed_on(facts))
    asked = _COVERING if not (fault.exclusions or fault.proof or (facts.made_on and not facts.dated)) else (*_COVERING, *_ASKED)
    found = {key: _first(table, facts, at, make, name) for key, table, make, name in asked}
    period = _once(_fitting(PERIODS, facts, at), lambda rows: (longest(_made(row, _period) for row in rows),))
    return Law(period[0] if period else None, rests=_rests, **found)  # type: ignore[arg-type]


def whole(facts: Facts, on: date) -> Law:
    """Everything that holds for a device: what was law at the sale, and for the seller's time limits what is law on the day."""
    at, law = _noon(signed_on(facts)), coverage(facts)
    charge = next(iter(_fitting(CHARGES, facts, at)), None)
    asked = {key: _first(table, facts, at, make, name) for key, table, make, name in _ASKED}
    limits = _first(LIMITS, facts, _noon(on), _owed, "what")
    return replace(law, charge=_charge(charge) if charge else None, limits=limits, **asked)  # type: ignore[arg-type]


def _rests(day: date) -> bool:
    """True on 法定休假日: a public holiday, or a weekend that is no working day instead. The company's own hours say nothing of it."""
    kind = next((row.kind for row in calendars.holidays() if row.day == day), "")
    return kind == "off" if kind else day.weekday() > 4


def periods(facts: Facts) -> list[Period]:
    """Every period that fits, in order."""
    return [_made(row, _period) for row in _fitting(PERIODS, facts, _noon(signed_on(facts)))]


def longest(found_in: Iterable[Period]) -> Period | None:
    """The first that is no floor; a floor that is longer takes its place."""
    found = None
    for one in sorted(found_in, key=lambda each: each.least):
        if found is None or (one.least and one.whole > found.whole):
            found = one
    return found


def _noon(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone()) if day else None


def _fitting(table: str, facts: Facts, at: datetime | None) -> tuple[PolicyRow, ...]:
    matched = {
        "industry": facts.industry, "category": facts.category, "model": facts.model, "high_end": facts.high_end,
        "province": facts.province or None, "tier": facts.tier or None,
    }  # fmt: skip
    return policy.fitting(table, matched, at)


def _first(table: str, facts: Facts, at: datetime | None, make: Callable[[PolicyRow], K], name: str) -> tuple[K, ...]:
    """Of rows with the same key the first."""

    def work(rows: tuple[PolicyRow, ...]) -> tuple[K, ...]:
        found: dict[str, PolicyRow] = {}
        for row in rows:
            found.setdefault(str(row.value[name]), row)
        return tuple(_made(row, make) for row in found.values())

    return _once(_fitting(table, facts, at), work)


def _once(rows: tuple[PolicyRow, ...], work: Callable[[tuple[PolicyRow, ...]], tuple[K, ...]]) -> tuple[K, ...]:
    """What is made of an answer that its table remembers: kept at the first row, with the answer, so that its id stays its own."""
    if not rows:
        return ()
    kept: dict[int, Any] = rows[0].__dict__.setdefault("_once", {})
    found = kept.get(id(rows))
    if found is None:
        if len(kept) >= REMEMBERED:
            kept.clear()
        found = kept[id(rows)] = (rows, work(rows))
    made: tuple[K, ...] = found[1]
    return made


def _made(row: PolicyRow, make: Callable[[PolicyRow], K]) -> K:
    """What the row says, in our words: kept at the row, which lives as long as its edition."""
    kept: dict[Any, K] = row.__dict__.setdefault("_made", {})
    if make not in kept:
        kept[make] = make(row)
    return kept[make]


def _basis(row: PolicyRow) -> Basis:
    return Basis(row.value.get("article") or row.note, row.value.get("sure", ""), row.ours, tuple(row.clauses), row)


def _whole_number(value: Any) -> int | None:
    return int(Decimal(str(value))) if value not in (None, "") else None


def _period(row: PolicyRow) -> Period:
    v = row.value
    return Period(
        int(v["whole"]), v.get("start", "purchase"), _whole_number(v.get("km")), int(v.get("swap") or v["whole"]),
        _whole_number(v.get("swap_km") or v.get("km")), bool(v.get("pauses")), bool(v.get("least")), _basis(row), bool(v.get("shifts")),
    )  # fmt: skip


def _part(row: PolicyRow) -> Part:
    v, name = row.value, row.value["name"]
    months, km = _whole_number(v.get("months")), _whole_number(v.get("km"))
    return Part(v["part"], name["zh"], name.get("en", ""), months, km, bool(v.get("assembly")), _basis(row))


def _rule(row: PolicyRow) -> Rule:
    v = row.value
    limit, km = _whole_number(v.get("limit")) or 0, _whole_number(v.get("km"))
    gives, fee, shifts = tuple(v.get("gives", ())), bool(v.get("fee")), bool(v.get("shifts"))
    return Rule(v["rule"], v["when"], limit, km, v.get("of", "any"), gives, fee, _basis(row), shifts)


def _charge(row: PolicyRow) -> Charge:
    rate = row.value.get("rate")
    return Charge(row.value["way"], Decimal(str(rate)) if rate not in (None, "") else None, _basis(row))


def _owed(row: PolicyRow) -> Limit:
    return Limit(row.value["what"], int(row.value["number"]), row.value["unit"], _basis(row))


def _promise(row: PolicyRow) -> Promise:
    v, name = row.value, row.value["name"]
    life, within = bool(v.get("life")), _whole_number(v.get("within"))
    months = None if life else _whole_number(v.get("months"))
    return Promise(v["kind"], name["zh"], name.get("en", ""), months, life, bool(v.get("registered")), within, _basis(row))


def _exclusion(row: PolicyRow) -> Exclusion:
    v = row.value
    return Exclusion(v["exclusion"], v["name"]["zh"], v["name"].get("en", ""), _basis(row))


def _proof(row: PolicyRow) -> Proof:
    v, name = row.value, row.value["name"]
    plus = _whole_number(v.get("plus")) or 0
    return Proof(v["proof"], name["zh"], name.get("en", ""), v.get("date", "purchase"), plus, tuple(v.get("gives", ())), _basis(row))


_COVERING: tuple[tuple[str, str, Callable[[PolicyRow], Any], str], ...] = (
    ("parts", PARTS, _part, "part"), ("rules", RULES, _rule, "rule"), ("promises", PROMISES, _promise, "kind"),
)  # fmt: skip
_ASKED: tuple[tuple[str, str, Callable[[PolicyRow], Any], str], ...] = (
    ("exclusions", EXCEPTIONS, _exclusion, "exclusion"), ("proofs", PROOFS, _proof, "proof"),
)  # fmt: skip
