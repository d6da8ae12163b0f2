"""What a complaint's caller agreed to on the telephone stands in its ticket: nobody enters it a second time (CS4-1.1, JD-1.8, CS6-2.2)."""

from __future__ import annotations

from uuid import uuid5

from xiuhao.calls import script
from xiuhao.calls.models import Call
from xiuhao.kernel import chain, engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Journal, Link
from xiuhao.ticket import queries as tickets

NEXT = "CS6-2.2"  # the clause of the step at which the customer is told what comes next


def pass_on(actor: Actor, call: Call) -> None:
    """Restate the points in the ticket of the call, once there are both and what the customer wants and what comes next were said; only
    of a complaint that nobody has restated. Raises what the ticket refuses. Two statements where there is nothing to do."""
    ticket = Link.objects.filter(child_id=call.pk, kind="call").values_list("parent_id", flat=True).first()
    if ticket is None:
        return
    found = tickets.visible(actor).filter(pk=ticket, kind="complaint", case__is_open=True).first()
    if found is None or Journal.objects.filter(case_id=ticket, verb="restate").exists():
        return
    given = agreed(call)
    if given.keys() >= {"restated", "demand", "next_step"}:
        engine.perform("ticket", "restate", actor=actor, number=found.case.number, given=given, key=uuid5(call.screen, "restate"))


def agreed(call: Call) -> dict[str, str]:
    """What of the talk a complaint's restating takes, as far as it was said: the last time each was."""
    lines = list(Journal.objects.filter(case_id=call.pk, verb="walk").order_by("seq"))
    texts, nodes = chain.read_contents(lines), script.of(call.version).nodes
    found = {"agreed": "yes"}
    for line in lines:
        given = line.data["given"]
        node = nodes.get(given.get("node", ""))
        if node is None or given.get("outcome") != "done":
            continue
        if node.kind == "confirm" and node.field == "description" and (text := texts.get(line.pk, {}).get("value")):
            found["restated"] = text
        if node.chosen(given.get("branch"))[0] == "demand":
            found["demand"] = node.chosen(given["branch"])[1]
        if NEXT in node.clauses:
            found["next_step"] = node.say[:300]
    return found
