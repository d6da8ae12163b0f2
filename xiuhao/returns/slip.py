"""What the verbs of the factory's slip write: made of the claim's decision, approved, received, matched and booked, resold."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from xiuhao.accounts import actions as accounts
from xiuhao.claim import queries as claims
from xiuhao.claim.models import Claim
from xiuhao.kernel import outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Account, Case, CaseAsk, Link, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, zone
from xiuhao.returns import queries, tables
from xiuhao.returns.match import CENT, Match, loss_of, match
from xiuhao.returns.models import Return

RETURNING = claims.RETURNING


def gather(steps: list[Step]) -> None:
    """The claims, locked so that nothing is decided anew, and no second slip is made, meanwhile."""
    ids = {step.context["parent"].pk for step in steps}
    rows = Case.objects.unscoped("claims that the engine has looked up for the actor").filter(pk__in=ids).order_by("pk")
    cases = {case.pk: case for case in rows.select_for_update(of=("self",))}
    found = Claim.objects.in_bulk(ids)
    for step in steps:
        pk = step.context["parent"].pk
        step.context |= {"parent": cases[pk], "claim": found[pk]}


def under_claim(steps: list[Step]) -> None:
    """The same for slips that exist: nothing is decided anew while one is approved, taken in or booked."""
    ids = {step.record.claim_id for step in steps if step.record.claim_id}
    rows = Case.objects.unscoped("claims of slips that the engine has looked up for the actor").filter(pk__in=ids).order_by("pk")
    cases = {case.pk: case for case in rows.select_for_update(of=("self",))}
    found = Claim.objects.in_bulk(ids)
    for step in steps:
        if pk := step.record.claim_id:
            step.context |= {"parent": cases[pk], "claim": found[pk]}


def in_force(step: Step) -> bool:
    """What the claim decides is still what the slip was made for: in force, goods come back in the same way, in the same quantity.

    What was approved beyond it (CS5-13.5) counts as long as the claim has not been decided anew since.
    """
    record: Return = step.record
    claim: Claim = step.context["claim"]
    if step.context["parent"].state not in ("decided", "closed") or claim.outcome != record.kind or claims.renewed(claim.pk):
        return False
    if claim.approved_quantity is None or claim.approved_quantity == record.approved:
        return True
    beyond = step.asked("overage", "agreed")
    anew = CaseAsk.objects.filter(case=step.context["parent"], key="decision", outcome="agreed").order_by("pk").last()
    return bool(beyond) and (anew is None or anew.asked_at < beyond[0].asked_at)


def not_received(step: Step) -> bool:
    """No goods are here yet; or they are, and the claim does not want them any more, so that they go back to the customer."""
    return step.record.actual is None or not in_force(step)


def cancel(step: Step) -> None:
    """Nobody is waited for any more."""
    for ask in step.asks:
        if ask.outcome == "":
            ask.outcome = "void"


def decided(step: Step) -> bool:
    """The claim is decided, and goods come back by it."""
    claim: Claim = step.context["claim"]
    return bool(step.context["parent"].state == "decided" and claim.outcome in RETURNING and not claims.renewed(claim.pk))


def only(step: Step) -> bool:
    """A claim has one slip; another only when the first was withdrawn."""
    children = Link.objects.filter(parent=step.context["parent"], kind="returns").exclude(child__state="withdrawn")
    return not children.exists()


def make(step: Step) -> None:
    """The slip with reason, method and basis, by what the claim decided (CS5-13.2). Refused quantity_missing, beyond_issued,
    beyond_approved (422)."""
    record: Return = step.record
    claim: Claim = step.context["claim"]
    record.way, record.kind, record.claim = "slip", claim.outcome, step.context["parent"]
    record.order_no, record.part_no, record.price = claim.order_no[:60], claim.part_no[:60], claim.price
    record.region, record.applied_by = claim.region, step.actor.id
    record.approved = claim.approved_quantity
    record.unknown = bool(claim.in_process) and step.given["quantity"] is None and record.approved is None
    _measure(record, step.given["quantity"] if step.given["quantity"] is not None else record.approved)
    if (unit := step.context.get("warehouse") or _gate(step)) is not None:
        step.place(unit)
    step.own(Account.objects.get(pk=step.actor.account))
    step.say(claim=step.context["parent"].number, kind=record.kind, quantity=_said(record.quantity))


def _gate(step: Step) -> Unit | None:
    """Where goods are taken in: here, if a warehouse is here or above; else at the first unit that has one."""
    if outbox.nearest(r.WAREHOUSE, step.case.unit_path):
        return None
    return queries.with_gates().first()


def _measure(record: Return, quantity: Decimal | None) -> None:
    """How many, within what was issued and approved, and what they are worth."""
    if quantity is None and not record.unknown:
        raise Refused("quantity_missing", {}, status=422)
    if quantity is not None and record.issued is not None and quantity > record.issued:
        raise Refused("beyond_issued", {"quantity": _said(quantity), "issued": _said(record.issued)}, status=422)
    if quantity is not None and record.approved is not None and quantity > record.approved:
        raise Refused("beyond_approved", {"quantity": _said(quantity), "approved": _said(record.approved)}, status=422)
    record.quantity = quantity
    worth = None if quantity is None or record.price is None else quantity * record.price
    record.amount = None if worth is None else worth.quantize(CENT, ROUND_HALF_UP)


def revise(step: Step) -> None:
    """The slip anew; asked for again."""
    _measure(step.record, step.given["quantity"] if step.given["quantity"] is not None else step.record.quantity)
    step.say(quantity=_said(step.record.quantity))


def fill(step: Step) -> None:
    """How many there are, now that the customer has used the rest; what was agreed to without a number is asked for anew."""
    from xiuhao.returns.elements import SLIP

    record: Return = step.record
    record.unknown = False
    _measure(record, step.given["quantity"])
    if not step.asked("slip", ""):
        step.ask(SLIP)
    step.say(quantity=_said(record.quantity))


def endorse(step: Step) -> None:
    """Approved: where the claim gave no quantity, that of the slip is what was approved."""
    if step.record.approved is None:
        step.record.approved = step.record.quantity


# At the gate


def _issued(record: Return, quantity: Decimal) -> None:
    if record.issued is not None and quantity > record.issued:
        raise Refused("beyond_issued", {"quantity": _said(quantity), "issued": _said(record.issued)}, status=422)


def receive(step: Step) -> None:
    """Counted against the slip: as it says, it is signed for; else it is asked first (CS5-13.4). Refused beyond_issued (422)."""
    from xiuhao.returns.elements import DIFFERENCE, DIFFERS

    record: Return = step.record
    assert record.counted is not None
    _issued(record, record.counted)
    step.say(slip=_said(record.quantity), counted=_said(record.counted))
    if record.counted == record.quantity:
        _sign(step, record.counted)
        return
    step.ask(DIFFERENCE)
    step.go(DIFFERS)


def sign(step: Step) -> None:
    """Signed for at the actual, once the answer is there. Refused count_changed (422): it is no longer what was asked about."""
    record: Return = step.record
    if step.given["actual"] != record.counted:
        raise Refused("count_changed", {"counted": _said(record.counted), "actual": _said(step.given["actual"])}, status=422)
    _sign(step, step.given["actual"])


def _sign(step: Step, quantity: Decimal) -> None:
    record: Return = step.record
    record.actual, record.received_at = quantity, step.at
    record.received_by = Account.objects.get(pk=step.actor.account)
    step.say(actual=_said(quantity))


def turn_away(step: Step) -> None:
    """Not taken in: it goes back, and is counted anew when it comes again."""
    step.record.counted = None


# In the books


def proven(step: Step) -> bool:
    """One of the three proofs of return is there, with its file (CS5-13.8)."""
    return bool(step.record.proof)


def agrees(step: Step) -> bool:
    """Accounting's own figure is what the warehouse signed for, and the slip does not exceed what was approved (CS5-13.4)."""
    record: Return = step.record
    return step.given["checked"] == record.actual and match(record.approved, record.quantity, record.actual).outcome != "slip"


