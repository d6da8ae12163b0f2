"""What a module says about its screens. Everything here is plain description; `ui` makes the pages, menus and look-ups of it.

A module's `pages.py` calls `register(...)`. A process that registers nothing has a queue and a case page all the same: what is
missing is read off its declaration (`ui.defaults`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseClock

if TYPE_CHECKING:
    from xiuhao.kernel.process import Process, State
    from xiuhao.ui.paper import Sheet

Cases = QuerySet[Case]
Options = Sequence[tuple[str, str]]


@dataclass
class Row:
    """One line of a queue: the case, its record with what `Queue.related` fetched, its open clocks; `extra` is `Queue.fetch`'s."""

    case: Case
    record: Any
    actor: Actor
    clocks: list[CaseClock] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """`cell(row)` gives a text, number, moment or safe HTML; None shows as a dash. `order` is the key of an Order.

    `verb` is the key of the verb that changes what it shows: its dialog opens from the cell for who may do it.
    `kind` is text, num, time, title, state or due; `shown` is whether it stands there before somebody chooses columns.
    """

    key: str
    label: str
    cell: Callable[[Row], Any] = lambda row: None
    kind: str = "text"
    order: str = ""
    shown: bool = True
    verb: str = ""


@dataclass(frozen=True)
class Filter:
    """One question of the query form. `kind` and what `apply(rows, value, actor)` is given: choice → list of keys,
    text → str, flag → True, days → (first day or None, last day or None).

    Instead of `apply` name a `field`: of the case ("priority"), or of the record ("record.category"). `options(actor)` are the
    choices; a choice with `free` takes any id (`options` then only offers the usual ones). `first` stands in the first row.
    """

    key: str
    label: str
    kind: str = "choice"
    field: str = ""
    options: Callable[[Actor], Options] = lambda actor: ()
    apply: Callable[[Cases, Any, Actor], Cases] | None = None
    first: bool = False


@dataclass(frozen=True)
class Order:
    """A way to sort; `by` are ORM expressions on the case, from the first to show on. "-key" in an address turns it round.

    `first(rows)` are the few of the rows that stand before all others, the first hundred of them.
    """

    key: str
    label: str
    by: tuple[Any, ...]
    first: Callable[[Cases], Cases] | None = None


@dataclass(frozen=True)
class View:
    """A built-in view: a name for a part of the rows, with its count. Empty `roles` is everybody. `order` is the key of an Order."""

    key: str
    label: str
    where: Callable[[Cases, Actor], Cases]
    order: str = ""
    roles: Collection[str] = ()


@dataclass(frozen=True)
class Queue:
    """The list page of a process. `bulk` are verbs offered for many cases at once; `related` are select_related names of the
    record; `fetch(rows)` fills `row.extra` for a whole page; `search(rows, words)` is the free search of the query form;
    `place` is its place in the menu: what most people open all day has a low one, the others follow in the order of the modules.
    """

    process: str
    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    views: Sequence[View] = ()
    orders: Sequence[Order] = ()
    bulk: Sequence[str] = ()
    related: Sequence[str] = ()
    fetch: Callable[[list[Row]], None] | None = None
    search: Callable[[Cases, str, Actor], Cases] | None = None
    icon: str = "list-check"
    place: int = 9


@dataclass(frozen=True)
class Fact:
    """One line of a description list. `value` as in a column's cell; `url` makes it a link; `broad` takes the whole width."""

    label: str
    value: Any
    url: str = ""
    broad: bool = False

    @property
    def in_dialog(self) -> bool:
        """True for a look at what is masked: it asks for the reason over the page."""
        return self.url.startswith("/reveal/")


