"""Actions of a handset: all kept first, then each tried in the handset's order, through the engine, once.

A repeat is answered as the first was (O1). One whose step before it is not here waits and is taken up when that comes (O2); those
after one that was refused wait too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from xiuhao.fieldwork.app import merging, shots
from xiuhao.fieldwork.app.entry import Caller
from xiuhao.fieldwork.app.merging import PROCESS
from xiuhao.fieldwork.app.models import CONFLICT, DISMISSED, DONE, HELD, MERGED, NOTED, OPEN, REFUSED, WAITING, Handset, Sent
from xiuhao.fieldwork.app.moments import SUSPECT, Anchor, Tick, believed, corrected, guessed
from xiuhao.kernel import engine, files, registry, sentences
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.chain import canonical
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

LATE = frozenset({MERGED, NOTED, CONFLICT})


@dataclass(frozen=True)
class Act:
    """One action as it came. `after` is the sequence of the one before it on the same job (0: none), `base` the job's version
    that was last had from us; `withdrawn` takes back one that was refused."""

    sequence: int
    key: UUID
    number: str
    verb: str
    done: Tick
    given: dict[str, Any] = field(default_factory=dict)
    after: int = 0
    base: int = 0
    anchor: Anchor | None = None
    withdrawn: bool = False

    def digest(self) -> bytes:
        return hashlib.sha256(canonical([self.number, self.verb, self.given])).digest()


def take(caller: Caller, acts: Sequence[Act], sent: Tick, received: datetime) -> list[dict[str, Any]]:
    """Keep these actions, then go on with all that are open of this handset. One answer for each of the given ones, and for each that
    was open before."""
    wrong = {act.key: no for act in sorted(acts, key=lambda act: act.sequence) if (no := _keep(caller, act, sent, received))}
    Handset.objects.unscoped("the caller's own").filter(pk=caller.handset.pk).update(
        seen_at=received, skew=round((sent.at - received).total_seconds())
    )
    asked = {act.key for act in acts}
    rows = Sent.objects.unscoped("the caller's own handset's").filter(handset=caller.handset)
    was_open = set(rows.filter(state__in=OPEN).values_list("pk", flat=True))
    if caller.actor is not None:
        go_on(caller.handset, caller.actor)
    shown = rows.filter(Q(key__in=asked - wrong.keys()) | Q(pk__in=was_open)).select_related("case").order_by("sequence")
    taken = [answer(row, told=caller.actor is not None) for row in shown]
    refused = [{"key": str(key), "state": REFUSED, "code": no.code, "sentence": sentences.say(no)} for key, no in wrong.items()]
    return [*taken, *refused]


def _keep(caller: Caller, act: Act, sent: Tick, received: datetime) -> Refused | None:
    """Write an action down as it came; why not, where its key or place is another's."""
    since = caller.handset.since
    occurred, skew = corrected(act.done, sent, received, believed(act.anchor, received, since))
    unsure = guessed(act.done, sent, received, act.anchor, since)
    state = WAITING if caller.actor is not None else HELD
    with transaction.atomic():
        _locked(caller.handset)
        rows = Sent.objects.unscoped("the caller's own handset's; a key is unique among all")
        found = rows.filter(key=act.key).first() or rows.filter(handset=caller.handset, sequence=act.sequence).first()
        if found is None:
            found = Sent(handset=caller.handset, sequence=act.sequence, received_at=received)
        elif found.handset_id != caller.handset.pk or (found.key == act.key and bytes(found.digest) != act.digest()):
            return Refused("key_reused", status=422)
        elif found.state != REFUSED:
            return None if found.key == act.key else Refused("sequence_taken", {"sequence": act.sequence})
        elif act.withdrawn:
            found.state, found.settled_at = DISMISSED, received
            found.save(update_fields=["state", "settled_at"])
            return None
        # New, or another attempt at what was refused: as it was, or corrected under a key of its own.
        found.key, found.number, found.verb, found.given = act.key, act.number, act.verb, json.dumps(act.given, default=str)
        found.digest, found.after, found.base, found.state = act.digest(), act.after, act.base, DISMISSED if act.withdrawn else state
        found.device_at, found.occurred_at, found.skew, found.code, found.problem = act.done.at, max(occurred, since), skew, "", {}
        found.guessed = unsure
        found.save()
    return None


def _locked(handset: Handset) -> None:
    """One batch of a handset at a time."""
    Handset.objects.unscoped("the caller's own").select_for_update().get(pk=handset.pk)


def go_on(handset: Handset, actor: Actor) -> None:
    """Try what is open of this handset, in its order."""
    rows = Sent.objects.unscoped("the caller's own handset's").filter(handset=handset, state__in=(WAITING, HELD))
    for row in rows.select_related("handset").order_by("sequence"):
        _try(row, actor)


def _try(row: Sent, actor: Actor) -> None:
    if code := _lacks(row):
        _wait(row, code)
        return
    given = json.loads(row.given)
    named = [pk for ids in photos_of(row.verb, given).values() for pk in ids]
    try:
        taken = shots.attach(row.handset, named, actor)
    except Refused as refused:
        _say(row, REFUSED, refused)
        row.save()
        return
    given |= {key: [taken[pk] for pk in ids] for key, ids in photos_of(row.verb, given).items()}
    with transaction.atomic():
        _locked(row.handset)
        row = Sent.objects.unscoped("locked through its handset").select_related("handset").get(pk=row.pk)
        if row.state in (WAITING, HELD):
            _do(row, given, actor)
            row.save()
    if row.state not in OPEN:
        shots.settle(row.handset, named)


