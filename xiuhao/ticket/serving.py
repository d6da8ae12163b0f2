"""Whether what a tier promises was kept: its manager and its precedence as the work is given out, its service by the customer's word."""

from __future__ import annotations

from collections.abc import Iterable

from xiuhao.contract import queries as contracts
from xiuhao.kernel import policy
from xiuhao.kernel.models import Journal
from xiuhao.kernel.step import Step

FIRST = 2  # priorities up to here go before others


def rank(step: Step) -> None:
    """How far the tier lets it go before others that are as near, by `ticket.head_start`: never into its deadlines."""
    row = policy.decide("ticket.head_start", {"tier": step.record.tier, "industry": step.record.industry}, step.at)
    step.case.head_start = int(row.value["minutes"]) if row else 0


def _count(step: Step, clauses: Iterable[str], kept: bool) -> None:
    for clause in clauses:
        step.rule(clause, "met" if kept else "broken")


def precedence(step: Step) -> None:
    """Who goes first by their tier (SL-1.5) has a priority that does."""
    standing, record = step.context["tier"], step.record
    clauses = contracts.enjoyed(standing, contracts.product_facts(record.device, record.category), "priority")
    if clauses:
        kept = (step.case.priority or FIRST + 1) <= FIRST
        step.say(ahead=kept)
        _count(step, clauses, kept)


def managed(step: Step, given: int | None) -> None:
    """Whose tier includes a dedicated manager (SL-1.4) is given to that account; nobody named is a promise not kept."""
    standing, record = step.context.get("tier"), step.record
    if standing is None:
        return
    facts = contracts.product_facts(record.device, record.category)
    if clauses := contracts.enjoyed(standing, facts, "manager"):
        wanted = contracts.dedicated(standing, facts)
        kept = wanted is not None and wanted == given
        step.say(managed=kept)
        _count(step, clauses, kept)


def gather(steps: list[Step]) -> None:
    """Under which tier each was received, as its first line tells. One statement."""
    births = Journal.objects.filter(case_id__in=[step.case.pk for step in steps], verb="receive")
    told = dict(births.values_list("case_id", "data"))
    for step in steps:
        step.context["received"] = told.get(step.case.pk, {})


def served(step: Step, kept: bool) -> None:
    """The customer's word on the service that the tier of the request includes (SL-1.2, SL-1.3, SL-1.10): content, or not solved."""
    born, record = step.context["received"], step.record
    standing = contracts.Standing(born.get("tier", "basic"), former=tuple(born.get("former", ())))
    facts = {"industry": record.industry, "category": record.category.key if record.category else None}
    _count(step, contracts.enjoyed(standing, facts, "service"), kept)
