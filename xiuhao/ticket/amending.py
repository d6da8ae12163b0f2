"""Facts corrected: what follows from those that changed is worked out again; what somebody decided by hand stays decided."""

from __future__ import annotations

from typing import Any

from xiuhao.contract import queries as contracts
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.ticket import intake
from xiuhao.ticket.models import Ticket


def gather(steps: list[Step]) -> None:
    """The categories and devices that were named, and the tiers that follow."""
    for step in steps:
        record: Ticket = step.record
        step.context["customer"] = record.customer if step.case.customer_id else None
        if step.given.get("serial") in ("", record.serial) and record.device is not None:
            step.context["device"] = record.device
    intake.things(steps)
    tiers = contracts.tiers_of(
        [(s.case.customer_id, s.context["device_found"], s.context["category_found"] or s.record.category) for s in steps]
    )
    for step, tier in zip(steps, tiers, strict=True):
        step.context["tier"] = tier


def amend(step: Step) -> None:
    """Write what changed, and only that; the promise stays. Refused nothing_changed (422) where all is as it was."""
    record: Ticket = step.record
    before = _before(step)
    if step.given.get("category"):
        record.category = step.context["category_found"]
    if _moved(step, "serial"):
        record.device, record.serial_claimed = step.context["device_found"], step.context["claimed"]
    if _moved(step, "serial", "category_id"):
        record.industry = record.category.industry if record.category else ""
        record.tier = step.context["tier"].tier
    _tell(step, before)
    follow(step)
    record.index(step.case.number)


def follow(step: Step) -> None:
    """Verdict and priority again, where what they look at changed and nobody has set them by hand, which has a reason in words."""
    record: Ticket = step.record
    if not record.verdict_reason and _moved(step, "kind", "category_id", "device_id", "industry", "purchased_on"):
        intake.verdict(step)
    if not record.priority_reason and _moved(step, "kind", "category_id", "urgency", "tier", "industry", "description"):
        intake.prioritise(step)


def _moved(step: Step, *columns: str) -> bool:
    return any(getattr(step.record, column) != step.context["was"][column] for column in columns)


def _before(step: Step) -> dict[str, Any]:
    """What stood in each field that the verb takes: as its evidence would have given it."""
    was, category = step.context["was"], step.record.category
    return {need.key: (category.key if category else "") if need.key == "category" else was[need.key] for need in step.transition.needs}


def _tell(step: Step, before: dict[str, Any]) -> None:
    """The line tells what changed, before and after; what was sent as it was is none of it."""
    changed = {need.key for need in step.transition.needs if step.given[need.key] not in (need.blank, before[need.key])}
    if not changed:
        raise Refused("nothing_changed", {"verb": step.transition.label}, status=422)
    was = {}
    for need in step.transition.needs:
        if need.key not in changed:
            step.given[need.key] = need.blank
        elif not need.secret:
            was[need.key] = before[need.key]
        elif before[need.key]:
            step.keep(f"was.{need.key}", before[need.key])
    step.say(was={key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in was.items()})
