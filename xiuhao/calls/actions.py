"""What each verb of a call writes. Called by the engine inside its transaction; never by a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists

from xiuhao.calls import queries, script
from xiuhao.calls.models import MANUAL, Call, CallStep, Extension
from xiuhao.kernel import accounts, policy, rulebook
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Account, Journal, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.party import queries as people

LAST_WORD = rulebook.bind("YD-2.11", "calls", _("谁先挂机"))


def ring(step: Step) -> None:
    """It rings for somebody: the call is theirs, in their unit; who calls is looked up by the number."""
    record: Call = step.record
    record.screen = queries.screen_of(record.provider, record.provider_id)
    record.rang_at = step.at
    record.version = script.in_force(step.at).version
    record.node = script.of(record.version).first
    _for(step, step.given["agent"])
    if step.case.owner_id is None:
        _who(step, step.actor)
    if not step.given["ringing"]:
        begin(step)


def begin(step: Step) -> None:
    """The agent has no telephone system, or it did not report the ringing."""
    step.record.answered_at = step.record.node_since = step.at
    step.go(step.process.state("talking"))


def start(step: Step) -> None:
    """A talk that no telephone system reports: the agent's own phone screen is the call."""
    record: Call = step.record
    record.provider, record.provider_id, record.screen = MANUAL, step.given["screen"], UUID(step.given["screen"])
    record.rang_at = record.answered_at = record.node_since = step.at
    record.version = script.in_force(step.at).version
    record.node = script.of(record.version).first
    _who(step, step.actor)


def _for(step: Step, agent: str) -> None:
    """Give the call to whom it rings: by extension, else by log-in; the caller is whom they may see. Refused extension_unknown (422)."""
    if not agent:
        return
    held = Extension.objects.filter(number=agent).values_list("account_id", flat=True).first()
    rows = Account.objects.filter(is_active=True, kind="staff").select_related("unit")
    account = rows.filter(pk=held).first() if held else rows.filter(login=agent).first()
    if account is None:
        raise Refused("extension_unknown", {"agent": agent[:40]}, status=422)
    step.record.extension = agent
    step.case.keeper_id = account.pk
    step.own(account)
    if account.unit:
        step.place(account.unit)
    _who(step, accounts.actor_of(account))


def _who(step: Step, hears: Actor) -> None:
    """Tie the call to whom its number identifies, as far as who hears it may see them; to nobody else."""
    number = step.record.caller
    known = people.on_file(hears, {number}).get(number) if number else None
    step.case.customer_id = known.pk if known else None


def tell(step: Step) -> None:
    """The ringing is reported after what followed it: what was missing is filled in."""
    record: Call = step.record
    record.rang_at = min(step.at, record.rang_at or step.at)
    if step.case.owner_id is None:
        _for(step, step.given["agent"])
    if step.case.customer_id is None:
        _who(step, accounts.actor_of(step.case.owner_id) if step.case.owner_id else step.actor)


def answer(step: Step) -> None:
    """Somebody took it; reported after the end, the call was not missed after all."""
    record: Call = step.record
    late = step.before in ("ended", "missed")
    if record.answered_at is None:
        record.answered_at = min(step.at, record.ended_at or step.at)
        record.node_since = record.answered_at
    if step.given["agent"] and (step.case.owner_id is None or step.given["agent"] != record.extension):
        _for(step, step.given["agent"])
    if late:
        step.go(step.process.state("ended"))
        if step.before == "missed":
            finish(step)


def end(step: Step) -> None:
    """Who hung up, when, after how long; without an answer before it the call was missed."""
    record: Call = step.record
    record.ended_at, record.ended_by = step.at, step.given["ended_by"]
    _tie(step)
    if record.answered_at is None:
        step.go(step.process.state("missed"))
    else:
        finish(step)


