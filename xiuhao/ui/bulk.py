"""One verb on many cases: chosen by hand or by a query, done in pieces, with a report of every row, and taken back where it can be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from xiuhao.kernel import accounts, engine, outbox, registry, sentences, undoing
from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import seal, unseal
from xiuhao.kernel.engine import Request
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import insert
from xiuhao.kernel.time import now
from xiuhao.ui.models import BulkRun
from xiuhao.ui.telling import Telling

PLACE = "ui_bulkrun.sealed"
PIECE = 100  # cases of one transaction
AT_ONCE = 200  # so many are done while the person waits, more in the background
MOST = 50_000  # of one run: at some 50 a second that is under half an hour, and its report is one row
UNDO_FOR = timedelta(days=1)  # for so long the report offers it; whether a row can be undone its case says
PACE = 50  # cases a second at which a run surely goes: notices wait for its end and ten seconds more


def start(
    run: UUID, process: str, verb: str, numbers: Sequence[str], given: Mapping[str, Any], actor: Actor, language: str, **more: Any
) -> BulkRun:
    """Note what is to be done; the same run twice is one. `more` are further columns. Raises Refused too_many_rows (422),
    nothing_chosen (422), key_reused (422)."""
    chosen = list(dict.fromkeys(numbers))
    if not chosen or len(chosen) > MOST:
        raise Refused("too_many_rows" if chosen else "nothing_chosen", {"limit": MOST, "count": len(chosen)}, status=422)
    sealed = seal(json.dumps(dict(given)), where=PLACE)
    values = {
        "process": process, "verb": verb, "numbers": chosen, "sealed": sealed, "account_id": actor.id,
        "language": language, "created_at": now(), **more,
    }  # fmt: skip
    made, _new = BulkRun.objects.unscoped("made here, checked below").get_or_create(pk=run, defaults=values)
    if made.account_id != actor.id:
        raise Refused("key_reused", status=422)
    return made


def carry_on(run: BulkRun) -> bool:
    """Do the next piece; True while there is more. A piece done twice answers from the journal: every row has its own key."""
    piece = run.numbers[run.done : run.done + PIECE]
    if not piece:
        return False
    actor = accounts.actor_of(run.account_id)
    given = json.loads(unseal(run.sealed, where=PLACE))
    seen = dict(run.undoes.made) if run.undoes else {}
    requests = [Request(run.verb, given, number, uuid5(run.pk, number), seen.get(number)) for number in piece]
    results = engine.perform_many(run.process, requests, actor=actor, hold=_hold(run))
    for number, result in zip(piece, results, strict=True):
        if isinstance(result, Refused):
            run.refused.append([number, sentences.say(result)])
        else:
            run.made.append([number, result.line.seq])
    run.done += len(piece)
    if run.done == len(run.numbers):
        run.finished_at, run.sealed = now(), b""
    with transaction.atomic():
        run.save(update_fields=["refused", "made", "done", "finished_at", "sealed"])
        if run.finished_at and len(run.numbers) > AT_ONCE:
            insert(TELLING.told(run))
    return run.finished_at is None


def _hold(run: BulkRun) -> int:
    """Seconds for which the notices of the next piece wait, so that who undoes the run at its end sends none."""
    back = undoing.undone_by(registry.process(run.process), run.verb)
    return outbox.UNDO + (len(run.numbers) - run.done) // PACE if back else 0


def undoable(run: BulkRun) -> bool:
    """True while a run can be taken back, as far as it did anything; whether a row still can, its case says."""
    back = undoing.undone_by(registry.process(run.process), run.verb)
    recent = run.finished_at is not None and now() < run.finished_at + UNDO_FOR
    return back is not None and recent and bool(run.made) and not BulkRun.objects.unscoped("its own undoing").filter(undoes=run).exists()


def undo(run: BulkRun, actor: Actor, language: str) -> BulkRun:
    """Note the run that takes this one back; asked twice it is one. Raises Refused cannot_undo (409)."""
    known = BulkRun.objects.visible_to(actor).filter(undoes=run).first()
    if known:
        return known
    back = undoing.undone_by(registry.process(run.process), run.verb)
    if back is None or not undoable(run):
        raise Refused("cannot_undo", status=409)
    numbers = [number for number, _version in run.made]
    return start(uuid5(run.pk, "undo"), run.process, back.key, numbers, {}, actor, language, undoes=run, query=run.query)


def _words(run: BulkRun) -> dict[str, Any]:
    declared = registry.process(run.process)
    return {
        "process": declared.label, "verb": declared.verb(run.verb).label, "n": len(run.numbers), "succeeded": run.succeeded,
        "refused": len(run.refused),
    }  # fmt: skip


TELLING = Telling("bulk", BulkRun, "ui/notice/bulk_done.txt", "/bulk", _words)


def could(process: str, verb: str, numbers: Sequence[str], actor: Actor) -> int:
    """Of these cases, how many are in a state in which the verb is possible: the preview's number. One statement."""
    states = [state.key for state in registry.process(process).verb(verb).source]
    return Case.objects.of(process, actor).filter(number__in=numbers, state__in=states).count()
