"""What is done to customers: registered, amended, revealed. The organisation's own verbs stand in `organisation`, offered here too.

Writers call these inside their transaction; pages call them with the actor who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from xiuhao.kernel import letters, outbox
from xiuhao.kernel.access import Actor
from xiuhao.kernel.attempts import counting
from xiuhao.kernel.crypto import blind
from xiuhao.kernel.evidence import Evidence, LongText
from xiuhao.kernel.masking import clean_text, mask_phone, normalise_phone
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import insert
from xiuhao.kernel.time import now
from xiuhao.party import queries
from xiuhao.party.consents import agreed
from xiuhao.party.consents import line as consent_line
from xiuhao.party.erasing import erase as erase
from xiuhao.party.erasing import forget_identity as forget_identity
from xiuhao.party.keeping import by_hand
from xiuhao.party.keeping import kept_by as kept_by
from xiuhao.party.merging import merge as merge
from xiuhao.party.merging import split as split
from xiuhao.party.merging import told_why as told_why
from xiuhao.party.models import PURPOSES, Address, Consent, Contact, Customer, Email, Phone
from xiuhao.party.organisation import (
    create_unit,
    end_sessions,
    grant,
    hire,
    invite,
    issue_token,
    load_skills,
    move_unit,
    note,
    retire,
    revoke,
    revoke_token,
    set_duty,
    set_skills,
    update_staff,
    update_unit,
)
from xiuhao.party.places import Place, parse
from xiuhao.party.registering import Newcomer, address_of, phone_of, register, register_many
from xiuhao.party.revealing import REVEALED, reveal

__all__ = [
    "REVEALED", "Newcomer", "Place", "add_address", "add_email", "add_phone", "amend", "consent", "consent_line", "create_unit", "drop",
    "end_sessions", "grant", "hire", "invite", "issue_token", "load_skills", "move_unit", "note", "parse", "prefer", "prove_phone",
    "register", "register_many", "retire", "reveal", "revoke", "revoke_token", "set_duty", "set_skills", "update_staff", "update_unit",
]  # fmt: skip


def prove_phone(number: str) -> int | None:
    """Somebody has just shown that the number (E.164) is theirs: note it. The customer whom it identifies, None if there is none."""
    rows = Phone.objects.unscoped("the number itself was proven").filter(identity=queries.phone_blind(number))
    rows.update(verified_at=now())
    return rows.values_list("customer_id", flat=True).first()


def consent(actor: Actor, customer: int, purpose: str, given: bool, way: str) -> Consent:
    """Write a line of the consent ledger for a customer whom the actor reaches: staff who serve customers, or the customer themselves.

    Refused not_found (404), not_allowed (403), not_offered (422).
    """
    if actor.kind == "staff" and not actor.holds(*queries.CUSTOMER_KEEPERS):
        raise Refused("not_allowed", {}, status=403)
    if not Customer.objects.visible_to(actor).filter(pk=customer).exists():
        raise Refused("not_found", {}, status=404)
    made = consent_line(actor, customer, purpose, given, way)
    made.save(force_insert=True)
    return made


# By pages


def _keeper(actor: Actor, customer: int) -> Customer:
    """The visible customer, locked, of an actor who may edit customers."""
    if actor.kind != "system" and not actor.holds(*queries.CUSTOMER_KEEPERS):
        raise Refused("not_allowed", {}, status=403)
    found = Customer.objects.visible_to(actor).filter(pk=customer).select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


@transaction.atomic
def amend(actor: Actor, customer: int, **fields: Any) -> Customer:
    """Change name, kind, language, region, unit or notes of a customer; noted by field, not by content. Refused registered_data."""
    found = _keeper(actor, customer)
    changed = sorted(key for key, value in fields.items() if getattr(found, key) != value)
    if "name" in changed and found.name:
        by_hand(actor, found.pk)
    for key in changed:
        setattr(found, key, fields[key])
    found.name_blind = queries.name_blind(found.name)
    if changed:
        found.save()
        note(actor, "amend", f"party.customer:{found.pk}", fields=changed)
    return found


@transaction.atomic
def add_phone(actor: Actor, customer: int, text: str) -> Phone:
    """A further number. If it identifies another customer already, both share it. Refused phone_twice, phone_invalid."""
    found, number = _keeper(actor, customer), normalise_phone(text)
    rows = Phone.objects.unscoped("numbers of a customer that the actor may edit")
    made = phone_of(found, number)
    if rows.filter(customer=found, blind=made.blind).exists():
        raise Refused("phone_twice", {}, status=422)
    made.is_primary = not rows.filter(customer=found).exists()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        made.identity = None
        made.save()
    note(actor, "add_phone", f"party.customer:{found.pk}", phone=made.pk, shared=made.identity is None)
    return made


@transaction.atomic
def add_address(actor: Actor, customer: int, place: Place) -> Address:
    """A further address. Refused address_empty, address_twice."""
    found = _keeper(actor, customer)
    if not place:
        raise Refused("address_empty", {}, status=422)
    rows = Address.objects.unscoped("addresses of a customer that the actor may edit").filter(customer=found)
    made = address_of(found, place)
    if rows.filter(blind=made.blind).exists():
        raise Refused("address_twice", {}, status=422)
    made.is_primary = not rows.exists()
    made.save()
    note(actor, "add_address", f"party.customer:{found.pk}", address=made.pk)
    return made


@transaction.atomic
def add_email(actor: Actor, customer: int, text: str) -> Email:
    """A further mail address. Refused email_invalid, email_twice."""
    found, address = _keeper(actor, customer), clean_text(text, 200).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("email_invalid", {}, status=422) from None
    hashed = blind(address, where="party_email.address")
    rows = Email.objects.unscoped("mails of a customer that the actor may edit").filter(customer=found)
    if rows.filter(blind=hashed).exists():
        raise Refused("email_twice", {}, status=422)
    made = Email(customer=found, address=address, blind=hashed, is_primary=not rows.exists())
    made.save()
    note(actor, "add_email", f"party.customer:{found.pk}", email=made.pk)
    return made


@transaction.atomic
def add_contact(actor: Actor, customer: int, name: str, post: str = "", phone: int | None = None) -> Contact:
    """Somebody whom one speaks to at a company or in a household; `phone` is one of the customer's numbers. Refused name_missing."""
    found, called = _keeper(actor, customer), clean_text(name, 60)
    if not called:
        raise Refused("name_missing", {}, status=422)
    if (
        phone is not None
        and not Phone.objects.unscoped("numbers of a customer that the actor may edit").filter(customer=found, pk=phone).exists()
    ):
        raise Refused("not_found", {}, status=404)
    made = Contact(customer=found, name=called, post=clean_text(post, 40), phone_id=phone)
    made.save()
    note(actor, "add_contact", f"party.customer:{found.pk}", contact=made.pk)
    return made


