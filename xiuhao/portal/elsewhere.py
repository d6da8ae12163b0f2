"""What else was born of a request, as its customer sees it: each public step of a process that has no page of its own here, with what
was written to them. So is true, without further code, what its dialog says: the customer sees this step."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from xiuhao.kernel import registry
from xiuhao.kernel.discretion import spoken
from xiuhao.kernel.models import Case, Journal, Link
from xiuhao.kernel.words import _ as gettext_lazy

APART = ("ticket", "work", "returns")  # told in words of their own
MOST = 60
SAID = {
    ("complaint", "inform"): gettext_lazy("告知您投诉的进展"),
    ("complaint", "offer"): gettext_lazy("就您的投诉提出了解决方案"),
    ("complaint", "relay"): gettext_lazy("就您的投诉给您来信或来电"),
}


def of(ticket: Case) -> list[Journal]:
    """The public steps of what was born on a ticket, for the customer who has proven to be its own; latest first. One statement."""
    theirs = Q(child__customer_id=ticket.customer_id) | Q(child__customer_id=None)  # or nobody's, born before the number was proven
    born = Link.objects.filter(theirs, parent=ticket).exclude(child__process__in=APART).values("child_id")
    return list(Journal.objects.filter(case_id__in=born, public=True).order_by("-occurred_at")[:MOST])


def sentence(line: Journal) -> str:
    """What happened, as the process calls it where nothing better is said here."""
    process = registry.process(line.process)
    known = SAID.get((line.process, line.verb))
    return str(known) if known else _("{process}：{step}").format(process=process.label, step=process.verb(line.verb).label)


def text(line: Journal, texts: Mapping[str, str | None]) -> str:
    """What was written to the customer: the evidence called `text`, unless it is the house's own."""
    return "" if "text" in registry.process(line.process).ours(line.verb) else spoken(texts.get("text") or "")