def finish(step: Step) -> None:
    """Count how the talk ended: the pause after the goodbye (YD-2.10), who had the last word (YD-2.11), steps that were owed."""
    record: Call = step.record
    assert record.ended_at and record.answered_at
    said, by = step.given.get("seconds"), record.ended_by
    record.seconds = said if said is not None else max(0, round((record.ended_at - record.answered_at).total_seconds()))
    if record.goodbye_at:
        record.pause = max(0, int((record.ended_at - record.goodbye_at).total_seconds()))
    row = policy.decide("calls.pause", {}, step.at)
    begun = CallStep.objects.filter(call_id=step.case.pk).values_list("node", flat=True)
    walked = set(begun)
    if row is not None and by in ("customer", "agent") and (walked or record.goodbye_at):
        kept = by == "customer" or (record.pause is not None and record.pause >= int(row.value["seconds"]))
        step.obey(row, "met" if kept else "broken")
        if not kept:
            step.say(overruled=[row.pk])
    if LAST_WORD.active and by in ("customer", "agent") and not (by == "agent" and record.replied is False):
        step.rule("YD-2.11", "met" if by == "customer" else "broken")
    step.say(ended_by=by, replied=record.replied, pause=record.pause, seconds=record.seconds)
    for node in script.of(record.version).owed if walked else ():
        if node.key not in walked:
            _walk(step, node, done=False)


def walk(step: Step) -> None:
    """A step of the script was done or skipped; the talk goes on where it leads."""
    record: Call = step.record
    given = step.given
    node = _node(step)
    done = given["outcome"] == "done"
    if done:
        _told(step, node)
    branch = given["branch"]
    if node.kind == "goodbye" and done:
        record.goodbye_at = record.goodbye_at or step.at
        if branch is not None:
            record.replied = node.options[branch - 1].value == "replied" if branch <= len(node.options) else None
    seconds = round((step.at - record.node_since).total_seconds()) if record.node_since else None
    if branch is None or node.kind != "goodbye":  # whether the customer answered the goodbye is noted when it was said and counted
        _walk(step, node, done, seconds)
    record.node, record.node_since = node.leads(branch) or node.key, step.at
    _tie(step)


def _told(step: Step, node: script.Node) -> None:
    """Full name and mobile number are asked for until they are said, or on file (YD-2.6); only a name that was said can be told by its
    characters (YD-2.7). Refused mobile_needed, full_name_needed, name_unsaid (422)."""
    said = step.given["value"]
    if node.field == "contact_phone" and not script.mobile(said or step.record.caller):
        raise Refused("mobile_needed", {}, status=422, clauses=("YD-2.6",))
    if node.field == "contact_name" and len(said) < 2 and (said or step.case.customer_id is None):
        raise Refused("full_name_needed", {}, status=422, clauses=("YD-2.6",))
    if "spelt" in node.places and len(said) < 2 and not queries.named(step.actor, step.record, step.case.customer_id):
        raise Refused("name_unsaid", {}, status=422, clauses=("YD-2.7",))


def back(step: Step) -> None:
    """To a step that was there before; nothing is counted again but what is done again."""
    step.record.node, step.record.node_since = _node(step).key, step.at


def _node(step: Step) -> script.Node:
    """The step that is named; the line tells of which version it is, where it is not of what ships."""
    if step.record.version_id:
        step.say(edition=step.record.version_id)
    return script.of(step.record.version).node(step.given["node"])


def _walk(step: Step, node: script.Node, done: bool, seconds: int | None = None) -> None:
    step.walk(node.key, node.counted, done)
    step.add(CallStep(call=step.record, version=step.record.version, node=node.key, done=done, seconds=seconds, at=step.at))


def _tie(step: Step) -> None:
    """To the ticket that was born on the call's phone screen, once there is one."""
    tied = Link.objects.filter(child_id=step.case.pk, kind="call")
    lines = Journal.objects.filter(~Exists(tied), key=step.record.screen, process="ticket")
    if born := lines.values_list("case_id", "case__number").first():
        step.link(born[0], "call")
        step.say(ticket=born[1])


def ask_back(step: Step) -> None:
    """Nobody's yet: the technical queue takes it; who promised it stays its keeper."""
    step.case.keeper_id = step.actor.id
    step.own(None)


def title(record: Any) -> str:
    """A call is shown by its masked number, if it has one."""
    return mask_phone(record.caller)