LONGEST = 300  # characters of a text message
said: Callable[[str, Any, int], Evidence] = lambda key, label, longest: LongText(key=key, label=label, longest=longest)  # noqa: E731
_judge: Callable[[Actor, str], None] = lambda actor, text: None  # noqa: E731  # wording stands above and says both by `words_by`


def words_by(element: Callable[[str, Any, int], Evidence], judge: Callable[[Actor, str], None]) -> None:
    """Say as which evidence a text to a customer is asked for, and what refuses one that may not go out."""
    global said, _judge
    said, _judge = element, judge


def write(actor: Actor, customer: int, purpose: str, text: str) -> None:
    """Send the customer's first number a message for a purpose: service, or one that they have agreed to (YD-3.7).

    Refused no_consent (403), no_number (409), words_… (409) for what may not be said, and as for any edit. Whoever takes consent back
    before it is sent is not written to.
    """
    with counting("party", "write", actor), transaction.atomic():
        found = _keeper(actor, customer)
        if not agreed(found.pk, purpose):
            raise Refused("no_consent", {"purpose": dict(PURPOSES).get(purpose, purpose)}, status=403, clauses=("YD-3.7",))
        first = Phone.objects.unscoped("of a customer that the actor may edit").filter(customer=found).order_by("-is_primary", "pk").first()
        if first is None:
            raise Refused("no_number")
        to = outbox.Recipient(channel="sms", address=first.number, masked=mask_phone(first.number))
        words = {"text": clean_text(text, LONGEST, lines=True)}
        _judge(actor, words["text"])
        insert([letters.parcel("party/notice/message.txt", to, words, f"write:{uuid4().hex}", purpose, found.pk)])
        note(actor, "write", f"party.customer:{found.pk}", purpose=purpose)


PARTS: dict[str, Any] = {"phone": Phone, "address": Address, "email": Email}
DROPPED: dict[str, Any] = {**PARTS, "contact": Contact}


def _part(actor: Actor, customer: int, part: str, pk: int) -> tuple[Customer, Any, Any]:
    found = _keeper(actor, customer)
    rows = DROPPED[part].objects.unscoped("a part of a customer that the actor may edit").filter(customer=found)
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    return found, rows, row


@transaction.atomic
def prefer(actor: Actor, customer: int, part: str, pk: int) -> None:
    """Make a phone, address or email the first one of its customer."""
    found, rows, row = _part(actor, customer, part, pk)
    rows.filter(is_primary=True).update(is_primary=False)
    rows.filter(pk=row.pk).update(is_primary=True)
    note(actor, "prefer", f"party.customer:{found.pk}", part=part, id=pk)


@transaction.atomic
def drop(actor: Actor, customer: int, part: str, pk: int) -> None:
    """Take a phone, address or email away. Refused last_phone: a customer is known by a number; registered_data."""
    found, rows, row = _part(actor, customer, part, pk)
    if part == "phone":
        by_hand(actor, found.pk, pk)
    if part == "phone" and rows.count() == 1:
        raise Refused("last_phone", {}, status=409)
    row.delete()
    if part == "phone" and row.identity:
        shared = Phone.objects.unscoped("who shares the number is known by it from now on")
        if heir := shared.filter(blind=row.blind, customer__merged_into=None).order_by("pk").first():
            Phone.objects.unscoped("the same").filter(pk=heir.pk).update(identity=row.blind)
    if part in PARTS and row.is_primary and (next_one := rows.order_by("pk").first()):
        rows.filter(pk=next_one.pk).update(is_primary=True)
    note(actor, "drop", f"party.customer:{found.pk}", part=part, id=pk)
