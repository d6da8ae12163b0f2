"""The notices of an account, as its inbox shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseRedirect

from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import unseal
from xiuhao.kernel.models import Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

__all__ = ["Notice", "latest", "now", "open_one"]
PLACE = "kernel_message.sealed"


@dataclass
class Notice:
    """A message with its text."""

    message: Message
    text: str


def latest(actor: Actor, most: int) -> list[Notice]:
    """The newest notices of this account, read or not."""
    rows = Message.objects.filter(to_account_id=actor.id, channel="inbox").select_related("case").order_by("-pk")[:most]
    return [Notice(row, unseal(row.sealed, where=PLACE) if row.sealed else "") for row in rows]


def open_one(actor: Actor, pk: int) -> HttpResponseRedirect:
    """To the case of a notice, which then counts as read. Raises Refused not_found (404) for another's."""
    row = Message.objects.filter(to_account_id=actor.id, channel="inbox", pk=pk).select_related("case").first()
    if row is None:
        raise Refused("not_found", {"number": str(pk)}, status=404)
    if row.read_at is None:
        Message.objects.filter(pk=row.pk).update(read_at=now())
    return HttpResponseRedirect(f"/c/{row.case.process}/{row.case.number}/" if row.case else "/inbox")
