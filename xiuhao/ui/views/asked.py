"""What waits for this person's answer: a card a question, with what it is about and the buttons that answer it, made for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xiuhao.kernel import asks, registry
from xiuhao.kernel.access import Actor, roles_on
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.time import now
from xiuhao.ui import listing, pages, words
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.pages import Row
from xiuhao.ui.timeline import Entry, entries_of
from xiuhao.ui.turns import turns
from xiuhao.ui.views.step import pointless

MOST = 60  # at once; when they are answered the next ones show
ABOUT = 6


@dataclass
class Question:
    """An open ask: the case that it is about, the line by which somebody asked, and the verbs that answer it."""

    ask: CaseAsk
    row: Row
    process: Process
    said: Entry
    verbs: list[Transition]
    turn: str = ""

    @property
    def label(self) -> str:
        return next((str(ask.label) for ask in self.process.asks if ask.key == self.ask.key), self.ask.key)

    @property
    def waits(self) -> timedelta:
        return now() - self.ask.asked_at

    @property
    def about(self) -> list[tuple[str, Any]]:
        """(label, value) of what it is about, beside the amount: what was said when it was asked, and what an approval binds."""
        found = dict(self._content)
        if self.said.transition and not self.said.transition.births:  # a birth says everything there is
            found |= {label: value for label, value in (*self.said.facts, *self.said.texts) if value is not None}
        amount = self.ask.amount
        sums = {str(words.show(amount)), words.money(amount), str(amount)} if amount is not None else set()
        return [(label, value) for label, value in found.items() if str(value) not in sums][:ABOUT]

    @property
    def _content(self) -> list[tuple[str, Any]]:
        """What an approval binds, in people's words: nothing that is sealed (the line that asked tells it masked), and no lists."""
        declared = next((ask for ask in self.process.asks if ask.key == self.ask.key), None)
        record = self.row.record
        fields = [record._meta.get_field(name) for name in declared.covers if name != declared.amount] if declared else []
        said = [
            (str(f.verbose_name), getattr(record, f"get_{f.name}_display", lambda f=f: getattr(record, f.name))())
            for f in fields
            if not isinstance(f, EncryptedText)
        ]
        return [(label, value) for label, value in said if value not in (None, "", False) and not isinstance(value, list | dict)]


def waiting(actor: Actor) -> QuerySet[CaseAsk]:
    """Open asks that wait for this actor, of cases that they may open, the oldest first."""
    return CaseAsk.open_to(actor).filter(case__in=Case.objects.visible_to(actor)).order_by("asked_at", "pk")


def questions(actor: Actor, most: int = MOST) -> list[Question]:
    """The oldest asks that wait for this actor, without their cases' clocks; one statement for each process that has any, beside a few
    for all of them."""
    found = list(waiting(actor).select_related("case__owner", "case__unit", "to_account", "opened_by_line")[:most])
    if not found:
        return []
    cases, lines = {ask.case.pk: ask.case for ask in found}, {ask.opened_by_line_id: ask.opened_by_line for ask in found}
    standing, rows = turns(found), dict[int, Row]()
    for process in {case.process: registry.process(case.process) for case in cases.values()}.values():
        own = [case for case in cases.values() if case.process == process.key]
        rows |= {row.case.pk: row for row in listing.plain(process, pages.queue(process), own, actor)}
    processes = {pk: registry.process(case.process) for pk, case in cases.items()}
    said = {entry.line.pk: entry for entry in entries_of([(processes[line.case_id], line) for line in lines.values()], actor)}
    return [
        Question(
            ask, row := rows[ask.case_id], process := processes[ask.case_id], said[ask.opened_by_line_id],
            _verbs(process, ask, row, actor), standing.get(ask.pk, ""),
        )
        for ask in found
    ]  # fmt: skip


def _verbs(process: Process, ask: CaseAsk, row: Row, actor: Actor) -> list[Transition]:
    """The answers that are open to this actor now."""
    if not asks.addressed(ask, actor):
        return []
    held = roles_on(actor, row.case, row.record, process.relations(actor, row.case, row.record), True)
    open_to = process.open_to(process.state(row.case.state), held)
    mine = [t for t in open_to if t.answers and t.answers.key == ask.key and not t.quiet]
    return [t for t in mine if not pointless(process, t, actor, row.case, row.record)]


@staff
def asked(request: HttpRequest) -> HttpResponseBase:
    """GET /asked: all asks that wait for me."""
    actor = actor_of(request)
    found = questions(actor)
    listing.with_clocks([question.row for question in found])
    return show(request, "ui/asked.html", questions=found, count=waiting(actor).count())
