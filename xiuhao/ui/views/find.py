"""Finding from anywhere: a number, a page, a verb, and what modules look up (phones, serials)."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from xiuhao.kernel import engine, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import pages, seen
from xiuhao.ui.context import Frame
from xiuhao.ui.desk import actor_of, case_of, show, staff
from xiuhao.ui.models import SavedView
from xiuhao.ui.pages import Hit
from xiuhao.ui.views.saved import address
from xiuhao.ui.words import called

MOST = 8
# What the frame offers to everybody beside the menu.
OWN = (
    (lazy("工作台"), "/", "layout-dashboard"), (lazy("通知"), "/inbox", "bell"), (lazy("设置"), "/settings", "settings"),
    (lazy("退出"), reverse_lazy("account_logout"), "logout"),
)  # fmt: skip
LONGEST = 200


@staff
def find(request: HttpRequest) -> HttpResponseBase:
    """GET /find?q=…&on=<process>/<number>: `on` is the case from which the palette was opened."""
    actor = actor_of(request)
    words = request.GET.get("q", "").strip()[:LONGEST].replace("\0", "")
    groups = [(label, hits) for label, hits in _groups(request, actor, words) if hits]
    return show(request, "ui/find.html", q=words, groups=groups)


def _groups(request: HttpRequest, actor: Actor, words: str) -> list[tuple[str, Sequence[Hit]]]:
    found: list[tuple[str, Sequence[Hit]]] = [(_("当前单据"), _acts(actor, request.GET.get("on", ""), words))]
    if words:
        found.append((_("编号"), _numbers(actor, words)))
        found.append((_("前往"), _places(request, words)))  # the few whose name it is come before the many that contain it
        found.append((_("视图"), _views(actor, words)))
        found += [(str(finder.label), finder.find(actor, words)[:MOST]) for finder in pages.finders()]
    else:
        found.append((_("最近打开"), [case_hit(registry.process(case.process), case) for case in seen.latest(actor, MOST)]))
        found.append((_("前往"), _places(request, words)))
    return found


def _numbers(actor: Actor, words: str) -> list[Hit]:
    """Cases whose number is this, begins or (six digits or more) ends so."""
    number = words.upper().replace(" ", "")
    if not number.isascii() or not any(c.isdigit() for c in number) or len(number) < 3:
        return []
    rows = Case.objects.visible_to(actor).filter(number__startswith=number).order_by("-pk")[:MOST]
    return [case_hit(registry.process(case.process), case) for case in rows]


def case_hit(process: Process, case: Case) -> Hit:
    """A case as something found."""
    return Hit(f"{case.number} {case.title}".strip(), f"/c/{case.process}/{case.number}/", str(process.state(case.state).label), "ticket")


def _acts(actor: Actor, on: str, words: str) -> list[Hit]:
    """The verbs of the case that is open."""
    process, _slash, number = on.partition("/")
    if not number:
        return []
    try:
        case = case_of(actor, registry.process(process), number)
    except Refused:
        return []
    verbs = [t for t in engine.open_verbs(actor, case) if not t.quiet and called(words, str(t.label))]
    return [Hit(str(t.label), f"/c/{process}/{number}/do/{t.key}", number, "player-play") for t in verbs[:MOST]]


def _places(request: HttpRequest, words: str) -> list[Hit]:
    frame = Frame(request)
    places = [Hit(str(nav.label), str(nav.url), "", nav.icon) for _group, navs in frame.nav for nav in navs]
    places += [Hit(str(nav.label), str(nav.url), _("新建"), "plus") for nav in frame.births]
    places += [Hit(str(label), str(url), "", icon) for label, url, icon in OWN] if words else []
    return [hit for hit in places if called(words, hit.label) or (hit.hint and words in hit.hint)][: MOST if words else 2 * MOST]


def _views(actor: Actor, words: str) -> list[Hit]:
    """Saved views, one's own and those shared, by a part of their names."""
    rows = SavedView.objects.visible_to(actor).filter(name__icontains=words).order_by("-starred", "position", "pk")[:MOST]
    return [Hit(view.name, address(view), str(registry.process(view.process).label), "bookmark") for view in rows]