@dataclass(frozen=True)
class CasePage:
    """The page of a case. `compose` are verbs whose forms stand open on the page as tabs, `first` those with a button of their
    own (the others are under 更多); `steps` is the bar of states, from first to last, `bar(record)` where cases run different ways.
    `under(record, actor)` is the line below the title; `addressee(record, actor)` is whom a public verb speaks to, masked, shown on its
    button. `related` are select_related names of the record. `told(data)` are further facts (label, value) of a journal line.
    """

    process: str
    facts: Callable[[Any, Actor], Iterable[Fact]] | None = None
    under: Callable[[Any, Actor], str] | None = None
    addressee: Callable[[Any, Actor], str] | None = None
    steps: Sequence[State] = ()
    bar: Callable[[Any], Sequence[State]] | None = None
    compose: Sequence[str] = ()
    first: Sequence[str] = ()
    related: Sequence[str] = ()
    told: Callable[[Mapping[str, Any]], Iterable[tuple[Any, Any]]] | None = None


def along(steps: Sequence[State], beside: Mapping[State, State | None]) -> Callable[[Any], Sequence[State]]:
    """A `CasePage.bar` on which a state beside the way stands, while a case is in it, behind the one it follows; None: at the head."""

    def bar(record: Any) -> Sequence[State]:
        for state, after in beside.items():
            if state.key == record.case.state:
                place = steps.index(after) + 1 if after else 0
                return (*steps[:place], state, *steps[place:])
        return steps

    return bar


@dataclass(frozen=True)
class Panel:
    """Something beside or below a case of the process `on`, declared by any module above it. The template gets `case`, `record`,
    `actor` and what `context` returns. Some pages of their own have places too:
    "ticket.call" is the phone screen (the record is its key, and "typed" in the context begins its form), "ticket.called" what follows
    it. `place` is side (a tab of the side panel, fetched when opened), main, or head: among the buttons, where `beside` in the template
    names the processes of the open cases that are linked.
    """

    key: str
    label: str
    template: str
    context: Callable[[Case, Any, Actor], Mapping[str, Any]]
    on: str
    place: str = "side"
    icon: str = ""
    roles: Collection[str] = ()


@dataclass(frozen=True)
class Todo:
    """A number on the work bench. It is counted with the very rows of the list that it opens: view `view` of the queue `process`,
    narrowed by `query` as its address is ("owner=me"), or `rows(actor)`, any queryset, with its own `url`. A `rare` one is shown
    only while there is something.
    """

    key: str
    label: str
    process: str = ""
    view: str = ""
    query: str = ""
    rows: Callable[[Actor], QuerySet[Any]] | None = None
    url: str = ""
    roles: Collection[str] = ()
    tone: str = ""
    rare: bool = False


@dataclass(frozen=True)
class Card:
    """A card on the work bench, for the roles that need it. `place` is main, side, or top: a line above all, without a frame."""

    key: str
    label: str
    template: str
    context: Callable[[Actor], Mapping[str, Any]]
    roles: Collection[str] = ()
    place: str = "main"


@dataclass(frozen=True)
class Hit:
    """Something found: where it is and how it reads. Masked by its finder."""

    label: str
    url: str
    hint: str = ""
    icon: str = "file"


@dataclass(frozen=True)
class Finder:
    """A look-up of the palette: `find(actor, words)` gives at most eight hits that the actor may see."""

    key: str
    label: str
    find: Callable[[Actor, str], Sequence[Hit]]


@dataclass(frozen=True)
class Nav:
    """An entry of the menu. `group` is work, files, tools, rules or admin; one with `new` also stands under 新建, and first in its
    group."""

    key: str
    label: str
    url: str
    icon: str = "file"
    roles: Collection[str] = ()
    group: str = "work"
    new: bool = False


@dataclass(frozen=True)
class Paper:
    """Something to print of a case of the process `on`: `sheet(case, record, actor)` says what stands on it (`ui.paper`), `ready` whether
    there is anything to print yet. What is `personal` shows plain what the pages mask: each print is kept."""

    key: str
    label: str
    on: str
    sheet: Callable[[Case, Any, Actor], Sheet]
    ready: Callable[[Case, Any, Actor], bool] = lambda case, record, actor: True
    roles: Collection[str] = ()
    personal: bool = False


