"""What the verbs of a liability write: worksheet, parts of departments and persons, the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from xiuhao.claim.models import Claim
from xiuhao.kernel import outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Case
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.process import Ask, Guard, State
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import zone
from xiuhao.kernel.words import _
from xiuhao.liability import queries, sums, tables
from xiuhao.liability.models import DEPARTMENTS, PLACES, Liability, Personal, Share

RESELLING = State("reselling", _("退货待转售"), "amber")
ASSESSED = State("assessed", _("待分摊"), "blue")
# Who answers for a department; an outsider is not asked.
HEADS = {key: r.SALES_HEAD if key == r.SALES else key for key, _label in DEPARTMENTS if key != "third"}
HEARD = {key: Ask("heard", _("部门认责"), to=head, each=(head,)) for key, head in HEADS.items()}
LABELS = dict(DEPARTMENTS)
REGISTER = "personal_register"  # who keeps the register of persons: told by the way to it, since the case is closed to them


# The loss


def decided_claim(step: Step) -> bool:
    """A loss is known once it is decided what the customer gets."""
    return step.context["parent"].state in ("decided", "closed")


def first_of_claim(step: Step) -> bool:
    """One worksheet a claim."""
    return not Liability.objects.filter(claim_id=step.context["parent"].pk).exists()


def sold_within(step: Step) -> bool:
    """No more is sold again than came back."""
    came = step.given.get("quantity") or step.record.quantity
    return not step.given.get("sold") or (came is not None and Decimal(step.given["sold"]) <= came)


CLAIM_DECIDED = Guard("claim_not_decided", _("客诉还没有核决，不能核算损失。"), decided_claim)
ONCE = Guard("assessed_already", _("这张客诉单已经核算过损失。"), first_of_claim)
SOLD_WITHIN = Guard("sold_too_much", _("转售数量不能多于退货数量。"), sold_within)


def _claim(step: Step) -> Claim:
    if "claim" not in step.context:
        pk = step.record.claim_id if step.before else step.context["parent"].pk
        step.context["claim"] = Claim.objects.select_related("case").get(pk=pk)
    return step.context["claim"]  # type: ignore[no-any-return]


def _within(step: Step, basis: str | None, granted: Decimal | None) -> bool:
    return basis != "allowance" or (granted or sums.NOTHING) <= (_claim(step).amount or sums.NOTHING)


def granted_within(step: Step) -> bool:
    """What was actually granted is no more than was decided."""
    return _within(step, step.given.get("basis"), step.given.get("granted"))


def amounts(step: Step) -> Mapping[str, Any]:
    """For the refusal."""
    return {"granted": step.given.get("granted") or step.record.granted, "decided": _claim(step).amount or sums.NOTHING}


def claim_stands(step: Step) -> bool:
    """The claim is not being decided anew, and its decision still covers what is assessed."""
    return _claim(step).case.state in ("decided", "closed") and _within(step, step.record.basis, step.record.granted)


GRANTED_WITHIN = Guard("granted_beyond", _("实际折让 {granted} 超过客诉核定金额 {decided}，请核对。"), granted_within, why=amounts)
CLAIM_STANDS = Guard(
    "claim_decided_anew", _("客诉已重新核决或正在重新核决，与损失核算不符。请等核决后更正核算，再重新分摊。"), claim_stands
)


def assess(step: Step) -> None:
    """The worksheet by the loss basis; returned goods that are not all sold have their month first."""
    step.record.claim = step.context["parent"]
    step.case.title = step.record.claim.number
    _give_time(step.record)
    work_out(step)


def correct(step: Step) -> None:
    """The worksheet anew, as it is given now; who bears it is split anew too."""
    record: Liability = step.record
    for need in step.transition.needs:
        setattr(record, need.key, step.given[need.key] or None)
    _give_time(record)
    step.unask("heard")
    Share.objects.unscoped("the parts of this very case").filter(liability_id=step.case.pk).delete()
    record.ledger = ""
    work_out(step)


def _give_time(record: Liability) -> None:
    """Returned goods may be sold again for a month, to the end of its last day."""
    record.resale_until = None
    if record.returned_on and record.basis == "returned":
        until = sums.resale_until(record.returned_on)
        record.resale_until = datetime.combine(until + timedelta(days=1), time(), zone())


def resell(step: Step) -> None:
    """What came of selling it again."""
    work_out(step)


def work_out(step: Step) -> None:
    """The loss, or that it is not known yet."""
    record: Liability = step.record
    record.loss = None
    if record.basis == "allowance":
        record.loss = sums.of_allowance(record.granted or sums.NOTHING)
    elif record.basis == "returned":
        record.loss = _of_return(step, record)
    else:
        record.loss = sums.cents(record.actual or sums.NOTHING)
    record.worksheet = queries.worked_out(record)
    step.say(loss=None if record.loss is None else f"{record.loss:.2f}")
    if record.loss is None:
        step.go(RESELLING)


def _of_return(step: Step, record: Liability) -> Decimal | None:
    """By what was sold again; none while some is left and its month runs."""
    quantity, sold = record.quantity or Decimal(0), record.sold or Decimal(0)
    if sold < quantity and record.resale_until and step.at < record.resale_until:
        return None
    goods = sums.Returned(quantity, sold, record.grade_a or sums.NOTHING, record.sold_at or sums.NOTHING, record.actual or sums.NOTHING)
    return sums.of_return(goods)


# Departments


def named(step: Step) -> list[str]:
    """The departments of the evidence, the first one first."""
    return [step.given[f"department{place}"] for place in (1, 2, 3) if step.given.get(f"department{place}")]


def told(step: Step) -> list[Decimal]:
    """The percentages as they were given, else by the table."""
    given = [step.given.get(f"percent{place}") for place in (1, 2, 3) if step.given.get(f"department{place}")]
    if any(each is not None for each in given):
        return [Decimal(each or 0) for each in given]
    share, row = tables.watched()
    if row is not None and len(given) > 1:
        step.obey(row)
    return sums.percents(len(given) - 1, share)


DISTINCT = Guard("departments_twice", _("同一部门只填一次。"), lambda step: len(set(named(step))) == len(named(step)))
WHOLE = Guard(
    "shares_not_whole",
    _("各部门比率都要大于 0，合计 100%。"),
    lambda step: sum(told(step)) == sums.HUNDRED and all(told(step)),
    clauses=("CS5-9.10",),
)


def split(step: Step) -> None:
    """Percent and yuan of each department; whoever was named before is named anew, and every head is heard on the split as it is."""
    record: Liability = step.record
    Share.objects.unscoped("the parts of this very case").filter(liability_id=step.case.pk).delete()
    departments, percents = named(step), told(step)
    amounts = sums.portions(record.loss or sums.NOTHING, percents)
    made = [
        Share(liability_id=step.case.pk, department=key, place=place, percent=percent, amount=amount)
        for place, (key, percent, amount) in enumerate(zip(departments, percents, amounts, strict=True), 1)
    ]
    record.foreseen = step.given["foreseen"]
    for share in made:
        step.add(share)
    record.ledger = written(made, {})
    step.say(shares={share.department: f"{share.percent:.2f}" for share in made})
    step.unask("heard")
    for key in dict.fromkeys(departments):
        if key in HEARD:
            step.ask(HEARD[key])


def all_heard(step: Step) -> bool:
    """Every department that is asked has agreed or objected."""
    return not step.asked("heard", "")


ALL_HEARD = Guard("heads_unheard", _("还有部门没有表示意见，请等认责或异议到齐再呈报。"), all_heard, early=True)


# Persons


def _share(step: Step) -> Share | None:
    if "share" not in step.context:
        rows = {share.department: share for share in queries.shares(step.case.pk)}
        step.context["shares"], step.context["share"] = rows, rows.get(step.given["department"])
    return step.context["share"]  # type: ignore[no-any-return]


def not_twice(step: Step) -> bool:
    """Nobody stands twice in a department."""
    share = _share(step)
    return share is None or all(one.account_id != step.given["person"] for one in share.persons.all())


OF_THE_SPLIT = Guard("not_of_the_split", _("该部门没有分摊责任，请先分摊。"), lambda step: _share(step) is not None)
NOT_TWICE = Guard("charged_already", _("这名人员在该部门已经登记。"), not_twice)


def charge(step: Step) -> None:
    """One person more: the department's part is divided anew by places and base points."""
    record: Liability = step.record
    share = _share(step)
    assert share is not None
    account = step.context["person"]
    made = Personal(
        share=share, account=account, place=step.given["place"], points=Decimal(step.given["points"]), bonus=step.given.get("bonus")
    )
    before = list(share.persons.all())
    divide(step, share, [*before, made])
    Personal.objects.unscoped("the people of this very case").bulk_update(before, ["amount"])
    step.add(made)
    found = {one.pk: list(one.persons.all()) for one in step.context["shares"].values()}
    found[share.pk] = [*before, made]
    record.ledger = written(list(step.context["shares"].values()), found)
    step.say(person=account.pk, amount=f"{made.amount:.2f}")


