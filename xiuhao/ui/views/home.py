"""The work bench: what waits for me, each number counted by the very rows of the list that it opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import letters, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process
from xiuhao.ui import listing, notices, pages
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.listing import TAB_MOST
from xiuhao.ui.pages import Row, Todo
from xiuhao.ui.views.asked import questions, waiting

TOP = 10
FEW = 3


@dataclass
class Number:
    """A to-do with its count."""

    todo: Todo
    url: str
    count: int

    @property
    def shown(self) -> str:
        return f"{TAB_MOST}+" if self.count > TAB_MOST else str(self.count)


@staff
def home(request: HttpRequest) -> HttpResponseBase:
    """GET /"""
    actor = actor_of(request)
    main = [(card, dict(card.context(actor))) for card in pages.cards(actor) if card.place == "main"]
    side = [(card, dict(card.context(actor))) for card in pages.cards(actor) if card.place == "side"]
    top = [(card, dict(card.context(actor))) for card in pages.cards(actor) if card.place == "top"]
    mine, asked = _mine(actor), questions(actor, FEW)
    listing.with_clocks([*(row for _process, row in mine), *(question.row for question in asked)])
    return show(
        request, "ui/home.html", numbers=numbers(actor), mine=mine, questions=asked, main=main, side=side, top=top,
        notices=notices.latest(actor, 6), states={p.key: {s.key: s for s in p.states} for p in registry.processes()},
    )  # fmt: skip


def todos(actor: Actor) -> list[Todo]:
    """What modules registered for these roles; of a process that registered none, the standing ones, for whom it is work."""
    allowed = [todo for todo in reversed(pages.todos()) if pages.allowed(todo, actor)]
    found = {(todo.process, todo.view, todo.query) if todo.view else todo.key: todo for todo in allowed}
    silent = {process.key for process in registry.processes()} - {todo.process for todo in pages.todos()}
    labels = {"mine": _("待我处理"), "near": _("即将超时"), "overdue": _("已超时"), "unowned": _("待认领"), "stuck": _("三天无进展")}
    tones = {"near": "amber", "overdue": "red"}
    made = [
        Todo(f"{p.key}.{view.key}", f"{labels[view.key]}·{p.label}", p.key, view.key, tone=tones.get(view.key, ""), rare=True)
        for p in registry.processes()
        for view in pages.queue(p).views
        if p.key in silent and actor.holds(*p.roles) and view.key in labels and pages.allowed(view, actor)
    ]
    return [*reversed(found.values()), *made, Todo("asked", _("待我答复"), rows=waiting, url="/asked")]


def rows_of(todo: Todo, actor: Actor) -> Any:
    """The rows of the list behind a to-do."""
    if todo.rows:
        return todo.rows(actor)
    process = registry.process(todo.process)
    return listing.rows(process, listing.read(process, QueryDict(_address(todo)), actor), actor)


def _address(todo: Todo) -> str:
    """The query of the list that a to-do opens."""
    return f"view={todo.view}&{todo.query}".rstrip("&")


def numbers(actor: Actor) -> list[Number]:
    """Every to-do with its count, in one statement; a rare one only if there is something, and after those that are always there."""
    found = sorted(todos(actor), key=lambda todo: todo.rare)
    counts = listing.count_all([rows_of(todo, actor) for todo in found])
    urls = [todo.url or f"/c/{todo.process}/?{_address(todo)}" for todo in found]
    return [Number(*each) for each in zip(found, urls, counts, strict=True) if each[2] or not each[0].rare]


def _mine(actor: Actor) -> list[tuple[Process, Row]]:
    """My open cases of all processes, the most urgent first, without their clocks. One statement, of however many processes they are."""
    cases = Case.objects.visible_to(actor).filter(is_open=True, owner_id=actor.id).order_by("due_at", "pk")[:TOP]
    return [(registry.process(case.process), Row(case, None, actor)) for case in cases]


@staff
def inbox(request: HttpRequest) -> HttpResponseBase:
    """GET /inbox; POST marks everything as read."""
    actor = actor_of(request)
    if request.method == "POST":
        letters.mark_read(actor)
    return show(request, "ui/inbox.html", notices=notices.latest(actor, 100))


@staff
def unread(request: HttpRequest) -> HttpResponseBase:
    """GET /inbox/unread: the inside of the bell."""
    return show(request, "ui/bell.html")


@staff
def notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET /inbox/<id>: marks it as read and goes where it points."""
    return notices.open_one(actor_of(request), pk)
