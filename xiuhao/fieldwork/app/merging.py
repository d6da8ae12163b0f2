"""What becomes of an action that cannot be done as it was meant, because the job went on without it: field by field, never by who is last.

Notes, photos, checks and parts used are appended; the actual arrival and finish, readings and the signature are the handset's; the
assignee, the appointment, the priority, prices and approvals are ours, with the handset's word kept beside; a state only moves by a
valid verb, else a person decides. (O3, O4)
"""

from __future__ import annotations

from typing import Any

from xiuhao.fieldwork.app.models import CONFLICT, MERGED, NOTED, REFUSED, WAITING, Sent, Shot
from xiuhao.kernel import files, gate, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Grant, Journal
from xiuhao.kernel.process import Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step

PROCESS = "work"
BIDS = frozenset({"claim", "accept", "refuse"})  # somebody was quicker: nothing was done on site that could be lost
OURS = frozenset({"contact", "book", "reschedule", "cancel", "transfer", "quote", "agree", "decline", "settle"})
APPENDED = frozenset({"note", "show_badge", "add_units", "photograph", "measure", "tick", "use_parts"})
WRITTEN = frozenset({"photograph", "measure", "tick", "use_parts"})  # of these, what they write of themselves
MOMENTS = {"arrive": "arrived_at", "finish": "finished_at", "sign": "signed_at"}  # the handset's, put right
TOLD = frozenset({"cause", "root", "signed_how"})  # fields of the record of which whoever was there knows best
LONGEST = 4000  # characters of a text that a line keeps


def becomes(row: Sent, refused: Refused, case: Case | None) -> str:
    """The state of an action that the engine refused so."""
    if refused.code not in ("wrong_state", "not_allowed", "not_found"):
        return REFUSED  # its own content, or a rule: whoever typed it can mend it
    if case is None or row.verb in BIDS or not was_theirs(row, case):
        return REFUSED
    lines = Journal.objects.filter(case_id=case.pk, seq__gt=row.base).order_by("seq")
    since = [line for line in lines.only("verb", "before", "after", "actor_kind", "actor_id", "data") if not _own(line, row)]
    if refused.code == "wrong_state":
        if any(line.verb == row.verb for line in since):
            return MERGED
        if case.is_open and not any(line.before != line.after for line in since):
            return WAITING  # a step is missing that nobody has taken away
    return NOTED if harmless(row.verb) else CONFLICT


def was_theirs(row: Sent, case: Case) -> bool:
    """Whether the job was once given to whoever sent this."""
    return Journal.objects.filter(case_id=case.pk, data__owner=row.handset.account_id).exists()


def harmless(verb: str) -> bool:
    """Whether late words of this verb stand beside the job as it is: appended, or where ours holds anyway."""
    return verb in APPENDED | OURS


def _own(line: Journal, row: Sent) -> bool:
    """Whether a line came of this handset's own work: one of its actions, or what the product did upon one."""
    told = line.data.get("offline", {})
    return "late" not in told and (told.get("handset") == row.handset_id or line.actor_kind == "system")


def author(row: Sent | Shot) -> Actor:
    """Whoever did it on site, with the posts they held, though their account be closed by now."""
    account = row.handset.account
    held = tuple(Grant.objects.filter(account=account).values_list("role", "unit__path"))
    return Actor("staff", account.pk, account.name, held, unit=account.unit_id)


def told(row: Sent, given: dict[str, Any]) -> dict[str, Any]:
    """What the line of a late action says of it: which verb, and its evidence that is nobody's secret."""
    secret = {need.key for need in verb_of(row.verb).needs if need.secret}
    return {"verb": row.verb, "given": {key: value for key, value in given.items() if key not in secret}}


def words(row: Sent, given: dict[str, Any]) -> str:
    """Which step it was, and its texts, each under its label."""
    verb = verb_of(row.verb)
    needs = [need for need in verb.needs if need.secret and given.get(need.key)]
    return "\n".join([str(verb.label), *(f"{need.label}：{given[need.key]}" for need in needs)])[:LONGEST]


def verb_of(key: str) -> Transition:
    """The declared verb. Raises Refused unknown_verb (404)."""
    return registry.process(PROCESS).verb(key)


def late(step: Step) -> None:
    """Write what a late action leaves on the job: its photos, what is appended, and the fields that are the handset's. Of a step that no
    handset sent (somebody speaks of a conflict on a page) only its own words are kept."""
    said = step.facts.get("offline", {}).get("late")
    if said is None:
        return
    verb = verb_of(said["verb"])
    photos = [pk for need in verb.needs if need.widget in files.TAKEN for pk in said["given"].get(need.key) or ()]
    if photos:
        step.context.setdefault("files", {})["photos"] = list(files.free(step.actor, photos).values())
    given, _wrong = gate.clean(verb, said["given"])
    for need in verb.needs:
        if need.key in TOLD and given.get(need.key) not in (None, "", [], ()):
            setattr(step.record, need.key, given[need.key])
    if verb.key in MOMENTS:
        setattr(step.record, MOMENTS[verb.key], step.at)
    if verb.key in WRITTEN and verb.do:
        own, step.given = step.given, given  # as if it were that verb, while it writes
        try:
            verb.do(step)
        finally:
            step.given = own