def _lacks(row: Sent) -> str:
    """What has not come that this action stands on; "" if nothing."""
    before = Sent.objects.unscoped("the caller's own handset's").filter(handset=row.handset)
    if row.after and not before.filter(sequence=row.after).exists():
        return "step_missing"
    if before.filter(number=row.number, sequence__lt=row.sequence, state__in=OPEN).exists():
        return "step_before"
    named = [pk for ids in photos_of(row.verb, json.loads(row.given)).values() for pk in ids]
    return "" if shots.here(row.handset, named) else "photos_missing"


def photos_of(verb: str, given: dict[str, Any]) -> dict[str, list[str]]:
    """The ids of the photos that an action names, by evidence; a handset's own ids until they are attached."""
    try:
        needs = registry.process(PROCESS).verb(verb).needs
    except Refused:
        return {}
    named = {need.key: given[need.key] for need in needs if need.widget in files.TAKEN and isinstance(given.get(need.key), list)}
    try:
        return {key: [str(UUID(pk)) for pk in ids] for key, ids in named.items() if ids}
    except (ValueError, TypeError, AttributeError):  # no ids of anything: the gate says so
        return {}


def _wait(row: Sent, code: str) -> None:
    Sent.objects.unscoped("the caller's own handset's").filter(pk=row.pk, state__in=(WAITING, HELD)).update(
        state=WAITING, code=code, problem={"sentence": sentences.say(Refused(code))}
    )


def _do(row: Sent, given: dict[str, Any], actor: Actor) -> None:
    """Through the engine; if it refuses, what then becomes of it."""
    case = Case.objects.unscoped("whether it was theirs is looked up").filter(process=PROCESS, number=row.number).first()
    request = engine.Request(row.verb, given, row.number, row.key, occurred=_at(row, case), offline=facts_of(row))
    result = engine.perform_many(PROCESS, [request], actor=actor)[0]
    if isinstance(result, engine.Outcome):
        row.state, row.code, row.problem, row.given, row.case = DONE, "", {}, "{}", result.case
        row.settled_at = now()
        return
    state = merging.becomes(row, result, case)
    _say(row, state, result)
    if state in LATE and case is not None:
        beside(row, given, state, case)


def facts_of(row: Sent) -> dict[str, Any]:
    """what the line of an action tells of its handset: both moments, whether its clock is to be doubted, whether it alone says when."""
    told = {"handset": row.handset_id, "sequence": row.sequence, "device_at": row.device_at.isoformat(), "skew": row.skew}
    marks = {"suspect": abs(row.skew) > SUSPECT.total_seconds(), "guessed": row.guessed}
    return {**told, **{name: True for name, holds in marks.items() if holds}}


def beside(row: Sent, given: dict[str, Any], state: str, case: Case) -> None:
    """Bring what cannot be done onto the job all the same: its words, photos and readings, and where it can be the conflict. The state of
    the action says which; it waits on if even that is refused."""
    stops = registry.process(PROCESS).verb("conflict")
    if state == CONFLICT and case.state not in {source.key for source in stops.source}:
        state = NOTED  # the job is over, or a person is deciding already
    verb = "conflict" if state == CONFLICT else "take_late"
    told = {**facts_of(row), "late": merging.told(row, given)}
    words = {"text": merging.words(row, given)}
    request = engine.Request(verb, words, row.number, row.key, occurred=_at(row, case, row.base), by=merging.author(row), offline=told)
    result = engine.perform_many(PROCESS, [request], actor=SYSTEM)[0]
    if isinstance(result, Refused):
        _say(row, WAITING, result)
        return
    row.state, row.given, row.case, row.settled_at = state, "{}", result.case, now()


def _at(row: Sent, case: Case | None, upto: int | None = None) -> datetime:
    """When it happened, and not before the move of the job that it follows: the last one, or that up to a version."""
    if case is None:
        return row.occurred_at
    moves = Journal.objects.filter(case_id=case.pk).exclude(before=F("after"))
    last = (moves if upto is None else moves.filter(seq__lte=upto)).order_by("-seq").values_list("occurred_at", flat=True).first()
    return max(row.occurred_at, last) if last else row.occurred_at


def _say(row: Sent, state: str, refused: Refused) -> None:
    fields = {name: sentences.say(wrong) for name, wrong in refused.fields.items()}
    row.state, row.code, row.problem = state, refused.code, {"sentence": sentences.say(refused), "fields": fields}


def answer(row: Sent, *, told: bool) -> dict[str, Any]:
    """What a handset hears of an action; of the job only where somebody is logged in."""
    said = {"key": str(row.key), "sequence": row.sequence, "state": row.state, "code": row.code, "number": row.number}
    if not told:
        return said
    case = {"version": row.case.version, "case_state": row.case.state} if row.case and row.state == DONE else {}
    return {**said, **row.problem, **case}
