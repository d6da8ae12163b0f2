"""The customer's tracking link: unguessable, kept as a hash, ends, can be revoked, and can be written again into a later message."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from django.conf import settings

from xiuhao.kernel import outbox
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Case
from xiuhao.kernel.roles import CUSTOMER
from xiuhao.kernel.time import now
from xiuhao.ticket.models import Ticket

DAYS = 180
TICKET = "ticket"


def token(case: Case) -> str:
    """The raw token of a case: 144 bits of a keyed hash, so that it need not be stored to be sent again."""
    raw = hmac.digest(settings.SECRET_KEY.encode(), f"ticket.track:{case.pk}:{case.number}".encode(), "sha256")
    return urlsafe_b64encode(raw[:18]).decode()


def digest(raw: str) -> bytes:
    """The hash by which a link is found."""
    return hashlib.sha256(raw.encode()).digest()


def customer_of(raw: str) -> Actor | None:
    """Who holds this link: a customer who may see one case and, until a code has proven it, do nothing. None for any other token."""
    found = Ticket.objects.filter(track_digest=digest(raw[:64]), track_until__gt=now()).values_list("case_id", flat=True)
    case = next(iter(found), None)
    # No verb at all: the engine itself refuses whoever has only the link, however they reach it (T3).
    return None if case is None else Actor(kind="customer", cases=frozenset({case}), verbs=frozenset())


def url(record: Ticket) -> str:
    """The customer's link to a ticket, to be handed on; empty once it has ended or was revoked."""
    live = record.track_until is not None and record.track_until > now()
    return f"{settings.BASE_URL}/portal/track/{token(record.case)}" if live else ""


def customer(case: Case) -> list[outbox.Recipient]:
    """Who is told when the customer is: the case's own contact, by text message, with the tracking link. Nobody while the number
    was only typed by a stranger (P5, P6)."""
    if case.process != TICKET or case.customer_id is None:
        return []
    record = Ticket.objects.get(pk=case.pk)
    if not record.contact_phone:
        return []
    record.case = case
    phone = record.contact_phone
    return [outbox.Recipient(channel="sms", address=phone, masked=mask_phone(phone), link=url(record))]


outbox.reach(CUSTOMER, customer)
