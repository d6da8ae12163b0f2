"""Nobody answers, offers or promises more than they are authorised to (CS5-9.14): the limit, and what a step would give away."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from xiuhao.complaint.models import Complaint, Option
from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

NOTHING = Decimal(0)
_GIVEN = r"赔偿?|补偿|退还?|返还?|减免|补贴|抵扣|支付|给您|给予|compensat\w*|refund\w*|pay(?:ing)?|credit\w*"
_FIGURE = "|".join(
    (
        r"(?P<n>\d[\d,，]*(?:\.\d+)?)\s*(?P<times>万|千)?\s*(?:元|块|圆|RMB|CNY|yuan)",
        r"[¥￥]\s*(?P<m>\d[\d,，]*(?:\.\d+)?)",
        r"(?P<han>[零一二两三四五六七八九十百千万]{1,12})\s*(?:元|块)",
    )
)
_PROMISED = re.compile(rf"(?:{_GIVEN})[^。；;！!？?\n]{{0,24}}?(?:{_FIGURE})", re.IGNORECASE)
_TIMES = {"万": 10_000, "千": 1_000}
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}


def promised(text: str) -> Decimal:
    """The greatest amount that a text promises: a figure in yuan, or in Chinese signs, soon after a word of giving; 0 if none."""
    found = [NOTHING]
    for match in _PROMISED.finditer(text):
        if match["han"]:
            found.append(Decimal(in_figures(match["han"])))
            continue
        try:
            figure = Decimal((match["n"] or match["m"]).replace(",", "").replace("，", ""))
        except InvalidOperation:  # a comma alone
            continue
        found.append(figure * _TIMES.get(match["times"] or "", 1))
    return max(found)


def in_figures(text: str) -> int:
    """A number in Chinese signs: 三千五百 is 3500."""
    whole, part, digit = 0, 0, 0
    for sign in text:
        if sign in _TENS:
            part, digit = part + (digit or 1) * _TENS[sign], 0
        elif sign == "万":
            whole, part, digit = (whole + part + digit or 1) * _TIMES[sign], 0, 0
        else:
            digit = _DIGITS[sign]
    return whole + part + digit


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
    """What this step would give the customer: the amount that is named, that the words promise, that the option at hand costs."""
    found = [Decimal(str(step.given.get("amount") or 0)), promised(str(step.given.get("text") or ""))]
    if (option := _at_hand(step)) is not None:
        found.append(option.amount)
    return max(found)


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


WITHIN = Guard(
    "beyond_authorised",
    _("{amount} 元超出您现在可以答应的 {limit} 元：先报客诉核决，批准后再答复客户。"),
    _within,
    ("CS5-9.14",),
    why=_why,
)