@dataclass(frozen=True)
class Tie:
    """What a kind of link is called on the page of a case: `up` before the parent, `down` before a child."""

    key: str
    up: str
    down: str


@dataclass(frozen=True)
class Kin:
    """Cases of the same process akin to one, as a read route of the API below it: `find(case, record, actor)` gives those that the
    actor sees, each with why, in words."""

    key: str
    label: str
    on: str
    find: Callable[[Case, Any, Actor], Sequence[tuple[Case, Sequence[str]]]]


@dataclass(frozen=True)
class Strip:
    """A line under the top bar of every page, asked for at `url` when a page opens and whenever something of one's own has changed;
    an empty answer takes no room. `script` and `style` are static files of its module."""

    key: str
    label: str
    url: str
    script: str
    style: str
    roles: Collection[str] = ()


Page = Queue | CasePage | Panel | Paper | Todo | Card | Finder | Nav | Kin | Strip | Tie
_queues: dict[str, Queue] = {}
_cases: dict[str, CasePage] = {}
_others: dict[tuple[type, str], Any] = {}


def register(*pages: Page) -> None:
    """Enter descriptions; a second one of the same kind and key is a mistake in the code and stops the start."""
    for page in pages:
        shelf: dict[Any, Any] = _queues if isinstance(page, Queue) else _cases if isinstance(page, CasePage) else _others
        key = page.process if isinstance(page, Queue | CasePage) else (type(page), f"{getattr(page, 'on', '')}.{page.key}")
        if key in shelf:
            raise ValueError(f"{type(page).__name__} {key} is registered twice")
        shelf[key] = page
    queue.cache_clear()
    case_page.cache_clear()


@lru_cache(maxsize=256)
def queue(process: Process) -> Queue:
    """The queue of a process: what was registered, its gaps filled from the declaration."""
    from xiuhao.ui import defaults

    return defaults.queue(process, _queues.get(process.key))


@lru_cache(maxsize=256)
def case_page(process: Process) -> CasePage:
    """The case page of a process: what was registered, its gaps filled from the declaration."""
    from xiuhao.ui import defaults

    return defaults.case_page(process, _cases.get(process.key))


def todos() -> list[Todo]:
    """Every registered to-do."""
    return _of(Todo)


def cards(actor: Actor) -> list[Card]:
    """The cards of the work bench for these roles."""
    return [page for page in _of(Card) if allowed(page, actor)]


def panels(process: str, actor: Actor) -> list[Panel]:
    """What stands beside and below a case of this process."""
    return [page for page in _of(Panel) if page.on == process and allowed(page, actor)]


def papers(process: str, actor: Actor) -> list[Paper]:
    """What can be printed of a case of this process."""
    return [page for page in _of(Paper) if page.on == process and allowed(page, actor)]


def finders() -> list[Finder]:
    """Every look-up of the palette."""
    return _of(Finder)


def navs(actor: Actor) -> list[Nav]:
    """The registered entries of the menu for these roles."""
    return [page for page in _of(Nav) if allowed(page, actor)]


def ties() -> dict[str, Tie]:
    """What the kinds of links are called."""
    return {tie.key: tie for tie in _of(Tie)}


def kin(process: str) -> list[Kin]:
    """What is akin to a case of this process."""
    return [page for page in _of(Kin) if page.on == process]


def strips(actor: Actor) -> list[Strip]:
    """The lines under the top bar for these roles."""
    return [page for page in _of(Strip) if allowed(page, actor)]


def allowed(page: Any, actor: Actor) -> bool:
    """True if the description names no roles, or one that the actor holds somewhere."""
    return not page.roles or actor.holds(*page.roles)


def _of(kind: type) -> list[Any]:
    return [page for (its, _key), page in _others.items() if its is kind]


Days = tuple[date | None, date | None]