def figures(step: Step) -> Mapping[str, Any]:
    """The three quantities, and accounting's."""
    record: Return = step.record
    told = {"approved": record.approved, "slip": record.quantity, "actual": record.actual, "checked": step.given.get("checked")}
    return {key: _said(value) for key, value in told.items()}


def matched(step: Step) -> Match:
    """The three quantities by the tolerance of the customer, else of the company."""
    record: Return = step.record
    rate, row = tables.tolerance({"customer": step.case.customer_id, "part_no": record.part_no}, step.at)
    found = match(record.approved, record.quantity, record.actual, rate)
    if row and found.differs:
        step.obey(row)
    return found


def book(step: Step) -> None:
    """Booked at what came back; beyond the tolerance back to approval (CS5-13.5)."""
    from xiuhao.returns.elements import OVER, OVERAGE, REWORKING

    record: Return = step.record
    found = matched(step)
    step.say(match=found.outcome, approved=_said(record.approved), actual=_said(record.actual))
    if found.booked is None:
        step.ask(OVERAGE)
        step.go(OVER)
        return
    record.booked, record.booked_at = found.booked, step.at
    if record.kind == "rework":
        step.go(REWORKING)
    else:
        record.resale_until = months_later(step.at, tables.months(record.method, step.at))
    if record.kind == "return" and record.worth:
        _post(step, "return", record.worth, red=bool(record.red_invoice))
    if record.kind != "rework" and record.cost:
        _post(step, "return_cost", record.cost)


