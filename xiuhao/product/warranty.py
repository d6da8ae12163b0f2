"""Whether a device is under warranty on a day, until when, and why (HA-3.2.3). Here stands the place of the 三包 engine.

How long comes from the decision table `warranty.period`: months for the whole piece, for its main parts, and a distance for
vehicles. What is not known makes the verdict uncertain; nothing is guessed.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.time import zone
from xiuhao.kernel.words import _
from xiuhao.product.catalogue import kinds
from xiuhao.product.models import INDUSTRIES, Device

TABLE = "warranty.period"
IN, OUT, UNCERTAIN = "in", "out", "uncertain"
OUTCOMES: dict[str, str] = {IN: _("保内"), OUT: _("保外"), UNCERTAIN: _("待定")}
REASONS: dict[str, str] = {
    "warranty_in": _("自 {start} 起整机保修 {months} 个月，至 {until}"),
    "warranty_in_km": _("自 {start} 起保修 {months} 个月或 {km} 公里，至 {until}"),
    "warranty_out": _("自 {start} 起整机保修 {months} 个月，已于 {until} 到期"),
    "warranty_out_km": _("已行驶 {mileage} 公里，超过保修的 {km} 公里"),
    "warranty_parts": _("整机保修已于 {until} 到期；主要部件保修至 {parts_until}，须先判定故障部件"),
    "warranty_no_product": _("型号和品类不明，无法判定"),
    "warranty_no_date": _("购买日期不明，无法判定"),
    "warranty_date_ahead": _("登记的日期 {start} 晚于今天，请核实"),
    "warranty_no_install": _("按购买日期已过保；自安装完成起算的，须补登安装日期"),
    "warranty_no_mileage": _("保修限 {km} 公里，里程不明"),
    "warranty_no_rule": _("没有适用的保修期规定"),
}
PRODUCT = (
    Column("industry", _("行业"), "choice", dict(INDUSTRIES)),
    Column("category", _("品类"), "choice", kinds),
    Column("model", _("型号")),
    Column("high_end", _("高端"), "flag"),
)
policy.table(
    TABLE,
    _("保修期限"),
    PRODUCT,
    (
        Column("whole", _("整机"), "number", unit=_("个月")),
        Column("parts", _("主要部件"), "number", required=False, unit=_("个月")),
        Column("km", _("里程"), "number", required=False, unit=_("公里")),
        Column("start", _("起算"), "choice", {"purchase": _("购买之日"), "installed": _("安装完成之日")}),
    ),
    module="product",
    help=_("购买时有效的一行决定保修期；没有合适的行时判为待定。"),
)


@dataclass(frozen=True)
class Facts:
    """What the verdict stands on. `mileage` is kilometres; None is unknown. `model` is the model's code."""

    industry: str = ""
    category: str = ""
    model: str = ""
    high_end: bool = False
    purchased_on: date | None = None
    installed_on: date | None = None
    mileage: int | None = None


@dataclass(frozen=True)
class Verdict:
    """`outcome` is in, out or uncertain; `until` the last day of the whole piece's warranty, both ends inside; `row` the rule."""

    outcome: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    until: date | None = None
    parts_until: date | None = None
    row: PolicyRow | None = None

    @property
    def label(self) -> str:
        return str(OUTCOMES[self.outcome])

    @property
    def reason(self) -> str:
        """The sentence for people, in the language of the moment."""
        return reason(self.said)

    @property
    def said(self) -> dict[str, Any]:
        """The code and what its sentence names, as JSON keeps it: for who stores the verdict."""
        return {"code": self.code, "params": {k: v.isoformat() if isinstance(v, date) else v for k, v in self.params.items()}}


def reason(said: Mapping[str, Any]) -> str:
    """The sentence of a stored verdict (`Verdict.said`), in the language of the moment; "" of none."""
    return str(REASONS[said["code"]]).format(**said["params"]) if said else ""


def facts_of(device: Device, mileage: int | None = None) -> Facts:
    """A device's facts; its model and category are read with it (`select_related`)."""
    category = device.model.category if device.model else device.category
    return Facts(
        category.industry if category else "", category.key if category else "", device.model.code if device.model else "",
        bool(device.model and device.model.high_end), device.purchased_on, device.installed_on, mileage,
    )  # fmt: skip


def verdict(of: Device | Facts, on: date) -> Verdict:
    """The verdict on a day. The rule is the one in force on the day from which the period runs: what was promised then holds."""
    facts = facts_of(of) if isinstance(of, Device) else of
    if not facts.category and not facts.model:
        return Verdict(UNCERTAIN, "warranty_no_product")
    start = facts.purchased_on or facts.installed_on
    if start is None:
        return Verdict(UNCERTAIN, "warranty_no_date")
    row = _rule(facts, start)
    if row is None:
        return Verdict(UNCERTAIN, "warranty_no_rule")
    by_install = row.value.get("start") == "installed"
    if not by_install and facts.purchased_on is None:
        return Verdict(UNCERTAIN, "warranty_no_date", row=row)
    if by_install and facts.installed_on:
        start = facts.installed_on
    if start > on:
        return Verdict(UNCERTAIN, "warranty_date_ahead", {"start": start}, row=row)
    return _weigh(facts, row, start, on, by_install and not facts.installed_on)


def _rule(facts: Facts, start: date) -> PolicyRow | None:
    matched = {"industry": facts.industry, "category": facts.category, "model": facts.model, "high_end": facts.high_end}
    return policy.decide(TABLE, matched, datetime(start.year, start.month, start.day, 12, tzinfo=zone()))


def _weigh(facts: Facts, row: PolicyRow, start: date, on: date, unsure: bool) -> Verdict:
    """`unsure`: the period runs from an installation whose day is not known, so it may end later than from the purchase."""
    months, km = int(row.value["whole"]), row.value.get("km")
    until = months_after(start, months)
    parts_until = months_after(start, int(row.value["parts"])) if row.value.get("parts") else None
    said = {"start": start, "months": months, "until": until, "parts_until": parts_until, "km": km, "mileage": facts.mileage}

    def say(outcome: str, code: str) -> Verdict:
        return Verdict(outcome, code, said, until, parts_until, row)

    if km and facts.mileage is not None and facts.mileage > km:
        return say(OUT, "warranty_out_km")
    if on > until:
        if unsure:
            return say(UNCERTAIN, "warranty_no_install")
        return say(UNCERTAIN, "warranty_parts") if parts_until and on <= parts_until else say(OUT, "warranty_out")
    if km:
        return say(IN, "warranty_in_km") if facts.mileage is not None else say(UNCERTAIN, "warranty_no_mileage")
    return say(IN, "warranty_in")


def months_after(start: date, months: int) -> date:
    """The last day of a period of months: the same day of the last month, or its last day where it has no such day.

    民法典 art. 201 (the first day is not counted) and art. 202 (the corresponding day ends the period).
    """
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
