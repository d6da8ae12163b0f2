"""Bulk work on the screen: what will happen to how many, then how far it is, then what came of each row."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.kernel.access import Actor
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import bulk as work
from xiuhao.ui import forms, listing
from xiuhao.ui.desk import actor_of, process_of, show, staff
from xiuhao.ui.forms import VerbForm
from xiuhao.ui.models import BulkRun


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
        forms.build(form, {})
        return _preview(request, form, numbers, actor)
    given = forms.given_of(transition, request.POST)
    try:
        run = work.start(forms.key_of(request.POST), process, verb, numbers, given, actor, get_language() or "zh-hans")
        _check(transition, given)
    except Refused as refused:
        forms.build(form, given, refused=refused)
        return _preview(request, form, numbers, actor, refused.status)
    if len(run.numbers) <= work.AT_ONCE:
        while work.carry_on(run):
            continue
    elif not run.done and run.finished_at is None:
        _in_the_background(run)
    return HttpResponseRedirect(work.url(run.pk), status=303)


def _in_the_background(run: BulkRun) -> None:
    """Queue it, unless the same form has queued it already."""
    from xiuhao.ui.jobs import bulk_work

    with suppress(AlreadyEnqueued), transaction.atomic():
        bulk_work.configure(queueing_lock=f"bulk:{run.pk}").defer(run=str(run.pk))


def _check(transition: Any, given: dict[str, Any]) -> None:
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


def _preview(request: HttpRequest, form: VerbForm, numbers: list[str], actor: Actor, status: int = 200) -> HttpResponseBase:
    could = work.could(form.process.key, form.transition.key, numbers, actor)
    return show(
        request, "ui/bulk.html", status, form=form, process=form.process, numbers=numbers if "all" not in request.POST else [],
        count=len(numbers), could=could, query=request.POST.get("query", ""), all="all" in request.POST, run=uuid4(), most=work.MOST,
    )  # fmt: skip


@staff
def report(request: HttpRequest, run: UUID) -> HttpResponseBase:
    """GET /bulk/<run>: how far it is, and the rows that were refused, each with its reason."""
    found = BulkRun.objects.visible_to(actor_of(request)).filter(pk=run).first()
    if found is None:
        raise Refused("not_found", {"number": str(run)}, status=404)
    declared = process_of(found.process)
    return show(request, "ui/bulk_report.html", run=found, process=declared, verb=declared.verb(found.verb))