def divide(step: Step, share: Share, people: list[Personal]) -> Decimal:
    """Set what each of them answers for; gives what stays with the department."""
    places, row = tables.split(share.amount, step.record.foreseen)
    if row is not None:
        step.obey(row)
    those = [[one for one in people if one.place == key] for key, _label in PLACES]
    amounts, rest = sums.borne(share.amount, places, [[one.points for one in group] for group in those])
    for group, parts in zip(those, amounts, strict=True):
        for one, part in zip(group, parts, strict=True):
            one.amount = part
    return rest


def written(shares: list[Share], people: dict[int, list[Personal]]) -> str:
    """Who bears what, one line a department: what is decided on."""
    lines = []
    for share in shares:
        named_ = "，".join(f"{one.account.name}（{one.get_place_display()}）{one.amount:.2f}" for one in people.get(share.pk, ()))
        lines.append(f"{LABELS[share.department]} {share.percent:.2f}% {share.amount:.2f}" + (f"：{named_}" if named_ else ""))
    return "\n".join(lines)


def reassess(step: Step) -> None:
    """It holds no more: the claim was decided anew, or somebody was wrongly named. Nobody answers for it until it is decided again."""
    step.record.decided_at = None


def charged(step: Step) -> bool:
    """Somebody was named, so that personnel has it in its register."""
    return Personal.objects.unscoped("the people of this very case").filter(share__liability_id=step.case.pk).exists()


def keepers(cases: Sequence[Case]) -> dict[int, list[Recipient]]:
    """Personnel, with the way to the register: the case itself is closed to it."""
    link = f"{settings.BASE_URL}/liability/personal"
    near = {case.pk: outbox.accounts(outbox.nearest(r.PERSONNEL, case.unit_path)) for case in cases}
    return {pk: [replace(one, link=link) for one in found] for pk, found in near.items()}


def decide(step: Step) -> None:
    """It holds from now on."""
    step.record.decided_at = step.at
