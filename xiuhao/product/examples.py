"""One worked example for each shipped rule (`examples.yaml`): run by a test, and said in words at the rule by the engine itself.

An example is a device, sold on 2026-01-10 unless it says otherwise, a day (`day` days later, or its `date`) and a fault. `so` is what
follows; `but` changes the example so that it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xiuhao.kernel import facts
from xiuhao.kernel.bilingual import said as bilingual
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.time import zone
from xiuhao.product import law, remedies
from xiuhao.product.catalogue import shipped
from xiuhao.product.facts import Facts, Fault, Past
from xiuhao.product.law import Law, Period
from xiuhao.product.remedies import Assessment, Remedy
from xiuhao.product.tables import CHARGES, LIMITS, PROMISES, RULES
from xiuhao.product.warranty_pages import limits

FILE = Path(__file__).with_name("examples.yaml")
SOLD = date(2026, 1, 10)


@dataclass(frozen=True)
class Example:
    """`so`: outcome, start, until of the verdict; open, gives, refund of the rule's remedy; by: a limit's last day."""

    facts: Facts
    fault: Fault
    on: date
    so: Mapping[str, Any]
    firm: int | None = None

    @property
    def law(self) -> Law:
        """What holds for it. `firm`: where the company gives so many months itself, a floor of the law above them."""
        found = law.whole(self.facts, self.on)
        if self.firm is None:
            return found
        floors = [period for period in law.periods(self.facts) if period.least]
        return replace(found, period=law.longest([Period(self.firm, "delivered"), *floors]))

    def found(self) -> Assessment:
        """What the rules in force say of it."""
        return remedies.assess(self.facts, self.law, self.on, self.fault)

    def rows(self) -> list[PolicyRow]:
        """The rows that hold for it."""
        found = self.law
        stands = (
            found.period, *found.parts, *found.rules, found.charge, *found.limits, *found.promises, *found.exclusions, *found.proofs,
        )  # fmt: skip
        return [one.basis.row for one in stands if one is not None and one.basis.row is not None]


@cache
def _written() -> dict[str, Any]:
    return facts.read(FILE)  # type: ignore[no-any-return]


def example(table: str, line: str) -> Example | None:
    """The example of a shipped row."""
    written = _written().get(table, {}).get(line)
    return _made(written) if written else None


def counter(table: str, line: str) -> Example | None:
    """The same, changed so that the rule gives something else."""
    written = _written()[table][line]
    if "but" not in written:
        return None
    but = written["but"]
    return _made(written | but | {key: written.get(key, {}) | but.get(key, {}) for key in ("with", "fault")})


def _made(written: Mapping[str, Any]) -> Example:
    facts = {"purchased_on": SOLD, **_written()["devices"][written["device"]], **written.get("with", {})}
    facts["price"] = Decimal(facts["price"]) if facts.get("price") is not None else None
    facts["repairs"] = tuple(_past(one) for one in facts.get("repairs", ()))
    fault: dict[str, Any] = {key: tuple(value) if key == "exclusions" else value for key, value in written.get("fault", {}).items()}
    return Example(
        Facts(**facts),
        Fault(**fault),
        written.get("date") or SOLD + timedelta(days=written.get("day", 0)),
        written["so"],
        written.get("firm"),
    )


def _past(written: Mapping[str, Any]) -> Past:
    """A repair that begins so many days after the sale and takes `days`, None while it goes on; `waits`: for parts from the first day."""
    told = dict(written)
    day = told.pop("at", None) or SOLD + timedelta(days=told.pop("day"))
    came, days, waits = datetime(day.year, day.month, day.day, 9, tzinfo=zone()), told.pop("days"), told.pop("waits", False)
    told = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    return Past(came, came + timedelta(days=days) if days is not None else None, **{"fault": "E1", **told}, waited=came if waits else None)


# In words


def mine(found: Assessment, table: str, line: str) -> Remedy | None:
    """The remedy that stands on a row."""
    return next((one for one in found.remedies if one.basis.row and (one.basis.row.table, one.basis.row.line) == (table, line)), None)


def by(found: Assessment, table: str, line: str) -> date | None:
    """The last day of the limit that stands on a row."""
    rows = [(limit.basis.row, day) for _what, _long, day, limit in limits(found)]
    rows += [(found.burden.basis.row, found.burden_until)] if found.burden and found.burden_until else []
    return next((day for row, day in rows if row and (row.table, row.line) == (table, line)), None)


def told(row: PolicyRow) -> str:
    """The example of a row as the rules now answer it; "" where it has none, or where another row has taken its place."""
    one = example(row.table, row.line)
    if one is None or row.pk not in {each.pk for each in one.rows()}:
        return ""
    found = one.found()
    answer = _answer(row, found)
    return _("{device}；{day} 判定：{answer}").format(device=_device(one.facts), day=_day(one.on), answer=answer) if answer else ""


def _answer(row: PolicyRow, found: Assessment) -> str:
    stop = _("；")
    if row.table == LIMITS:
        day = by(found, row.table, row.line)
        return _("至 {day}").format(day=_day(day)) if day else ""
    if row.table == CHARGES:
        return stop.join(dict.fromkeys(str(each) for one in found.open for each in one.why if each.code.startswith("fee_")))
    remedy = mine(found, row.table, row.line)
    if remedy is not None and row.table in (RULES, PROMISES):
        can = _("可主张{what}") if remedy.open else _("不能主张{what}")
        return stop.join([can.format(what=_("或").join(remedy.labels)), *map(str, remedy.why)])
    proof = found.verdict.proof
    return stop.join([*([_("凭{proof}").format(proof=proof.label)] if proof else []), found.verdict.label, found.verdict.reason])


def _device(facts: Facts) -> str:
    said = [*(bilingual(kind.zh, kind.en) for kind in shipped() if kind.key == facts.category), facts.province]
    days = (_("购买"), facts.purchased_on), (_("收货"), facts.delivered_on), (_("安装"), facts.installed_on), (_("出厂"), facts.made_on)
    said += [f"{_day(day)} {label}" for label, day in (*days, (_("换货"), facts.exchanged_on)) if day]
    said += [_("{price} 元").format(price=facts.price)] if facts.price is not None else []
    said += [_("行驶 {km} 公里").format(km=facts.mileage)] if facts.mileage is not None else []
    said += [_("修过 {n} 次").format(n=len(facts.repairs))] if facts.repairs else []
    return _("，").join(each for each in said if each)


def _day(day: date) -> str:
    return date_format(day, "Y-m-d")
