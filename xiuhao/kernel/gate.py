"""The one gate: what a page, the API, an import and a job must pass before a verb is done. Pure but for the process's own guards."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from xiuhao.kernel import rulebook
from xiuhao.kernel.evidence import Choice
from xiuhao.kernel.process import Process, State, Transition, fits
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step

WAIVED = object()


def may(process: Process, transition: Transition, state: State | None, roles: Collection[str]) -> None:
    """State and role. Raises Refused wrong_state (409) or not_allowed (403)."""
    if not fits(transition, state):
        params = {"process": process.label, "verb": transition.label, "state": state.label if state else ""}
        raise Refused("wrong_state" if state else "not_born", params)
    if not set(transition.may) & set(roles):
        raise Refused("not_allowed", {"verb": transition.label}, status=403)


def clean(transition: Transition, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Refused]]:
    """The evidence in its own types, and what is wrong with it field by field. Unknown names are refused, never dropped."""
    needs = {e.key: e for e in transition.needs}
    wrong: dict[str, Refused] = {name: Refused("unknown_field", {"field": name[:60]}, status=422) for name in given if name not in needs}
    found: dict[str, Any] = {}
    for key, need in needs.items():
        raw = given.get(key)
        if raw is None or raw == "" or (isinstance(raw, list | tuple) and not raw):
            found[key] = need.blank
            continue
        try:
            found[key] = need.clean(raw)
        except Refused as refused:
            wrong[key] = refused
    for key, need in needs.items():
        if key not in wrong and need.lacks(found.get(key)) and need.wanted(found):
            wrong[key] = Refused("missing", {"label": need.label}, status=422, clauses=need.clauses)
    return found, wrong


def evidence(step: Step, given: Mapping[str, Any], waive: bool = False) -> None:
    """Fill `step.given`. Raises Refused incomplete (422) naming every field; an import waives what is missing and says so."""
    transition = step.transition
    step.given, wrong = clean(transition, given)
    for need in transition.needs:
        if isinstance(need, Choice) and need.only and step.given.get(need.key) not in dict((("", ""), *need.offered(step.actor.kind))):
            wrong.setdefault(need.key, Refused("not_offered", {"label": need.label}, status=422))
    spared = {need.key for need in transition.needs if need.of_staff} if step.actor.kind == "customer" else ()
    wrong = {k: no for k, no in wrong.items() if no.code != "missing" or not (k in spared or lifted(step, no.clauses))}
    if waive:
        missing = [key for key, refused in wrong.items() if refused.code == "missing"]
        step.waived += missing
        wrong = {key: refused for key, refused in wrong.items() if key not in missing}
    if wrong:
        clauses = tuple(c for refused in wrong.values() for c in refused.clauses)
        labels = {need.key: need.label for need in transition.needs}
        params = {"verb": transition.label, "labels": [str(r.params.get("label") or labels.get(k, k)) for k, r in wrong.items()]}
        status = 413 if all(r.status == 413 for r in wrong.values()) else 422
        raise Refused("incomplete", params, status=status, fields=wrong, clauses=tuple(dict.fromkeys(clauses)))


def guards(step: Step, waive: bool = False) -> None:
    """Every named condition of the verb. Raises the first that does not hold, with its clauses."""
    for guard in step.transition.guards:
        if not guard.asked(step) or guard.holds(step) or lifted(step, guard.clauses):
            continue
        if waive:
            step.waived.append(guard.code)
            continue
        raise guard.refusal(step, verb=step.transition.label)


def pointless(step: Step) -> bool:
    """True if an `early` guard of the verb does not hold, so that nobody need be offered it."""
    return any(guard.early and not guard.holds(step) and not lifted(step, guard.clauses) for guard in step.transition.guards)


def lifted(step: Step, clauses: Collection[str]) -> bool:
    """True if the customer has switched off every clause for whose sake something is asked."""
    return bool(clauses) and rulebook.off(step.at).issuperset(clauses)


def credit(step: Step) -> None:
    """Which clauses this step kept, and which it passed without (waived: nothing else that was given mends that); those switched off
    do not count.

    A notice that is not sent keeps nothing: the journal says that it was not. Where there was nobody to tell, nothing else of the verb
    keeps its clauses either.
    """
    transition, silent = step.transition, bool(step.context.get("quiet") and step.transition.notify)
    unsent = [] if silent else [n for n in transition.notify if n.clauses and not n.sent(step)]
    if silent:
        step.say(quiet=True)
    if unsent:
        step.say(unsent=[n.template for n in unsent])
    told = () if silent else tuple(n for n in transition.notify if n not in unsent)
    given = [need for need in transition.needs if step.given.get(need.key) not in (None, "", (), [], False)]
    raised = step.context.get("raised", {})  # an ask that is put to a higher post is still the same
    asked = [ask for ask in step.context.get("asking", ()) if ask.key not in raised]
    carriers = (transition, *told, *transition.opens, *asked)
    for clause in (c for carrier in carriers for c in carrier.clauses):
        step.rules.setdefault(clause, "met")
    judged = [guard for guard in transition.guards if guard.asked(step)]
    for clause in (*(c for need in given for c in need.clauses), *(c for guard in judged for c in guard.clauses)):
        step.rule(clause)
    passed = [n.clauses for n in transition.needs if n.key in step.waived] + [g.clauses for g in transition.guards if g.code in step.waived]
    for clause in (c for clauses in passed for c in clauses):
        step.rule(clause, "broken")
    idle = [c for n in unsent for c in n.clauses if step.rules.get(c) == "met"]
    for clause in (*idle, *rulebook.off(step.at)):
        step.rules.pop(clause, None)
