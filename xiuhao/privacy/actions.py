"""What the verbs of a request about one's own data write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiuhao.kernel import erasure, letters, outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Customer, Phone
from xiuhao.privacy import retention
from xiuhao.privacy.models import SubjectRequest


def customer(actor: Actor, pk: int) -> Customer | None:
    """A customer whom the actor may name."""
    return Customer.objects.visible_to(actor).filter(pk=pk).first()


def ask(step: Step) -> None:
    """Whose request it is: the customer's own, proven by a code, or of somebody whom staff have before them."""
    from xiuhao.privacy.process import VERIFIED

    record: SubjectRequest = step.record
    if step.actor.kind == "customer":
        own = customer(step.actor, step.actor.customer or 0) if step.actor.proven else None
        if own is None:
            raise Refused("proof_needed", {}, status=403)
        record.customer, record.proof = own, "code"
        step.go(VERIFIED)
    elif "customer" in step.context:
        record.customer = step.context["customer"]
    else:
        raise Refused("customer_missing", status=422)
    step.case.customer_id = record.customer_id
    home = record.customer.unit or Unit.objects.get(parent=None)
    if step.actor.kind == "customer":
        step.place(home)
    step.say(customer=record.customer_id, kind=record.kind)


def settled(step: Step) -> bool:
    """True unless the customer still waits for something that a deletion would take away."""
    if step.record.kind != "deletion":
        return True
    return not _cases(step.record.customer_id).filter(is_open=True).exclude(pk=step.case.pk).exists()


def _cases(of: int) -> QuerySet[Case]:
    """The cases of a person, whichever row they hang on."""
    rows = Case.objects.unscoped("of the person who asks to be forgotten")
    return rows.filter(customer_id__in=people.family([of]))


def fulfil(step: Step) -> None:
    """Tell the answer, then do what was asked: a deletion empties everything but this request itself, and what the law keeps longer,
    which the answer says and the retention chore empties when its day has come."""
    record: SubjectRequest = step.record
    if record.kind != "deletion":
        tell(step)
        return
    cases = list(_cases(record.customer_id).exclude(pk=step.case.pk).order_by("pk"))
    kept = retention.kept_until([case.pk for case in cases])
    if kept:
        _say_kept(step, {case.number: kept[case.pk] for case in cases if case.pk in kept})
    tell(step)
    erased = 0
    for case in cases:
        if case.pk in kept:
            continue
        found = erasure.forget(case, step.actor, step.case.number)
        erased += found.contents + found.fields + found.messages + found.files + found.beside
    party.erase(step.actor, record.customer_id, step.case.number)
    step.say(erased=erased)


def _say_kept(step: Step, kept: Mapping[str, date]) -> None:
    """The answer names what stays, and until when (PIPL art. 47: what a law keeps is not deleted before its time)."""
    words = _("依法须保存的服务记录 {numbers} 保留到 {until}，到期后清除。")
    said = words.format(numbers=_("、").join(kept), until=max(kept.values()).isoformat())
    step.record.answer = step.given["answer"] = f"{step.given['answer']}\n{said}"
    step.say(kept={number: day.isoformat() for number, day in kept.items()})


def tell(step: Step) -> None:
    """The answer goes to the customer's first number, as it is before anything is deleted."""
    rows = Phone.objects.unscoped("of the person who asked").filter(customer__in=people.family([step.record.customer_id]))
    first = rows.order_by("-is_primary", "pk").first()
    if first is not None:
        to = outbox.Recipient(channel="sms", address=first.number, masked=mask_phone(first.number))
        words = {"number": step.case.number, "text": step.given["answer"]}
        step.add(letters.parcel("privacy/notice/answered.txt", to, words, f"privacy:{step.case.pk}:{step.context['line']}"))


STAFF = frozenset({r.AGENT, r.LEAD, r.MANAGER, r.QUALITY})
ANSWERERS = frozenset({r.LEAD, r.MANAGER})
