"""What learning gets of tickets: texts with what people decided of them in the end; and what it gives back at intake and on the case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.learning import actions, queries
from xiuhao.learning.models import SENTIMENTS, SUBJECTS
from xiuhao.learning.queries import Suggestion
from xiuhao.product import queries as products
from xiuhao.ticket.models import URGENCIES, Ticket

MOST = 20_000  # the newest texts; what is older says less of today's products
AGAIN = timedelta(days=7)
GROWN = 1.05
SETTLED = 500
GIVEN = {"urgency": "normal"}  # what the form starts from, and so nobody's decision

queries.describe(
    "category",
    lambda: {key: str(kind) for key, kind in products.catalogue.now().items()},
    _("来源：已归档工单最后定下的品类"),
)
queries.describe(
    "urgency",
    lambda: {key: str(label) for key, label in URGENCIES},
    _("来源：已归档工单最后定下的急缓"),
)
queries.describe(
    "sentiment",
    lambda: {key: str(label) for key, label in SENTIMENTS},
    _("来源：没有人逐条标注。投诉、催过单、重开过或客户说未解决的算“不满”；一次办结且客户确认满意的算“平和”"),
)


def texts(subject: str) -> Iterator[tuple[str, str]]:
    """(description without the customer's own data, label) of the newest archived tickets; a ticket without a label is left out."""
    for record in _ended().iterator(chunk_size=500):
        label = _label(record, subject)
        if label:
            yield _masked(record), label


def _ended() -> QuerySet[Ticket]:
    rows = Ticket.objects.filter(case__state="archived").select_related("case", "category").defer("grams", "plain")
    return rows.order_by("-case_id")[:MOST]


def _label(record: Ticket, subject: str) -> str:
    if subject == "category":
        return record.category.key if record.category else ""
    if subject == "urgency":
        return record.urgency
    if record.kind == "complaint" or record.urged_at is not None or record.case.round > 1:
        return "upset"
    return "content" if record.satisfied else ""


def _masked(record: Ticket) -> str:
    """Numbers and addresses of mail go when it is learned; here what only this ticket knows goes: name, phone, address."""
    text = record.description
    for own in (record.contact_name, record.contact_phone, record.contact_address):
        if len(own) > 1:
            text = text.replace(own, "#")
    return text


def learn() -> dict[str, str]:
    """Learn each subject anew if there are more texts, or a week has passed: subject → what came of it. Done twice it does nothing more."""
    return {subject: _learn(subject) for subject, _label_ in SUBJECTS}


def _learn(subject: str) -> str:
    found = list(texts(subject))
    last = next(iter(queries.latest(subject)), None)
    if last is not None and len(found) < last.n * GROWN and now() - last.trained_at < AGAIN:
        return "unchanged"
    try:
        made = actions.train(subject, [text for text, _one in found], [label for _text, label in found])
    except Refused as refused:
        return refused.code
    return made.refused or "in_use"


def settle() -> int:
    """What became of what was suggested in calls: the category and urgency of the tickets that they ended in. Three statements and
    one for each suggestion; how many were settled.
    """
    keys = queries.unsettled(SETTLED)
    born = dict(Journal.objects.filter(key__in=keys, process="ticket", verb="receive").values_list("case_id", "key"))
    rows = Ticket.objects.filter(case_id__in=born).select_related("category").only("category__key", "urgency")
    chosen: dict[UUID, dict[str, str]] = {}
    for row in rows:
        if key := born[row.pk]:
            chosen[key] = {"category": row.category.key if row.category else "", "urgency": row.urgency}
    return actions.settle(chosen)


def hints(key: UUID, given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What to suggest for a call as it stands: subject → value, name, percent. Nothing where somebody has chosen. What is shown is
    remembered under the call's key. At most four statements.
    """
    text = str(given.get("description") or "")
    found: dict[str, Suggestion] = {}
    for subject in ("category", "urgency"):
        chosen = str(given.get(subject) or "")
        if chosen not in ("", GIVEN.get(subject)) or (subject == "category" and (given.get("device") or given.get("serial"))):
            continue
        one = queries.suggest(subject, text)
        if one is not None and one.value != chosen and one.value in queries.names(subject):
            found[subject] = one
    if found:
        actions.shown(key, found)
    return {
        subject: {"value": one.value, "name": queries.names(subject)[one.value], "percent": one.percent} for subject, one in found.items()
    }


def mood(record: Ticket) -> dict[str, Any] | None:
    """How the customer probably feels, by what they wrote; None if it is not sure."""
    one = queries.suggest("sentiment", record.description)
    return {"value": one.value, "name": queries.names("sentiment")[one.value], "percent": one.percent} if one else None
