"""The customer's tracking link: unguessable, kept as a hash, ends, can be revoked, and can be written again into a later message."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from xiuhao.kernel import joined, outbox
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.roles import CUSTOMER
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.ticket.models import Ticket

DAYS = 180
TICKET = "ticket"
MERGED = "merged"  # state of a ticket that leads on to another, and kind of the link to it


def token(case: Case, turn: int | None = None) -> str:
    """The raw token of a case: 144 bits of a keyed hash, so that it need not be stored to be sent again. `turn` is how often the link was
    renewed; left out it is read, in one statement."""
    if turn is None:
        turn = Ticket.objects.filter(pk=case.pk).values_list("track_turn", flat=True).first() or 0
    named = f"ticket.track:{case.pk}:{case.number}{f':{turn}' if turn else ''}"
    return urlsafe_b64encode(hmac.digest(settings.SECRET_KEY.encode(), named.encode(), "sha256")[:18]).decode()


def give(step: Step) -> None:
    """The customer's link to follow the case by."""
    record: Ticket = step.record
    record.track_digest = digest(token(step.case, record.track_turn))
    record.track_until = step.at + timedelta(days=DAYS)


def renew(step: Step) -> None:
    """The number was wrong: who has the link that was sent there sees no more by it. One that was revoked stays so."""
    step.record.track_turn += 1
    if step.record.track_until is not None:
        give(step)


def renewed(step: Step) -> bool:
    """For notices: true if there is a new link, and somebody to send it to."""
    was = step.context.get("was", {})
    return reachable(step) and step.record.track_turn != was.get("track_turn", step.record.track_turn)


def digest(raw: str) -> bytes:
    """The hash by which a link is found."""
    return hashlib.sha256(raw.encode()).digest()


def customer_of(raw: str) -> Actor | None:
    """Who holds this link: a customer who may see one case (where a merged one leads) and, until a code has proven it, do nothing.
    None for any other token."""
    found = Ticket.objects.filter(track_digest=digest(raw[:64]), track_until__gt=now()).values_list("case_id", "case__state")
    case, state = next(iter(found), (None, ""))
    if case is not None and state == MERGED:
        case = joined.ends([case], MERGED)[case]
    # No verb at all: the engine itself refuses whoever has only the link, however they reach it (T3).
    return None if case is None else Actor(kind="customer", cases=frozenset({case}), verbs=frozenset())


def url(record: Ticket) -> str:
    """The customer's link to a ticket, to be handed on; empty once it has ended or was revoked."""
    return _url(record.case, record.track_turn, record.track_until)


def _url(case: Case, turn: int, until: datetime | None) -> str:
    return f"{settings.BASE_URL}/portal/track/{token(case, turn)}" if until is not None and until > now() else ""


def customers(cases: Sequence[Case]) -> dict[int, list[outbox.Recipient]]:
    """Who is told when the customer is: the case's own contact, by text message, with the tracking link. Nobody while the number
    was only typed by a stranger (P5, P6). What was born on a ticket is its customer's too. One statement, two where there is such."""
    told = {case.pk: case.pk for case in cases if case.process == TICKET and case.customer_id is not None}
    told |= _of_ticket([case.pk for case in cases if case.process != TICKET and case.customer_id is not None])
    rows = Ticket.objects.filter(pk__in=set(told.values()), case__customer_id__isnull=False).select_related("case")
    by = {row.pk: row for row in rows.only("contact_phone", "track_until", "track_turn", "case__number") if row.contact_phone}
    return {pk: [_recipient(by[ticket])] for pk, ticket in told.items() if ticket in by}


def _of_ticket(cases: Sequence[int]) -> dict[int, int]:
    """Case → the ticket on which it was born: its customer is the ticket's. One statement where there are any."""
    rows = Link.objects.filter(child_id__in=cases, parent__process=TICKET, kind=F("child__process"))
    return dict(rows.values_list("child_id", "parent_id")) if cases else {}


def _recipient(ticket: Ticket) -> outbox.Recipient:
    phone = ticket.contact_phone
    return outbox.Recipient(channel="sms", address=phone, masked=mask_phone(phone), link=url(ticket))


outbox.reach(CUSTOMER, customers)


def reachable(step: Step) -> bool:
    """For notices to the customer: true if there is a number to which `customers` would write."""
    return step.case.customer_id is not None and bool(step.record.contact_phone)
