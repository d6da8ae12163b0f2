"""The questions about claims: what rules match on, how a claim is called, how quantities of goods are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xiuhao.claim.elements import DEPARTMENTS
from xiuhao.claim.models import CAUSES, MARKETS, ORIGINS, OUTCOMES, Claim
from xiuhao.complaint import queries as complaints
from xiuhao.complaint.models import SEVERITIES
from xiuhao.kernel import asks, outbox, policy
from xiuhao.kernel.evidence import Number
from xiuhao.kernel.policy import Column
from xiuhao.kernel.process import Ask, Guard
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


def decidable(declared: Ask, of: Callable[[Step], int], concerns: Callable[[Step], int | None] = lambda step: None) -> Guard:
    """The condition that somebody can answer this ask beside who asks and whom the complaint is about, or what is asked `concerns`;
    `of(step)` is the claim's case."""

    def deciding(step: Step) -> list[str]:
        role, row = asks.deciding_role(declared, step)
        return [post for stage in asks.posts_of(row) for post in stage] or [role]

    def alone(step: Step) -> list[str]:
        about = Claim.objects.filter(pk=of(step)).values_list("complaint__about_id", flat=True).get()
        out = {about, concerns(step)} - {None}
        return [post for post in deciding(step) if not outbox.in_charge(post, step.case.unit_path, *out, step.actor.id)] if out else []

    return Guard(
        "nobody_to_decide",
        _(
            "要由{post}核决，但除了当事人和您，没有别人担任这一岗位或更高的岗位。请管理员把{post}的岗位也授予与此事无关的人，如董事会或监事会指定的人。"
        ),
        lambda step: not alone(step),
        why=lambda step: {"post": _("、").join(str(DEPARTMENTS.get(post, post)) for post in alone(step))},
    )


def title(record: Claim) -> str:
    """What is complained about, by part and what is asked for; nobody's name."""
    return f"{record.part_no} · {record.get_demand_display()}"