def _post(step: Step, purpose: str, amount: Decimal, *, red: bool = False) -> None:
    """One voucher a purpose: its key is the case's, so that nothing is booked twice (S7)."""
    record: Return = step.record
    entries = accounts.entries_for(purpose, amount, red=red, part_no=record.part_no, customer=step.case.customer_id)
    with accounts.in_the_books_language():
        text = f"{step.case.number} {record.get_kind_display()} {record.part_no}"
    voucher = accounts.post(
        key=key_of(step.case.pk, purpose), day=local(step.at).date(), text=text, entries=entries, case=step.case.pk, by=step.actor,
    )  # fmt: skip
    record.voucher = "、".join(filter(None, (record.voucher, voucher.number)))[:40]
    step.say(voucher=record.voucher, **({} if purpose == "return_cost" else {"amount": str(amount)}))


def key_of(case: int, purpose: str) -> UUID:
    """The key of the voucher of a case for a purpose."""
    return uuid5(NAMESPACE_OID, f"returns {case} {purpose}")


def accept_over(step: Step) -> None:
    """More is approved: what came."""
    step.record.approved = step.record.actual


def reject_over(step: Step) -> None:
    """No more is approved: the surplus goes back to the customer, and the warehouse counts and signs anew for what is left."""
    record: Return = step.record
    step.say(surplus=_said(record.actual - record.approved) if record.actual is not None and record.approved is not None else "")
    record.counted, record.actual = record.approved, None


def resold(step: Step) -> None:
    """Sold again: the loss is what is missing to the price of grade A."""
    record: Return = step.record
    record.resale, record.ended = step.given["resale"], "resold"
    record.loss = loss_of(record.booked or Decimal(0), record.price or Decimal(0), step.given["resale"])
    step.say(loss=str(record.loss))
    _write_down(step, "resale_loss", (record.cost or Decimal(0)) - step.given["resale"])


def month_over(step: Step) -> bool:
    """The time in which it may be resold is over."""
    return step.record.resale_until is not None and step.record.resale_until <= step.at


def write_off(step: Step) -> None:
    """Not sold in time: the actual loss is known."""
    step.record.ended = "written_off"
    step.say(loss=str(step.given["loss"]))
    _write_down(step, "write_off", step.given["loss"])


def _write_down(step: Step, purpose: str, lost: Decimal) -> None:
    """What the stock is worth less than it stands in the books at, never more than that. What is lost against the price of grade A
    beyond it is no entry: that revenue was taken back when the goods were."""
    amount = min(lost, step.record.cost or Decimal(0))
    if amount > 0:
        _post(step, purpose, amount)


def reworked(step: Step) -> None:
    """Processed anew: what it cost is the loss."""
    record: Return = step.record
    record.ended = "reworked"
    step.say(loss=str(record.loss))
    if record.loss:
        _post(step, "rework", record.loss)


def months_later(at: datetime, months: int) -> datetime:
    """The end of the same day so many months later, in the installation's zone; of the month's last day where there is no such."""
    day = local(at)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = min(day.day, monthrange(year, month + 1)[1])
    return datetime(year, month + 1, last, tzinfo=zone()) + timedelta(days=1)


def _said(quantity: Decimal | None) -> str:
    """A quantity without zeros that say nothing; "" of none."""
    return "" if quantity is None else f"{quantity.normalize():f}"
