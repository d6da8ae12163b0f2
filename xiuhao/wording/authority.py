"""Nobody answers, promises or admits beyond authority (CS5-9.14): asked of every text that staff send to a customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.wording.promises import NOTHING, gives, phrase, promises

CLAUSE = ("CS5-9.14",)
BEYOND = _("{amount} 元（连同此前已答应的）超出您现在可以答应的 {limit} 元：先报客诉核决，批准后再答复客户。")
UNNAMED = _("“{phrase}”没有写明金额：请写明金额，或先报客诉核决。建议改为：{instead}")
NOT_FOUND = _("还没有查明是我方责任，不能答复“{phrase}”：先由责任部门调查并登记过错。建议改为：{instead}")


@dataclass(frozen=True)
class Standing:
    """What may be promised on a case: `limit` in sum (None: it was judged where it was written), of which `before` is promised so far
    and `paid` given; `named`: an amount stands that "the whole" means; `found`: the fault was found to be ours."""

    limit: Decimal | None = None
    before: Decimal = NOTHING
    paid: Decimal = NOTHING
    named: bool = False
    found: bool = False


_asked: Callable[[Step], Standing] = lambda step: Standing()  # noqa: E731  # complaint stands above and says it by `standing_by`


def standing_by(asked: Callable[[Step], Standing]) -> None:
    """Say what tells how much may be promised in a step."""
    global _asked
    _asked = asked


def standing(step: Step) -> Standing:
    """How much may be promised in this step; found out once, and only for what promises something."""
    if "standing" not in step.context:
        step.context["standing"] = _asked(step)
    found: Standing = step.context["standing"]
    return found


def within(total: Callable[[Step], Decimal], of: str = "") -> Guard:
    """The condition that what a step promises in sum is within the limit; it is kept with the step for those that come after it."""

    def holds(step: Step) -> bool:
        amount = total(step)
        if not amount:
            return True
        now = standing(step)
        if now.limit is not None and amount > now.limit:
            return False
        step.context["promised"] = amount = max(amount, step.context.get("promised", NOTHING))
        if amount > now.before:
            step.say(promised_in_sum=f"{amount:.2f}")
        return True

    def why(step: Step) -> dict[str, Any]:
        return {"amount": f"{total(step):,.2f}", "limit": f"{standing(step).limit or 0:,.2f}"}

    return Guard("beyond_authorised", BEYOND, holds, CLAUSE, why=why, of=of)


def worded(words: Callable[[Step], list[str]], of: str = "") -> tuple[Guard, Guard]:
    """The conditions that no words promise the whole without its amount, nor admit what was not found."""

    def guard(code: str, sentence: str, kind: str, may: Callable[[Standing], bool]) -> Guard:
        def found(step: Step) -> Any:
            return next((row for text in words(step) if (row := phrase(text, kind, step.at)) is not None), None)

        def why(step: Step) -> dict[str, Any]:
            row = found(step)
            return {"phrase": row.value["phrase"], "instead": row.value["instead"]} if row else {}

        return Guard(code, sentence, lambda step: found(step) is None or may(standing(step)), CLAUSE, why=why, of=of)

    return (
        guard("promise_unnamed", UNNAMED, "whole", lambda now: now.named),
        guard("fault_not_found", NOT_FOUND, "admit", lambda now: now.found),
    )


def guards(of: str) -> tuple[Guard, ...]:
    """The three of a text that goes to the customer."""

    def text(step: Step) -> str:
        return str(step.given.get(of) or "")

    def total(step: Step) -> Decimal:
        return gives(text(step), (now := standing(step)).before, now.paid) if promises(text(step)) else NOTHING

    return (within(total, of), *worded(lambda step: [text(step)], of))
