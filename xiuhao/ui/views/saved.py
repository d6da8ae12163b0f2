"""Saved views: a queue's address under a name, one's own or shared with a unit and a post."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import listing
from xiuhao.ui.desk import actor_of, done, process_of, show, staff
from xiuhao.ui.models import SavedView

SHARERS = (r.LEAD, r.MANAGER, r.QUALITY, r.ADMIN)  # who may put a view before others
LONGEST = 40
MOST = 1000  # places that a view can be put at


@staff
@require_http_methods(["GET", "POST"])
def views(request: HttpRequest) -> HttpResponseBase:
    """/views: GET the form for `query` of `process` (with `id`, of a saved view); POST keeps, changes or (`delete`) drops it.

    Raises Refused not_found (404), view_name (422), bad_filter (400), not_allowed (403).
    """
    given = request.POST if request.method == "POST" else request.GET
    actor, declared = actor_of(request), process_of(given.get("process", ""))
    view = _meant(given.get("id", ""), declared, actor)
    back = f"/c/{declared.key}/"
    if request.method == "GET":
        return _form(request, declared, view, actor)
    if view is not None and "delete" in given:
        view.delete()
        return done(request, _("已删除视图“{name}”").format(name=view.name), back)
    try:
        view = _kept(view, declared, given, actor)
    except Refused as refused:
        if refused.code != "view_name":
            raise
        return _form(request, declared, view, actor, refused)
    return done(request, _("已保存视图“{name}”").format(name=view.name), address(view))


def address(view: SavedView) -> str:
    """Where a saved view is: its query, and which view it is, so that a change of the query is seen as one."""
    return f"/c/{view.process}/?{view.query}{'&' if view.query else ''}saved={view.pk}"


def may_change(view: SavedView, actor: Actor) -> bool:
    """One's own; a shared one also by whoever may share with that unit, since its maker may be gone."""
    return view.account_id == actor.id or (view.shared_unit is not None and actor.holds(*SHARERS, path=view.shared_unit.path))


def _meant(pk: str, process: Process, actor: Actor) -> SavedView | None:
    """The view of that id that the actor may change; none for no id. Raises Refused not_found (404)."""
    if not pk:
        return None
    known = pk.isascii() and pk.isdigit() and len(pk) < 19
    rows = SavedView.objects.visible_to(actor).filter(process=process.key).select_related("shared_unit", "account")
    view = rows.filter(pk=int(pk)).first() if known else None
    if view is None or not may_change(view, actor):
        raise Refused("not_found", {"number": pk[:40]}, status=404)
    return view


def _kept(view: SavedView | None, process: Process, given: QueryDict, actor: Actor) -> SavedView:
    own = _beside(view, process, actor)
    if view is None:
        view = SavedView(account_id=actor.account, process=process.key, position=own.count() + 1)
    if view.pk is None or "again" in given:
        view.query = _checked(given.get("query", ""), process, actor)
    name = given.get("name", view.name).strip()[:LONGEST]
    if not name or "\0" in name or own.filter(name=name).exclude(pk=view.pk).exists():
        raise Refused("view_name", {"name": name}, status=422)
    view.name, view.starred = name, "starred" in given
    share, role = given.get("shared", ""), given.get("role", "")
    if share and not actor.holds(*SHARERS):
        raise Refused("not_allowed", {"verb": _("共享视图")}, status=403)
    if role and role not in r.GRANTED:
        raise listing.bad_filter("role", role)
    if not share:
        view.shared_unit, view.shared_role = None, ""
    else:
        view.shared_unit_id, view.shared_role = view.shared_unit_id or actor.unit, role
    place = listing.whole(given, "place", 0, MOST) if given.get("place") else 0
    view.save()
    if place:
        _move(view, own, place)
    return view


def _beside(view: SavedView | None, process: Process, actor: Actor) -> QuerySet[SavedView]:
    """The views of who made this one, in their order."""
    made = SavedView.objects.visible_to(actor).filter(account_id=view.account_id if view else actor.account, process=process.key)
    return made.order_by("position", "pk")


def _move(view: SavedView, own: QuerySet[SavedView], place: int) -> None:
    """Puts it at that place among them."""
    order = list(own.exclude(pk=view.pk))
    order.insert(place - 1, view)
    for position, each in enumerate(order, 1):
        own.filter(pk=each.pk).update(position=position)


def _form(request: HttpRequest, process: Process, view: SavedView | None, actor: Actor, refused: Refused | None = None) -> HttpResponseBase:
    given = request.POST if refused else request.GET
    own = list(_beside(view, process, actor).values_list("pk", flat=True))
    kept = {"starred": "starred" in given, "shared": "shared" in given, "role": given.get("role", ""), "place": given.get("place", "")}
    if view and not refused:
        kept = {"starred": view.starred, "shared": view.shared_unit_id, "role": view.shared_role, "place": own.index(view.pk) + 1}
    query = listing.settled(QueryDict(given.get("query", "")[:1000]))
    return show(
        request, "ui/view_form.html", refused.status if refused else 200, process=process, view=view, query=query, refused=refused,
        name=given.get("name", view.name if view else ""), kept=kept, places=len(own), changed=view is not None and query != view.query,
        may_share=actor.holds(*SHARERS), posts=r.GRANTED.items(), unit=view.shared_unit if view and view.shared_unit else None,
    )  # fmt: skip


def _checked(query: str, process: Process, actor: Actor) -> str:
    """A query that this list understands, without its page. Raises Refused bad_filter (400)."""
    params = QueryDict(listing.settled(QueryDict(query[:1000])))
    listing.read(process, params, actor)
    return params.urlencode()
