"""The dialog of a verb: the same address shows the form and takes it, with a script or without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import asks, engine, gate, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseAsk, Journal
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.ui import drafts, forms, seen
from xiuhao.ui.desk import actor_of, case_of, case_url, done, local_url, process_of, record_of, show, staff
from xiuhao.ui.forms import VerbForm
from xiuhao.ui.timeline import Entry, entries
from xiuhao.ui.turns import turns


def case_forms(actor: Actor, process: Process, case: Case, record: Any, verbs: Sequence[Transition]) -> list[VerbForm]:
    """Forms of some verbs on a case, with what was typed earlier."""
    return with_drafts(actor, [(VerbForm(process, transition, actor, case, record), {}) for transition in verbs])


def with_drafts(actor: Actor, blank: Sequence[tuple[VerbForm, dict[str, Any]]]) -> list[VerbForm]:
    """Build forms with the values given and, over them, what was typed earlier and not sent. One statement for all drafts."""
    kept = drafts.of(actor, [form.draft for form, _given in blank])
    made = []
    for form, given in blank:
        at, fields = kept.get(form.draft, (None, {}))
        names = {need.key for need in form.transition.needs}
        if typed := {key: value for key, value in fields.items() if key in names}:
            form.draft_at, form.since = at, drafts.version(fields)
        made.append(forms.build(form, {**given, **typed}))
    return made


def pointless(process: Process, verb: Transition, actor: Actor, case: Case, record: Any) -> bool:
    """True if the case itself stands in the way of a verb, so that nobody need be offered it."""
    return gate.pointless(Step(process, verb, actor, now(), {}, case=case, record=record, before=case.state))


def templates(form: VerbForm) -> list[str]:
    """A module's own template for a verb, else the standing one."""
    return [f"{form.process.record.partition('.')[0]}/do_{form.transition.key}.html", "ui/step.html"]


@staff
def do(request: HttpRequest, process: str, number: str, verb: str) -> HttpResponseBase:
    """GET and POST /c/<process>/<number>/do/<verb>."""
    actor, declared = actor_of(request), process_of(process)
    transition = declared.verb(verb)
    case = case_of(actor, declared, number)
    record = record_of(declared, case)
    if request.method == "POST" and "_look" not in request.POST:
        return _perform(request, actor, declared, transition, case)
    if transition not in engine.open_verbs(actor, case, record):
        gate.may(declared, transition, declared.state(case.state), ())
    if request.method == "POST":
        form = forms.build(VerbForm(declared, transition, actor, case, record), forms.given_of(transition, request.POST))
        form.key = forms.key_of(request.POST)
        return show(request, "ui/step_fields.html", form=form)
    [form] = with_drafts(actor, [(VerbForm(declared, transition, actor, case, record), _prefilled(transition, request))])
    turn = _turn(transition, case, actor)
    return show(request, templates(form), form=form, case=case, process=declared, next=request.GET.get("next", ""), turn=turn)


def _turn(transition: Transition, case: Case, actor: Actor) -> str:
    """Where the approval stands that a verb answers, if a row of authority puts it to several posts."""
    if transition.answers is None or not transition.answers.amount:
        return ""
    waiting = CaseAsk.objects.filter(case_id=case.pk, key=transition.answers.key, outcome="", part__gt=0)
    return next(iter(turns(ask for ask in waiting if asks.addressed(ask, actor)).values()), "")


def _prefilled(transition: Transition, request: HttpRequest) -> dict[str, Any]:
    """Answers that a link brings along: ids and choices, never texts (an address is kept in logs)."""
    return {need.key: request.GET[need.key] for need in transition.needs if need.key in request.GET and not need.secret}


def _perform(request: HttpRequest, actor: Actor, process: Process, transition: Transition, case: Case) -> HttpResponseBase:
    given = forms.changed_of(transition, request.POST)
    try:
        forms.take_uploads(request, transition, given, actor)
        outcome = engine.perform(
            process.key, transition.key, actor=actor, number=case.number, given=given,
            key=forms.key_of(request.POST), version=forms.version_of(request.POST),
        )  # fmt: skip
    except Refused as refused:
        return _again(request, actor, process, transition, case, given, refused)
    drafts.forget(actor, VerbForm(process, transition, actor, case).draft)
    seen.mark(actor, outcome.case)
    if outcome.answer is not None:
        return _answer(request, process, transition, case, outcome.answer)
    undo = {"url": f"{case_url(case)}do/{transition.inverse}", "_version": str(outcome.case.version)} if transition.inverse else None
    sentence = _("{number} {verb}：完成").format(number=outcome.case.number, verb=transition.label)
    if outcome.line.verb == asks.PARTLY:
        said = dict(zip(("turn", "turns"), outcome.line.data["turn"], strict=True), number=outcome.case.number, verb=transition.label)
        sentence = _("{number} {verb}（第 {turn} 步，共 {turns} 步），还要别人同意").format(**said)
    return done(request, sentence, local_url(request, request.POST.get("_next", ""), case_url(case)), undo=undo)


