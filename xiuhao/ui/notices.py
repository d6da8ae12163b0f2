"""The notices of an account, as its inbox shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseRedirect

from xiuhao.kernel import letters
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Message
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import bulk, exports
from xiuhao.ui.desk import case_url

TELLINGS = (bulk.TELLING, exports.TELLING)


@dataclass
class Notice:
    """A message with its subject, which is its text where it has none."""

    message: Message
    subject: str


def latest(actor: Actor, most: int) -> list[Notice]:
    """The newest notices of this account, read or not."""
    rows = list(letters.inbox(actor)[:most])
    said = letters.subjects(rows, actor)
    for telling in TELLINGS:
        said |= telling.subjects(rows, actor)
    return [Notice(row, said.get(row.pk) or row.subject or letters.text_of(row)) for row in rows]


def open_one(actor: Actor, pk: int) -> HttpResponseRedirect:
    """To what a notice is about (its case, a bulk run's report, an export), and it counts as read.

    Raises Refused not_found (404) for another's."""
    row = letters.inbox(actor).filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {"number": str(pk)}, status=404)
    letters.mark_read(actor, [pk])
    if row.case:
        return HttpResponseRedirect(case_url(row.case))
    pages = [telling.url(run) for telling in TELLINGS if (run := telling.run_of(row.effect_key))]
    return HttpResponseRedirect(pages[0] if pages else "/inbox")
