"""Nobody answers, offers or promises more than they are authorised to (CS5-9.14): the limit, and what a step would give away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Max, Q, Sum

from xiuhao.complaint.models import Complaint, Option
from xiuhao.kernel import policy, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import CaseAsk, Journal, Link, PolicyRow
from xiuhao.kernel.step import Step
from xiuhao.wording import queries as wording

NOTHING = Decimal(0)
KIND = "complaint"
ORDINARY = {"severity": "normal", "content": "other"}  # what a case without a complaint is answered as
ABOVE = ("ticket", KIND)
RETURNS, BACK = "returns", ("return", "allowance")  # whose approval says what the customer may be told, and which of them give money


def small(roles: Iterable[str], record: Complaint | None, at: datetime | None = None) -> PolicyRow | None:
    """The row of `complaint.at_once` that lets who holds these posts promise most."""
    facts = {"severity": record.severity, "content": record.content} if record else ORDINARY
    rows = [policy.decide("complaint.at_once", {**facts, "role": role}, at) for role in sorted(roles) or [""]]
    return max((row for row in rows if row), key=lambda row: Decimal(str(row.value["amount"])), default=None)


def standing(step: Step) -> wording.Standing:
    """How much may be promised now, in sum: what authority decided on the complaint, on top of what was given by then; where nobody was
    asked, the small amounts of one's post; a return that was approved in any case. What the system passes on was judged where it was
    written."""
    record, cases = _complaint(step)
    told = Told.of(_lines(cases))
    authorised = record.authorised if record else None
    if authorised is None and step.actor.kind == "system":
        return wording.Standing(None, told.promised, told.paid, named=True, found=True)
    granted = _granted(cases)
    limit = max(granted, _limit(step.roles, record, told, step.at))
    found = bool(authorised) or "ours" in (step.given.get("fault"), record.fault if record else "")
    named = bool(authorised or granted) or (record is not None and record is getattr(step, "record", None) and bool(_named(step)))
    return wording.Standing(limit, told.promised, told.paid, named, found)


wording.standing_by(standing)


def _limit(roles: Iterable[str], record: Complaint | None, told: Told, at: datetime | None = None) -> Decimal:
    if record is not None and record.authorised is not None:
        return record.authorised + told.settled
    row = small(roles, record, at)
    return Decimal(str(row.value["amount"])) if row else NOTHING


def _granted(cases: set[int]) -> Decimal:
    """What was approved to be given back in money on the cases of the matter: a return or an allowance, no exchange."""
    if not cases:
        return NOTHING
    returned = apps.get_model(registry.process(RETURNS).record)._base_manager.filter(pk__in=cases, kind__in=BACK)
    rows = CaseAsk.objects.filter(case_id__in=returned.values("pk"), outcome="agreed")
    return rows.values("case_id").annotate(most=Max("amount")).aggregate(sum=Sum("most"))["sum"] or NOTHING


def allowance(actor: Actor, record: Complaint) -> wording.Standing:
    """What somebody who looks at a complaint may promise on it."""
    told = Told.of(_lines({record.pk}))
    return wording.Standing(_limit(actor.roles_at(record.case.unit_path), record, told), told.promised, told.paid)


def beyond(now: wording.Standing, options: Iterable[Option]) -> set[int]:
    """The ranks of the options that cost more than may be promised: they may be drafted, and are decided first."""
    return {one.rank for one in options if now.limit is not None and (cost := _cost(one)) and now.paid + cost > now.limit}


def _cost(option: Option) -> Decimal:
    return max(Decimal(str(option.amount)), wording.gives(option.text))


def _complaint(step: Step) -> tuple[Complaint | None, set[int]]:
    """The complaint that a step is about or whose ticket it belongs to, and the cases on which promises of the matter were made. A
    complaint of another case is locked: what is promised on it at the same time is counted."""
    if step.case is None:
        return None, set()
    heads = set(Link.objects.filter(child_id=step.case.pk, parent__process__in=ABOVE).values_list("parent_id", flat=True))
    heads |= {step.case.pk} if step.process.key in ABOVE else set()
    below = Link.objects.filter(parent_id__in=heads).exclude(kind="merged").values_list("child_id", flat=True)
    cases = {step.case.pk, *heads, *below}
    if step.process.key == KIND:
        return step.record, cases
    rows = Complaint.objects.select_related("case").select_for_update(of=("case",)).filter(pk__in=cases).order_by("pk")
    return max(rows, key=lambda row: (row.case.is_open, row.pk), default=None), cases


def _lines(cases: set[int]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    told = Q(data__has_any_keys=["promised_in_sum", "paid_in_sum"]) | Q(process=KIND, verb__in=("authorise", "object"))
    return Journal.objects.filter(told, case_id__in=cases).order_by("pk").values_list("verb", "data") if cases else ()


@dataclass
class Told:
    """What was promised on a matter and given so far; `settled` of it before the decision that holds, which grants on top of that."""

    promised: Decimal = NOTHING
    paid: Decimal = NOTHING
    settled: Decimal = NOTHING

    @classmethod
    def of(cls, lines: Iterable[tuple[str, Mapping[str, Any]]]) -> Told:
        """Told by the journal, in its order. An offer that was refused is promised no longer; a decision taken anew (after 0) stands in
        the place of the former, another one grants something further."""
        told, offered, decided = cls(), NOTHING, None
        for verb, data in lines:
            amount = Decimal(data.get("promised_in_sum", 0))
            if verb == "authorise":
                amount = Decimal(data["given"]["amount"])
                told.settled = told.paid if amount and decided != 0 else told.settled
                decided = amount
            elif verb == "object":
                offered = NOTHING
            elif verb == "offer":
                offered = amount
            else:
                told.promised = max(told.promised, amount)
            told.paid = max(told.paid, Decimal(data.get("paid_in_sum", 0)))
        told.promised = max(told.promised, offered, told.paid)
        return told


def given_away(step: Step) -> Decimal:
    """What this step gives the customer in sum, but for the words to them: the amount that is named, which is the whole; what the option
    at hand costs and what is written down as done, on top of what was given before."""
    option, outcome = _at_hand(step), str(step.given.get("outcome") or "")
    cost = _cost(option) if option is not None else NOTHING
    found = [Decimal(str(step.given.get("amount") or 0))]
    if cost:
        found.append(wording.standing(step).paid + cost)
    if wording.gives(outcome):
        found.append(wording.paid_out(outcome, wording.standing(step).paid))
    return max(found)


def _named(step: Step) -> Decimal:
    option = _at_hand(step)
    return max(Decimal(str(step.given.get("amount") or 0)), option.amount if option is not None else NOTHING)


def _words(step: Step) -> list[str]:
    """What is written down as done, and the option at hand."""
    option = _at_hand(step)
    return [str(step.given.get("outcome") or ""), option.text if option is not None else ""]


def _at_hand(step: Step) -> Option | None:
    if step.transition.key == "offer":
        return upcoming(step)
    return step.record.chosen if step.transition.key == "execute" else None


def pay(step: Step) -> None:
    """What was promised in this step is given by it: whatever is promised later comes on top."""
    if total := step.context.get("promised"):
        step.say(paid_in_sum=f"{total:.2f}")


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


LIMITS = (wording.within(given_away),)  # where an amount is named in a field; words to the customer carry their own
OF_OPTION = (*LIMITS, *wording.worded(_words))
