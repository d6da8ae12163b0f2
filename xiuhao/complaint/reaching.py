"""Who the customer of a complaint is when they are told something: the ticket's, with its link; else the number that was given."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from xiuhao.complaint.models import Complaint
from xiuhao.complaint.queries import KIND
from xiuhao.kernel import outbox
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.roles import CUSTOMER
from xiuhao.ticket import queries as tickets


def customers(cases: Sequence[Case]) -> dict[int, list[outbox.Recipient]]:
    """As for tickets; of what hangs on no ticket, the contact of the complaint that it is or was born on. Nobody where none is known."""
    found = tickets.customers(cases)
    told = {case.pk: case.pk for case in cases if case.pk not in found and case.customer_id is not None}
    above = Link.objects.filter(child_id__in=told, parent__process=KIND, kind=F("child__process")) if told else ()
    told |= {link.child_id: link.parent_id for link in above}
    rows = Complaint.objects.filter(pk__in=set(told.values())) if told else ()
    phones = {row.pk: row.contact_phone for row in rows if row.contact_phone}
    more = {pk: [_recipient(phones[complaint])] for pk, complaint in told.items() if complaint in phones}
    return {**found, **more}


def _recipient(phone: str) -> outbox.Recipient:
    return outbox.Recipient(channel="sms", address=phone, masked=mask_phone(phone))


outbox.reach(CUSTOMER, customers)
