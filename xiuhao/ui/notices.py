"""The notices of an account, as its inbox shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseRedirect

from xiuhao.kernel import letters
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Message
from xiuhao.kernel.refusal import Refused


@dataclass
class Notice:
    """A message with its text."""

    message: Message
    text: str


def latest(actor: Actor, most: int) -> list[Notice]:
    """The newest notices of this account, read or not."""
    return [Notice(row, letters.text_of(row)) for row in letters.inbox(actor)[:most]]


def open_one(actor: Actor, pk: int) -> HttpResponseRedirect:
    """To the case of a notice, which then counts as read. Raises Refused not_found (404) for another's."""
    row = letters.inbox(actor).filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {"number": str(pk)}, status=404)
    letters.mark_read(actor, [pk])
    return HttpResponseRedirect(f"/c/{row.case.process}/{row.case.number}/" if row.case else "/inbox")
