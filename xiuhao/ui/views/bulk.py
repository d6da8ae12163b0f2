"""Bulk work on the screen: what will happen to how many, then how far it is, then what came of each row, and taking it back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.kernel import outbox
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import CaseNumber
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui import bulk as work
from xiuhao.ui import forms, listing
from xiuhao.ui.desk import actor_of, done, process_of, show, staff
from xiuhao.ui.forms import VerbForm
from xiuhao.ui.models import BulkRun
from xiuhao.ui.register import numbers as page_numbers

ROWS = 50
SHOWN = ("all", "refused", "made")


@staff
def bulk(request: HttpRequest, process: str, verb: str) -> HttpResponseBase:
    """POST with `n` (numbers) or `all` and `query`: first the form with a preview, with `_key` the work itself."""
    actor, declared = actor_of(request), process_of(process)
    transition = declared.verb(verb)
    if request.method != "POST":
        return HttpResponseRedirect(f"/c/{process}/")
    numbers = _chosen(request, declared, actor)
    form = VerbForm(declared, transition, actor)
    if "_key" not in request.POST:
        over = Refused("too_many_rows", {"limit": work.MOST, "count": len(numbers)}, status=422) if len(numbers) > work.MOST else None
        forms.build(form, {}, refused=over, chosen=numbers)
        return _preview(request, form, numbers, actor, over.status if over else 200)
    given, query = forms.given_of(transition, request.POST), request.POST.get("query", "")[:1000]
    try:
        run = work.start(
            forms.key_of(request.POST),
            process,
            verb,
            _others(transition, numbers, given),
            given,
            actor,
            get_language() or "zh-hans",
            query=query,
        )
        _check(transition, given)
    except Refused as refused:
        forms.build(form, given, refused=refused, chosen=numbers)
        return _preview(request, form, numbers, actor, refused.status)
    return _under_way(request, run)


def _under_way(request: HttpRequest, run: BulkRun) -> HttpResponseBase:
    """A small run is done now, a large one in the background. A script's request whose rows were all done stays on its list."""
    if len(run.numbers) <= work.AT_ONCE:
        while work.carry_on(run):
            continue
    elif not run.done and run.finished_at is None:
        _in_the_background(run)
    url = work.TELLING.url(run.pk)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url, status=303)
    label = process_of(run.process).verb(run.verb).label
    if run.finished_at is None:
        return done(request, _("{verb}：正在处理 {n} 条").format(verb=label, n=len(run.numbers)), url)
    undo = {"url": f"{url}/undo"} if work.undoable(run) else None
    said = _("{verb}：成功 {n} 条").format(verb=label, n=run.succeeded)
    if run.refused:
        return done(request, said + _("，未执行 {n} 条").format(n=len(run.refused)), url, undo=undo)
    return done(request, said, f"/c/{run.process}/?{run.query}", undo=undo, more=url)


def _in_the_background(run: BulkRun) -> None:
    """Queue it, unless the same form has queued it already."""
    from xiuhao.ui.jobs import bulk_work

    with suppress(AlreadyEnqueued), transaction.atomic():
        bulk_work.configure(queueing_lock=f"bulk:{run.pk}").defer(run=str(run.pk))


def _check(transition: Transition, given: dict[str, Any]) -> None:
    """What is wrong with the evidence is said once, before the first case. Raises Refused incomplete (422)."""
    from xiuhao.kernel import gate

    _found, wrong = gate.clean(transition, given)
    if wrong:
        raise Refused(
            "incomplete",
            {"verb": transition.label, "labels": [str(r.params.get("label", k)) for k, r in wrong.items()]},
            status=422,
            fields=wrong,
        )


def _chosen(request: HttpRequest, process: Process, actor: Actor) -> list[str]:
    """The numbers ticked, or all that the query finds, at most one more than is allowed."""
    if "all" not in request.POST:
        return [number for number in request.POST.getlist("n") if len(number) <= 32 and "\0" not in number][: work.MOST + 1]
    query = listing.read(process, QueryDict(request.POST.get("query", "")), actor)
    rows = listing.ordered(query, listing.rows(process, query, actor))
    return list(rows.values_list("number", flat=True)[: work.MOST + 1])


def _others(transition: Transition, numbers: list[str], given: dict[str, Any]) -> list[str]:
    """The cases that the verb is done on: not the one that it names, into which the others go."""
    named = {str(given.get(need.key, "")).strip().upper() for need in transition.needs if isinstance(need, CaseNumber)}
    return [number for number in numbers if number not in named]


def _preview(request: HttpRequest, form: VerbForm, numbers: list[str], actor: Actor, status: int = 200) -> HttpResponseBase:
    could = work.could(form.process.key, form.transition.key, numbers, actor)
    return show(
        request, "ui/bulk.html", status, form=form, process=form.process, numbers=numbers if "all" not in request.POST else [],
        count=len(numbers), could=could, query=request.POST.get("query", ""), all="all" in request.POST, most=work.MOST,
        background=len(numbers) > work.AT_ONCE,
    )  # fmt: skip


@staff
def report(request: HttpRequest, run: UUID) -> HttpResponseBase:
    """GET /bulk/<run>?show=refused|made&page=: how far it is, and what came of each row, the refused ones first."""
    actor = actor_of(request)
    found = _own(actor, run)
    declared = process_of(found.process)
    chosen = request.GET.get("show", "all")
    if chosen not in SHOWN:
        raise listing.bad_filter("show", chosen)
    rows = [] if chosen == "made" else [(number, why) for number, why in found.refused]
    rows += [] if chosen == "refused" else [(number, "") for number, _version in found.made]
    page = listing.Page([], len(rows), False, listing.whole(request.GET, "page", 1, listing.MOST), ROWS)
    page.number = min(page.number, page.last)
    shown = rows[page.first_row - 1 : page.first_row - 1 + ROWS]
    cases = Case.objects.of(found.process, actor).filter(number__in=[number for number, _why in shown])
    by_number = {case.number: case for case in cases}
    return show(
        request, "ui/bulk_report.html", run=found, process=declared, verb=declared.verb(found.verb), shown=chosen, page=page,
        rows=[(number, by_number.get(number), why) for number, why in shown], states={s.key: s for s in declared.states},
        numbers=page_numbers(page.number, page.last), undoable=work.undoable(found), SIZES=(ROWS,),
        undone=BulkRun.objects.visible_to(actor).filter(undoes=found).first(),
        quiet=found.finished_at is not None and (now() - found.finished_at).total_seconds() < outbox.UNDO,
    )  # fmt: skip


@staff
@require_http_methods(["POST"])
def undo(request: HttpRequest, run: UUID) -> HttpResponseBase:
    """POST /bulk/<run>/undo: what it did is taken back, row by row, where nothing followed. Raises Refused cannot_undo (409)."""
    actor = actor_of(request)
    return _under_way(request, work.undo(_own(actor, run), actor, get_language() or "zh-hans"))


def _own(actor: Actor, run: UUID) -> BulkRun:
    found = BulkRun.objects.visible_to(actor).filter(pk=run).select_related("undoes").first()
    if found is None:
        raise Refused("not_found", {"number": str(run)}, status=404)
    return found
