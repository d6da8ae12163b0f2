"""Macros: verbs that are done together often, with texts that fill themselves in; shown before they are done, done one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from xiuhao.kernel import engine, gate, sentences
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor, roles_on
from xiuhao.kernel.evidence import Text
from xiuhao.kernel.masking import mask_name
from xiuhao.kernel.models import Case, Journal, Unit
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.process import Process, Transition, fits
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.ticket.models import Macro, Ticket
from xiuhao.ticket.queries import looked_at
from xiuhao.ui import words

# What a macro may do: verbs whose evidence can be said beforehand. Nothing that merges, gives away or ends a case.
ALLOWED = ("reply", "note", "prioritise", "edit", "wait_customer", "wait_parts", "resume", "missed_call", "solve")
SAID = frozenset({"text", "textarea", "select", "check"})  # widgets whose value can be
MOST = 6  # verbs of one macro
SHARERS = (r.LEAD, r.MANAGER)
# What a text may name between braces, and nothing else: no attribute, no call, no format specification.
WORDS: Mapping[str, tuple[Any, Callable[[Ticket, Actor], str]]] = {
    "number": (_("工单编号"), lambda t, actor: t.case.number),
    "customer": (_("客户姓名"), lambda t, actor: t.contact_name),
    "model": (_("型号"), lambda t, actor: str(t.model or t.category or "")),
    "serial": (_("序列号"), lambda t, actor: t.serial),
    "promised": (_("承诺时间"), lambda t, actor: f"{local(t.promised_at):%Y-%m-%d %H:%M}" if t.promised_at else ""),
    "me": (_("我的姓名"), lambda t, actor: actor.name),
}
_PLACE = re.compile(r"\{([^{}]*)\}")


def fill(text: str, ticket: Ticket, actor: Actor, hide: bool = False) -> str:
    """The text with its places filled; what is not in WORDS stays as it was written. What is filled in is not looked at again.
    `hide` masks the customer's name, for showing."""

    def said(name: str) -> str:
        words = WORDS[name][1](ticket, actor)
        return mask_name(words) if hide and name == "customer" else words

    return _PLACE.sub(lambda m: said(m[1]) if m[1] in WORDS else m[0], text)


def unknown(text: str) -> list[str]:
    """The places of a text that nothing fills."""
    return [name for name in _PLACE.findall(text) if name not in WORDS]


@dataclass
class Planned:
    """One verb of a macro on a case: what will be given, in words too, and why it cannot be done as far as can be seen."""

    transition: Transition
    given: dict[str, Any]
    shown: list[tuple[str, Any]] = field(default_factory=list)
    wrong: str = ""
    done: bool = False


def plan(macro: Macro, process: Process, case: Case, ticket: Ticket, actor: Actor) -> list[Planned]:
    """Every change that it will make, in order, each judged in the state that those before it leave. Nothing is written. What is shown
    of it has the customer's name masked, unless this person has looked at it within the hour."""
    roles = roles_on(actor, case, ticket, process.relations(actor, case, ticket))
    state, found, hide = process.state(case.state), [], not looked_at(actor, case)
    for verb, given in macro.steps:
        transition = process.verb(verb)
        filled, seen = (
            {key: fill(value, ticket, actor, masked) if isinstance(value, str) else value for key, value in given.items()}
            for masked in (False, hide)
        )
        needs = {need.key: need for need in transition.needs}
        shown = [(str(needs[key].label), words.evidence_value(needs[key], value)) for key, value in seen.items() if key in needs and value]
        each = Planned(transition, filled, shown)
        try:
            gate.may(process, transition, state, roles)
        except Refused as refused:
            each.wrong = sentences.say(refused)
        if not each.wrong and transition.target and fits(transition, state):
            state = transition.target
        found.append(each)
    return found


def overtaken(planned: list[Planned], ticket: Ticket, seen: int, key: UUID) -> list[Journal]:
    """What was done since the version whose preview was seen, and that these verbs must not overlook: an answer that the customer reads
    beside ours, a move, a field that they fill in too. Remarks are none of it, nor is what this macro itself did."""
    number, public = ticket.case.number, any(each.transition.public for each in planned)
    fields = {name for each in planned for name in each.given if hasattr(ticket, name)}
    lines = Journal.objects.filter(case_id=ticket.pk, seq__gt=seen).exclude(verb__startswith="clock_")
    return [
        line
        for line in lines.exclude(key__in=[_own(key, place, number) for place, _each in enumerate(planned)]).order_by("seq")
        if line.before != line.after or (public and line.public) or fields & {*line.data.get("given", ()), *line.data.get("contents", ())}
    ]


def _own(key: UUID, place: int, number: str) -> UUID:
    """The key of one verb of a macro, however often the form is sent."""
    return uuid5(key, f"{place} {number}")


def apply(planned: list[Planned], case: Case, actor: Actor, key: UUID, seen: int | None = None) -> None:
    """Do the verbs in order through the engine, each once however often the form is sent; the first refusal ends it, and the plan then
    says what was done, what was refused and why, and what was left. `seen` is the version of the preview."""
    for place, each in enumerate(planned):
        try:
            done = engine.perform(
                "ticket", each.transition.key, actor=actor, number=case.number, given=each.given,
                key=_own(key, place, case.number), version=seen,
            )  # fmt: skip
        except Refused as refused:
            each.wrong, each.done = sentences.say(refused), False
            for later in planned[place + 1 :]:
                later.wrong = str(_("前一步没有完成，未执行。"))
            return
        each.wrong, each.done = "", True
        seen = done.line.seq if seen is not None else None


def make(actor: Actor, name: str, shared: bool) -> Macro:
    """A new empty macro. Raises Refused macro_name (422), macro_share (403)."""
    title = clean_text(name, 40)
    if not title or Macro.objects.visible_to(actor).filter(account_id=actor.account, name=title).exists():
        raise Refused("macro_name", {"name": title}, status=422)
    if shared and not actor.holds(*SHARERS):
        raise Refused("macro_share", {}, status=403)
    return Macro.objects.visible_to(actor).create(
        account_id=actor.account, name=title, shared=Unit.objects.get(path=actor.unit_path) if shared else None
    )


def add(macro: Macro, transition: Transition, given: Mapping[str, Any]) -> None:
    """One more verb at its end. Raises Refused macro_verb (422), macro_full (422), macro_places (422), incomplete (422)."""
    if transition.key not in ALLOWED:
        raise Refused("macro_verb", {"verb": transition.label}, status=422)
    if len(macro.steps) >= MOST:
        raise Refused("macro_full", {"limit": MOST}, status=422)
    kept = {need.key: given[need.key] for need in transition.needs if need.widget in SAID and given.get(need.key)}
    _found, wrong = gate.clean(transition, kept)
    if wrong:
        raise Refused("incomplete", {"verb": transition.label, "labels": [str(k) for k in wrong]}, status=422, fields=wrong)
    texts = {need.key for need in transition.needs if isinstance(need, Text)}
    if lost := [name for key in texts & set(kept) for name in unknown(kept[key])]:
        raise Refused("macro_places", {"places": "、".join(lost[:5]), "known": "、".join(WORDS)}, status=422)
    macro.steps = [*macro.steps, [transition.key, kept]]
    macro.save(update_fields=["steps"])
