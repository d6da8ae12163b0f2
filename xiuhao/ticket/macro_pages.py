"""Macros on the screen: one's own and shared ones kept; on a ticket shown change by change, then done, then reported."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from xiuhao.kernel import registry, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.ticket import macros
from xiuhao.ticket.models import Macro
from xiuhao.ui import forms
from xiuhao.ui.desk import actor_of, case_of, record_of, show, staff
from xiuhao.ui.forms import VerbForm
from xiuhao.ui.timeline import entries


@staff
def every(request: HttpRequest) -> HttpResponseBase:
    """GET, POST /ticket/macros: the list, and a new one."""
    actor, wrong, status = actor_of(request), "", 200
    if request.method == "POST":
        try:
            made = macros.make(actor, request.POST.get("name", ""), "shared" in request.POST)
        except Refused as refused:
            wrong, status = sentences.say(refused), refused.status
        else:
            return HttpResponseRedirect(reverse("ticket:macro", args=[made.pk]), status=303)
    rows = Macro.objects.visible_to(actor).select_related("account", "shared")
    return show(
        request,
        "ticket/macros.html",
        status,
        macros=rows,
        wrong=wrong,
        may_share=actor.holds(*macros.SHARERS),
        verbs=_labels(),
        me=actor.id,
    )


def _labels() -> dict[str, Any]:
    return {t.key: t.label for t in registry.process("ticket").transitions}


def _of(actor: Actor, pk: int, *, own: bool = False) -> Macro:
    rows = Macro.objects.visible_to(actor).filter(pk=pk)
    found = (rows.filter(account_id=actor.account) if own else rows).first()
    if found is None:
        raise Refused("not_found", {"number": str(pk)[:40]}, status=404)
    return found


@staff
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET, POST /ticket/macros/<pk>: its verbs; `verb` with evidence adds one, `drop` takes one out, `delete` the whole."""
    actor = actor_of(request)
    process, macro = registry.process("ticket"), _of(actor, pk, own=True)
    wanted = request.POST.get("verb") or request.GET.get("verb", "")
    transition = process.verb(wanted) if wanted in macros.ALLOWED else None
    refused = None
    if request.method == "POST":
        if "delete" in request.POST:
            macro.delete()
            return HttpResponseRedirect(reverse("ticket:macros"), status=303)
        refused = _changed(request, macro, transition)
        if refused is None:
            return HttpResponseRedirect(reverse("ticket:macro", args=[macro.pk]), status=303)
    form = None
    if transition:
        form = VerbForm(process, transition, actor)
        forms.build(form, forms.given_of(transition, request.POST) if refused else {}, refused=refused)
        form.fields = [each for each in form.fields if each.need.widget in macros.SAID]
    steps = [(place, process.verb(verb), given) for place, (verb, given) in enumerate(macro.steps)]
    return show(
        request, "ticket/macro.html", refused.status if refused else 200, macro=macro, steps=steps, form=form,
        wrong=sentences.say(refused) if refused else "", words=[(key, label) for key, (label, _fill) in macros.WORDS.items()],
        allowed=[process.verb(key) for key in macros.ALLOWED],
    )  # fmt: skip


def _changed(request: HttpRequest, macro: Macro, transition: Any) -> Refused | None:
    """Take a verb out or add one; why not, if not."""
    drop = request.POST.get("drop", "")
    if drop.isascii() and drop.isdigit() and len(drop) < 3:
        macro.steps = [step for place, step in enumerate(macro.steps) if place != int(drop)]
        macro.save(update_fields=["steps"])
        return None
    try:
        if transition is None:
            raise Refused("macro_verb", {"verb": request.POST.get("verb", "")[:40]}, status=422)
        macros.add(macro, transition, forms.given_of(transition, request.POST))
    except Refused as refused:
        return refused
    return None


@staff
def run(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET, POST /ticket/macro/<number>?macro=<pk>: which one; every change that it will make; what came of each. Whoever was overtaken
    since the preview sees once what was done meanwhile, and the changes anew (K5)."""
    actor, process = actor_of(request), registry.process("ticket")
    case = case_of(actor, process, number)
    chosen = request.POST.get("macro") or request.GET.get("macro", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 18):
        return show(request, "ticket/macro_choose.html", case=case, macros=Macro.objects.visible_to(actor).exclude(steps=[]))
    macro = _of(actor, int(chosen))
    record = record_of(process, case, ("model", "category"))
    planned = macros.plan(macro, process, case, record, actor)
    over, key, changes = request.method == "POST", uuid4(), []
    if over:
        key, seen = forms.key_of(request.POST), forms.version_of(request.POST)
        changes = macros.overtaken(planned, record, seen, key) if seen is not None else []
        if changes:
            over = False
        else:
            macros.apply(planned, case, actor, key, seen)
    return show(
        request, "ticket/macro_run.html", 409 if changes else 200, case=case, macro=macro, planned=planned, over=over, key=key,
        complete=all(each.done for each in planned), changes=entries(process, changes, actor) if changes else [],
    )  # fmt: skip
