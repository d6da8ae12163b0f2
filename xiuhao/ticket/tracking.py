"""The customer's tracking link: unguessable, kept as a hash, ends, can be revoked, and can be written again into a later message."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime

from django.conf import settings

from xiuhao.kernel import outbox
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Case
from xiuhao.kernel.roles import CUSTOMER
from xiuhao.kernel.time import now
from xiuhao.ticket.models import Ticket, TrackingLink

DAYS = 180
TICKET = "ticket"


def token(case: Case) -> str:
    """The raw token of a case: 144 bits of a keyed hash, so that it need not be stored to be sent again."""
    raw = hmac.digest(settings.SECRET_KEY.encode(), f"ticket.track:{case.pk}:{case.number}".encode(), "sha256")
    return urlsafe_b64encode(raw[:18]).decode()


def digest(raw: str) -> bytes:
    return hashlib.sha256(raw.encode()).digest()


def link(case: Case, until: datetime) -> TrackingLink:
    """A link for a new case, not yet saved."""
    return TrackingLink(case=case, digest=digest(token(case)), expires_at=until)


def customer_of(raw: str) -> Actor | None:
    """Who holds this link: a customer who may see one case and, until a code has proven it, do nothing. None for any other token."""
    found = TrackingLink.objects.filter(digest=digest(raw[:64]), revoked_at=None, expires_at__gt=now()).values_list("case_id", flat=True)
    case = next(iter(found), None)
    return None if case is None else Actor(kind="customer", cases=frozenset({case}), name="")


def customer(case: Case) -> list[outbox.Recipient]:
    """Who is told when the customer is: the case's own contact, by text message, with the tracking link."""
    if case.process != TICKET:
        return []
    record = Ticket.objects.get(pk=case.pk)
    if not record.contact_phone:
        return []
    link = f"{settings.BASE_URL}/portal/track/{token(case)}"
    told = outbox.Recipient(channel="sms", address=record.contact_phone, masked=mask_phone(record.contact_phone), link=link)
    return [told]


outbox.reach(CUSTOMER, customer)
