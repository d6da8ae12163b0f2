"""What filing writes: the form, a new form with the old attached, the number in the ledger, where the sample is."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from uuid import NAMESPACE_OID, uuid5

from xiuhao.accounts import actions as accounts
from xiuhao.claim.elements import CLOSED, LEDGER
from xiuhao.claim.models import Claim
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import numbering
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.step import Step

CENT = Decimal("0.01")
COPIED = (
    "complaint_id", "order_no", "part_no", "ship_date", "quantity", "in_process", "defect_quantity", "price", "demand", "advice", "market",
    "region", "sample", "sample_place", "sample_with",
)  # fmt: skip


def complaint_of(step: Step) -> Complaint:
    """The complaint that a claim is about, also of one that is only being filed. One statement a birth."""
    if step.before:
        return step.record.complaint  # type: ignore[no-any-return]
    if "complaint" not in step.context:
        parent = step.context["parent"]
        old = previous(step) if parent.process == step.process.key else None  # else it is the complaint itself
        step.context["complaint"] = old.complaint if old else Complaint.objects.select_related("case").get(pk=parent.pk)
    return step.context["complaint"]  # type: ignore[no-any-return]


def old_form(step: Step) -> Case | None:
    """The form whose outcome the customer has rejected: what the new one is born of, or what it names."""
    parent: Case = step.context["parent"]
    return parent if parent.process == step.process.key else step.context.get("old")


def previous(step: Step) -> Claim:
    """What stands on that form."""
    if "previous" not in step.context:
        old = old_form(step)
        assert old is not None
        step.context["previous"] = Claim.objects.select_related("case", "complaint__case").get(pk=old.pk)
    return step.context["previous"]  # type: ignore[no-any-return]


def gather_named(steps: list[Step]) -> None:
    """The same of forms that new ones only name, since the complaint of the old one is over."""
    for step in steps:
        if number := step.given["replaces"]:
            rows = Case.objects.of(step.process.key, step.actor).filter(number=number)
            step.context["old"] = rows.select_for_update(of=("self",)).first()


def theirs(step: Step) -> bool:
    """The form that is named is there, and of the same customer."""
    old = old_form(step)
    return old is not None and old.customer_id == step.context["parent"].customer_id


def offers(step: Step) -> Options:
    """Decided forms of the customer of the complaint."""
    parent = step.context.get("parent") or step.case
    if parent is None or parent.customer_id is None:
        return ()
    rows = Case.objects.of("claim", step.actor).filter(customer_id=parent.customer_id, state=CLOSED.key).order_by("-pk")
    return tuple((case.number, f"{case.number} {case.title}") for case in rows[:20])


def gather(steps: list[Step]) -> None:
    """The old forms, locked, so that none is carried out, and no second new one filed, while a new one is born of it."""
    for step in sorted(steps, key=lambda one: one.context["parent"].pk):
        rows = Case.objects.visible_to(step.actor).filter(pk=step.context["parent"].pk)
        step.context["parent"] = rows.select_for_update(of=("self",)).get()


def submit(step: Step) -> None:
    """The form of a complaint."""
    record: Claim = step.record
    record.complaint = complaint_of(step)
    record.region = Unit.objects.values_list("region", flat=True).get(pk=step.case.unit_id)
    if old := old_form(step):
        record.previous = previous(step)
        step.link(old.pk, step.process.key)
        step.say(previous=old.number)


def resubmit(step: Step) -> None:
    """A new form with the old attached: what is not said anew is as it was (CS5-9.12)."""
    record: Claim = step.record
    old = previous(step)
    for name in COPIED:
        if step.given.get(name) in (None, "", (), [], False):
            setattr(record, name, getattr(old, name))
    if step.given["quantity"] is not None:
        record.in_process = False
    record.previous = old
    step.link(old.complaint_id, step.process.key)
    step.say(previous=step.context["parent"].number)


def register(step: Step) -> None:
    """The number of the month, taken as late as a step can: nobody else waits for it longer than the writing of this one."""
    record: Claim = step.record
    (record.ledger_no,) = numbering.take(LEDGER, 1, step.at)
    record.registered_at = step.at
    step.say(ledger_no=record.ledger_no)
    disputed(step)


def receivable(record: Claim) -> Decimal:
    """What the customer owes for the goods of the claim: of as many as are known to be bad, while the quantity is open."""
    return (record.price * (record.quantity or record.defect_quantity or 0)).quantize(CENT, ROUND_HALF_UP)


def disputed(step: Step) -> None:
    """From now on the receivable of these goods is held up: it leaves the base of the collection rate (CS5-13.7)."""
    record: Claim = step.record
    amount = receivable(record)
    if amount <= 0:
        return
    accounts.hold(
        case=step.case.pk, amount=amount, part_no=record.part_no, customer=step.case.customer_id,
        key=uuid5(NAMESPACE_OID, f"claim {step.case.pk} disputed {step.case.chain_length}"),
    )  # fmt: skip


def undisputed(step: Step) -> None:
    """The claim is over: what it held up is due like any other."""
    accounts.release(case=step.case.pk)


def fill_quantity(step: Step) -> None:
    """The customer has finished processing: the quantity is known."""
    step.record.in_process = False
    if step.record.registered_at:
        undisputed(step)
        disputed(step)
    step.say(quantity=str(step.given["quantity"]))


def move_sample(step: Step) -> None:
    """Where the sample is from now on, and who has it."""
    step.say(place=step.given["sample_place"], holder=step.given["sample_with"])
