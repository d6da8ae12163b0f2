"""The questions about claims: what rules match on, how a claim is called, how quantities of goods are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xiuhao.claim.models import CAUSES, MARKETS, ORIGINS, OUTCOMES, Claim
from xiuhao.complaint import queries as complaints
from xiuhao.complaint.models import SEVERITIES
from xiuhao.kernel import policy
from xiuhao.kernel.evidence import Number
from xiuhao.kernel.policy import Column
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

RETURNING = ("return", "exchange", "rework")  # outcomes by which goods come back
GRANTING = ("allowance", "compensation")  # outcomes by which money is given, by a certificate

policy.facts(
    "claim",
    Column("market", _("内外销"), "choice", lambda: dict(MARKETS)),
    Column("outcome", _("核定处理"), "choice", lambda: dict(OUTCOMES)),
    Column("region", _("地区"), "text"),
    Column("severity", _("严重程度"), "choice", lambda: dict(SEVERITIES)),
    Column("cause", _("原因类别"), "choice", lambda: dict(CAUSES)),
    Column("origin", _("责任来源"), "choice", lambda: dict(ORIGINS)),
    Column("in_process", _("客户加工中未确定"), "flag"),
)


@dataclass(frozen=True, kw_only=True)
class Pieces(Number):
    """A quantity of goods, to three places, said without idle zeros."""

    least: Decimal = Decimal("0.001")
    places: int = 3

    def says(self, value: Any) -> Any:
        return f"{Decimal(str(value)).normalize():f}"


def facts(record: Claim) -> Mapping[str, Any]:
    """What policies of clocks and authority match on."""
    return {
        "market": record.market, "outcome": record.outcome, "region": record.region, "cause": record.cause, "origin": record.origin,
        "in_process": record.in_process, "severity": record.complaint.severity if record.complaint_id else "",
    }  # fmt: skip


def renewed(case: int) -> bool:
    """The customer has rejected the outcome, and there is another form for the matter (CS5-9.12)."""
    return Claim.objects.filter(previous=case).exclude(case__state="withdrawn").exists()


def no_part(of: Callable[[Step], int]) -> Guard:
    """The condition that whoever the complaint behind a claim is about has no part in what comes of it; `of(step)` is the claim's case.
    One statement, so no page asks it of each button."""

    def holds(step: Step) -> bool:
        return step.actor.kind != "staff" or not Claim.objects.filter(pk=of(step), complaint__about_id=step.actor.id).exists()

    return replace(complaints.no_part(lambda step: step.record), holds=holds, early=False)


def title(record: Claim) -> str:
    """What is complained about, by part and what is asked for; nobody's name."""
    return f"{record.part_no} · {record.get_demand_display()}"
