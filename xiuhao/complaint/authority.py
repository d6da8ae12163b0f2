"""Nobody answers, offers or promises more than they are authorised to (CS5-9.14): the limit, and what a step would give away."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from xiuhao.complaint.models import Complaint, Option
from xiuhao.complaint.promises import promised, said
from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

NOTHING = Decimal(0)


def small(step: Step) -> PolicyRow | None:
    """The row of `complaint.at_once` that lets this actor promise most."""
    facts = {"severity": step.record.severity, "content": step.record.content}
    rows = [policy.decide("complaint.at_once", {**facts, "role": role}, step.at) for role in sorted(step.roles) or [""]]
    return max((row for row in rows if row), key=lambda row: Decimal(str(row.value["amount"])), default=None)


def limit(step: Step) -> Decimal:
    """How much may be promised now: what authority decided; where nobody was asked, the small amounts of one's post."""
    record: Complaint = step.record
    if record.authorised is not None:
        return record.authorised
    row = small(step)
    return Decimal(str(row.value["amount"])) if row else NOTHING


def given_away(step: Step) -> Decimal:
    """What this step would give the customer: the amount that is named, that any words promise, that the option at hand costs."""
    return max(_named(step), *(promised(text) for text in _words(step)))


def _named(step: Step) -> Decimal:
    option = _at_hand(step)
    return max(Decimal(str(step.given.get("amount") or 0)), option.amount if option is not None else NOTHING)


def _words(step: Step) -> list[str]:
    """What the customer is told, what is written down as done, and the option at hand."""
    option = _at_hand(step)
    return [str(step.given.get("text") or ""), str(step.given.get("outcome") or ""), option.text if option is not None else ""]


def _at_hand(step: Step) -> Option | None:
    if step.transition.key == "offer":
        return upcoming(step)
    return step.record.chosen if step.transition.key == "execute" else None


def upcoming(step: Step) -> Option | None:
    """The best option that was not offered yet. One statement a step."""
    options = plan(step)
    return next((one for one in options if one.offered_at is None), None)


def waiting(step: Step) -> Option | None:
    """The option that was offered and has no answer yet."""
    return next((one for one in plan(step) if one.offered_at is not None and not one.answer), None)


def plan(step: Step) -> list[Option]:
    """The options of the plan that holds, the best first; locked with the case."""
    if "plan" not in step.context:
        rows = Option.objects.unscoped("the plan of the case at hand").filter(case=step.case.pk, edition=step.record.edition)
        step.context["plan"] = list(rows.order_by("rank")) if step.before else []
    found: list[Option] = step.context["plan"]
    return found


def _within(step: Step) -> bool:
    return given_away(step) <= limit(step)


def _why(step: Step) -> dict[str, Any]:
    return {"amount": f"{given_away(step):,.2f}", "limit": f"{limit(step):,.2f}"}


def _amount_known(step: Step) -> bool:
    """Who promises the whole names its amount, or something is authorised."""
    return bool(_named(step) or step.record.authorised) or _phrase(step, "whole") is None


def _not_admitted(step: Step) -> bool:
    """Nobody admits a fault that was not found to be ours, in this very step or before, or by the authority that grants an amount."""
    found = bool(step.record.authorised) or "ours" in (step.given.get("fault"), step.record.fault)
    return found or _phrase(step, "admit") is None


def _phrase(step: Step, kind: str) -> PolicyRow | None:
    return next((row for text in _words(step) if (row := said(text, kind, step.at)) is not None), None)


def _instead(kind: str) -> Callable[[Step], dict[str, Any]]:
    def why(step: Step) -> dict[str, Any]:
        row = _phrase(step, kind)
        return {"phrase": row.value["phrase"], "instead": row.value["instead"]} if row else {}

    return why


WITHIN = Guard(
    "beyond_authorised",
    _("{amount} 元超出您现在可以答应的 {limit} 元：先报客诉核决，批准后再答复客户。"),
    _within,
    ("CS5-9.14",),
    why=_why,
)
WHOLE = Guard(
    "promise_unnamed",
    _("“{phrase}”没有写明金额：请填“答应的金额”，或先报客诉核决。建议改为：{instead}"),
    _amount_known,
    ("CS5-9.14",),
    why=_instead("whole"),
)
ADMITTED = Guard(
    "fault_not_found",
    _("还没有查明是我方责任，不能答复“{phrase}”：先由责任部门调查并登记过错。建议改为：{instead}"),
    _not_admitted,
    ("CS5-9.14",),
    why=_instead("admit"),
)
LIMITS = (WITHIN, WHOLE, ADMITTED)