def _answer(request: HttpRequest, process: Process, transition: Transition, case: Case, answer: Any) -> HttpResponseBase:
    """What a verb gives back once: shown in place of its form by the module's own template, and kept by no cache."""
    template = f"{process.record.partition('.')[0]}/answer_{transition.key}.html"
    response = show(request, template, answer=answer, case=case, process=process, transition=transition)
    response["Cache-Control"] = "no-store"
    return response


def _again(
    request: HttpRequest, actor: Actor, process: Process, transition: Transition, case: Case, given: dict[str, Any], refused: Refused
) -> HttpResponseBase:
    """The form once more, with what was typed, what is wrong, and (after somebody else's change) what changed."""
    form = forms.build(VerbForm(process, transition, actor, case, record_of(process, case)), given, refused=refused)
    form.key = forms.key_of(request.POST) if refused.code not in ("bad_key", "key_reused") else form.key
    form.since = forms.version_of(request.POST) if refused.code not in ("bad_version", "stale") else None
    context = {
        "form": form,
        "case": case,
        "process": process,
        "next": request.POST.get("_next", ""),
        "changes": changes(process, refused, actor),
    }
    return show(request, templates(form), refused.status, **context)


def changes(process: Process, refused: Refused, actor: Actor) -> list[Entry]:
    """What others did meanwhile, as the timeline says it, with what they wrote."""
    ids = [change["line"] for change in refused.params.get("changes", ())]
    return entries(process, list(Journal.objects.filter(pk__in=ids).order_by("pk")), actor) if ids else []


@staff
def new(request: HttpRequest, process: str) -> HttpResponseBase:
    """GET and POST /c/<process>/new?verb=…&parent=…: bring a case into being."""
    actor, declared = actor_of(request), process_of(process)
    open_to = [t for t in engine.births(actor, declared) if not t.quiet]
    wanted = request.GET.get("verb") or (open_to[0].key if open_to else "")
    transition = declared.verb(wanted) if wanted else None
    if transition is None or transition not in open_to:
        raise Refused("not_allowed", {"verb": transition.label if transition else declared.label}, status=403)
    on = _on(actor, transition, request.GET.get("parent", ""))
    if request.method == "POST" and "_look" not in request.POST:
        return _bear(request, actor, declared, transition, on)
    form = VerbForm(declared, transition, actor, on=on)
    if request.method == "POST":
        form.key = forms.key_of(request.POST)
        return show(request, "ui/step_fields.html", form=forms.build(form, forms.given_of(transition, request.POST)))
    with_drafts(actor, [(form, _prefilled(transition, request))])
    others = [t for t in open_to if t.on == transition.on]
    return show(request, templates(form), form=form, process=declared, births=others)


def _on(actor: Actor, transition: Transition, number: str) -> Case | None:
    """The case on which one is born, checked to be seen; Refused not_found (404). None for what is born on none."""
    return case_of(actor, registry.process(transition.on), number) if transition.on else None


def _bear(request: HttpRequest, actor: Actor, process: Process, transition: Transition, on: Case | None) -> HttpResponseBase:
    given, parent = forms.given_of(transition, request.POST), on.number if on else ""
    try:
        forms.take_uploads(request, transition, given, actor)
        outcome = engine.perform(process.key, transition.key, actor=actor, given=given, key=forms.key_of(request.POST), parent=parent)
    except Refused as refused:
        form = forms.build(VerbForm(process, transition, actor, on=on), given, refused=refused)
        form.key = forms.key_of(request.POST) if refused.code not in ("bad_key", "key_reused") else form.key
        return show(request, templates(form), refused.status, form=form, process=process)
    drafts.forget(actor, VerbForm(process, transition, actor, on=on).draft)
    sentence = _("{verb}：已建 {number}").format(verb=transition.label, number=outcome.case.number)
    return done(request, sentence, local_url(request, request.POST.get("_next", ""), case_url(outcome.case)))
