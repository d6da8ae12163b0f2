"""A log is read, mapped, then brought piece by piece: a piece and its result are one commit, so that whatever dies goes on where it was."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, Sum

from xiuhao.kernel import accounts, past, registry, roles, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import seal, unseal_bytes
from xiuhao.kernel.files import safe_name
from xiuhao.kernel.models import Account, Journal, Unit
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, zone
from xiuhao.kernel.words import _
from xiuhao.migration import exporting, meaning, moments, places, reading
from xiuhao.migration.models import MigrationPiece, MigrationRun

PLACE = "migration_migrationpiece.sealed"
PIECE = 250  # cases of one transaction
TOLD = 500  # faults that stand with the run, the others beside its pieces
MOVERS = (roles.ADMIN, roles.MANAGER)


def may(actor: Actor) -> bool:
    """Whether somebody may move histories in and out: administrators and managers of the whole house."""
    return actor.verbs is None and any(role in MOVERS and path.count(".") <= 1 for role, path in actor.grants)


def allowed(actor: Actor) -> Actor:
    """The actor, if they may. Refused not_allowed (403)."""
    if not may(actor):
        raise Refused("not_allowed", {"verb": _("历史迁移")}, status=403)
    return actor


def start(
    actor: Actor,
    name: str,
    data: bytes,
    *,
    process: str = "ticket",
    columns: Mapping[str, str] | None = None,
    way: str = "",
    language: str = "zh-hans",
    source: str = "",
) -> MigrationRun:
    """Read a file. One that is under way already (the same file of the same system) is found again. Refused as `reading` does."""
    allowed(actor)
    digest = hashlib.sha256(data).digest()
    mine = MigrationRun.objects.visible_to(actor).filter(digest=digest, source=source, state="running")
    if (old := mine.first()) is not None:
        return old
    run = MigrationRun(account_id=actor.account, name=safe_name(name), digest=digest, process=process, source=source)
    run.language, run.created_at = language, now()
    if exporting.ours(data):
        return _own(run, data)
    return _log(run, data, columns, way, actor)


def _log(run: MigrationRun, data: bytes, columns: Mapping[str, str] | None, way: str, actor: Actor) -> MigrationRun:
    read = reading.table(data, (columns or {}).values())
    named = dict(columns or {})
    guessed = {role: header for role, header in reading.guess(read.headers).items() if header not in named.values()}
    run.columns, run.read_as = {**guessed, **named}, read.read_as
    read = reading.joined(read, run.columns)
    run.formats = [way] if way else reading.ways(read, run.columns, zone())
    ways = past.ways(run.process)
    if len(run.formats) > 1:
        raise Refused("log_ambiguous", {"formats": "、".join(run.formats)}, status=422)
    log = reading.log(read, run.columns, moments.reader(run.formats[0], zone()), now(), ways.headers())
    if not log.cases and log.faults:
        first = [_("第 {row} 行：{why}").format(row=row, why=_said(code, params)) for _case, row, code, params in log.faults[:5]]
        raise Refused("log_all_faulty", {"count": len(log.faults), "first": " ".join(map(str, first))}, status=422)
    if not log.cases:
        raise Refused("log_empty", status=422)
    run.words = log.words
    run.mapping = meaning.guess(registry.process(run.process), list(log.words))
    run.units = places.guess(actor, sorted(set(log.units.values())))
    places.recall(run)
    faults = _tell(run, read, log)
    cases: list[Any] = [
        [case, given, [[at.isoformat(), word, who] for at, word, who, _row in events], events[0][3], log.units.get(case, "")]
        for (case, events), given in zip(log.cases.items(), ways.given(log.given[case] for case in log.cases), strict=True)
    ]
    return _kept(run, cases, [len(case[2]) for case in cases], faults[TOLD:])


def _said(code: str, params: Mapping[str, Any]) -> str:
    return sentences.say(Refused(code, dict(params), status=422))


def _tell(run: MigrationRun, read: reading.Table, log: reading.Log) -> list[list[Any]]:
    """What the page says of the file; all rows that could not be read."""
    times = [event[0] for events in log.cases.values() for event in events]
    faults = [[case, row, _said(code, params)] for case, row, code, params in log.faults]
    run.told = {
        "headers": read.headers, "rows": len(read.rows), "set_aside": log.unfinished, "first": min(times).isoformat(),
        "last": max(times).isoformat(), "faults": faults[:TOLD], "faulty": len({case for case, *_rest in log.faults}),
        "flat": len(log.cases) > 1 and all(len(events) == 1 for events in log.cases.values()),
        "actors": len({event[2] for events in log.cases.values() for event in events if event[2]}),
        "sample": [[cell[:60] for cell in cells] for _n, cells in read.rows[:5]],
    }  # fmt: skip
    return faults


def _own(run: MigrationRun, data: bytes) -> MigrationRun:
    head, cases = exporting.opened(data)
    run.own, run.process, run.read_as = True, head["process"], "xiuhao"
    run.told = {"head": head, "rows": len(cases), "faults": [], "faulty": 0}
    return _kept(run, cases, [sum(not line["verb"].startswith("clock_") for line in case["lines"]) for case in cases])


def _kept(run: MigrationRun, cases: Sequence[Any], events: Sequence[int], faults: Sequence[list[Any]] = ()) -> MigrationRun:
    run.cases, run.events = len(cases), sum(events)
    with transaction.atomic():
        run.save(force_insert=True)
        MigrationPiece.objects.bulk_create(
            MigrationPiece(
                run=run, position=at // PIECE, sealed=_packed(cases[at : at + PIECE]), cases=len(cases[at : at + PIECE]),
                events=sum(events[at : at + PIECE]),
            )
            for at in range(0, len(cases), PIECE)
        )  # fmt: skip
        more = range(0, len(faults), 1_000)
        MigrationPiece.objects.bulk_create(
            MigrationPiece(run=run, position=len(cases) + 1 + at, sealed=b"", cases=0, events=0, done=True, faults=faults[at : at + 1_000])
            for at in more
        )
    return run


def _packed(cases: Sequence[Any]) -> bytes:
    return seal(zlib.compress(json.dumps(cases, ensure_ascii=False).encode(), 3), where=PLACE)


def cases_of(piece: MigrationPiece) -> list[Any]:
    """The cases of a piece as they were read; none once they were brought without fault."""
    found: list[Any] = json.loads(zlib.decompress(unseal_bytes(piece.sealed, where=PLACE))) if piece.sealed else []
    return found


def told_of(piece: MigrationPiece, place: Callable[[str], places.Place | None]) -> list[meaning.Told]:
    """The same, of another system's log, each with its place."""
    return [
        meaning.Told(case, given, [(datetime.fromisoformat(at), word, who) for at, word, who in events], row, place("".join(unit)))
        for case, given, events, row, *unit in cases_of(piece)
    ]


def preview(run: MigrationRun, mapping: Mapping[str, str]) -> meaning.Forecast:
    """What this mapping makes of the whole file; nothing is written. Refused map_missing, map_unknown (422)."""
    process = registry.process(run.process)
    wanted = meaning.checked(process, list(run.words), mapping)
    told = [case for piece in run.pieces.order_by("position") for case in told_of(piece, lambda name: None)]
    return meaning.forecast(process, told, wanted)


def begin(run: MigrationRun, mapping: Mapping[str, str], units: Mapping[str, int | None] | None = None, unit: int | None = None) -> None:
    """Decide to bring it as mapped: words to what they are here, their units to ours, `unit` for cases without one (none: where whoever
    handled it works). It is remembered. Refused migration_state (409), map_missing, map_unknown, units_missing, unit_unknown (422)."""
    if not run.own:
        run.mapping = meaning.checked(registry.process(run.process), list(run.words), mapping)
        places.checked(run, units or {}, unit)
    with transaction.atomic():
        _turn(run, "running", mapping=run.mapping, units=run.units, unit=run.unit_id)
        if not run.own:
            places.remember(run)


def drop(run: MigrationRun) -> None:
    """Give it up before anything was brought; what was read is forgotten. Refused migration_state (409)."""
    _turn(run, "dropped", finished_at=now())
    run.pieces.update(sealed=b"", faults=[])


def _turn(run: MigrationRun, after: str, **values: Any) -> None:
    mine = MigrationRun.objects.visible_to(_mover(run))
    if not mine.filter(pk=run.pk, state="mapping").update(state=after, **values):
        raise Refused("migration_state", {"state": mine.get(pk=run.pk).get_state_display()})
    run.refresh_from_db()


def _mover(run: MigrationRun) -> Actor:
    """Whoever uploaded it, as they are now: a right that was taken away meanwhile is gone here too."""
    return accounts.actor_of(Account.objects.get(pk=run.account_id))


def importer(actor: Actor) -> Actor:
    """In whose name what nobody is named for is written: the import, ordered by this person; at the head of the house."""
    head = Unit.objects.filter(parent=None).order_by("pk").first()
    if head is None:
        raise Refused("not_founded", {})
    return Actor(kind="import", id=actor.account, name=actor.name, unit=head.pk, unit_path=head.path)


def carry_on(run: MigrationRun) -> bool:
    """Bring the next piece; True while there is more. Refused not_allowed (403) where the right was taken away meanwhile."""
    actor = importer(allowed(_mover(run)))
    with transaction.atomic():
        piece = run.pieces.select_for_update().filter(done=False).order_by("position").first()
        if piece is not None:
            _bring(run, piece, actor)
            return True
    MigrationRun.objects.visible_to(_mover(run)).filter(pk=run.pk, state="running").update(state="finished", finished_at=now())
    run.refresh_from_db()
    return False


def _bring(run: MigrationRun, piece: MigrationPiece, actor: Actor) -> None:
    names, histories = _histories(run, piece, actor)
    for (name, row), brought in zip(names, past.bring(run.process, histories, actor=actor), strict=True):
        if brought.refused:
            piece.faults.append([name, row, _why(brought.refused)])
        piece.made += brought.made
        piece.known += not brought.made and not brought.events and not brought.refused
        piece.written += brought.events
        piece.differs += [[name, place, clause] for place, clause in brought.differs]
    piece.done, piece.sealed = True, piece.sealed if piece.faults else b""
    piece.save(update_fields=["done", "sealed", "made", "known", "written", "faults", "differs"])


def _why(refused: Refused) -> str:
    said = [f"{key}：{sentences.say(why)}" for key, why in refused.fields.items()]
    return "；".join(said) or sentences.say(refused)


def _histories(run: MigrationRun, piece: MigrationPiece, actor: Actor) -> tuple[list[tuple[str, int]], list[past.History]]:
    process = registry.process(run.process)
    if run.own:
        cases = cases_of(piece)
        people = exporting.People(run.told["head"])
        return [(case["number"], 0) for case in cases], [exporting.history(process, case, people) for case in cases]
    told = told_of(piece, places.placing(run))
    who = _people({name for case in told for _at, _word, name in case.events if name}, actor)
    made = {case.case: meaning.history(process, case, run.mapping, run.source, who) for case in told}
    for name, here in (_here(process, run.source, made) if _same_system(run) else {}).items():
        case = next(one for one in told if one.case == name)
        made[name] = meaning.history(process, case, run.mapping, run.source, who, here)
    return [(case.case, case.row) for case in told], [made[case.case] for case in told]


def _same_system(run: MigrationRun) -> bool:
    """Whether equal numbers are the same cases: the system was named, or a log of these very columns came before. Two systems that nobody
    named may both have a case 1."""
    before = MigrationRun.objects.unscoped("whoever brought the first part of a log").filter(
        process=run.process, source=run.source, own=False
    )
    return bool(run.source) or before.filter(state="finished", told__headers=run.told["headers"]).exclude(pk=run.pk).exists()


def _here(process: Process, source: str, made: Mapping[str, past.History]) -> dict[str, meaning.Here]:
    """Cases of that system which are here already though this file tells no beginning of them that is known: a later part of the log,
    or one whose beginning was told otherwise then."""
    births = {history.events[0].key: name for name, history in made.items()}
    known = {births[key] for key in Journal.objects.filter(key__in=births).values_list("key", flat=True) if key}
    record = apps.get_model(process.record)._default_manager.filter(external_source=source, external__in=made.keys() - known)
    former = dict(record.order_by("-pk").values_list("pk", "external"))  # of several of one number the oldest
    lines = Journal.objects.filter(case__in=former, key__isnull=False).order_by("-seq").values_list("case", "key", "case__state")
    kept = {pk: meaning.Here(key, state) for pk, key, state in lines if key}
    return {name: kept[pk] for pk, name in former.items() if pk in kept}


def _people(names: set[str], actor: Actor) -> Callable[[str], Actor]:
    """Their names as actors: of who works here (by log-in, or by a name that only one has) the account; else only the name."""
    found = list(Account.objects.filter(Q(login__in=names) | Q(name__in=names), kind="staff").select_related("unit"))
    known: dict[str, Actor] = {}
    for name in names:
        same = [a for a in found if a.login == name] or [a for a in found if a.name == name]
        if len(same) == 1:
            known[name] = Actor(kind="staff", id=same[0].pk, name=same[0].name, unit=same[0].unit_id, unit_path=same[0].unit.path)
        else:
            known[name] = Actor(kind="import", name=name, unit=actor.unit, unit_path=actor.unit_path)
    return known.__getitem__


def progress(run: MigrationRun) -> dict[str, int]:
    """Cases brought, made, known before; events written, events of the pieces that are done. One statement."""
    done = Q(done=True)
    sums = run.pieces.aggregate(
        brought=Sum("cases", filter=done), through=Sum("events", filter=done), made=Sum("made"), known=Sum("known"), written=Sum("written")
    )
    return {key: value or 0 for key, value in sums.items()}


def faults(run: MigrationRun, most: int = 0) -> list[list[Any]]:
    """[case, row, sentence] of what was not brought: what could not be read, then what was refused; at most so many."""
    found = list(run.told["faults"])
    for some in run.pieces.exclude(faults=[]).order_by("position").values_list("faults", flat=True):
        found += some
    return found[:most] if most else found


def differences(run: MigrationRun) -> list[list[Any]]:
    """[case, event, clause] of our own export where our clocks see a clause otherwise than the journal told."""
    return [one for some in run.pieces.exclude(differs=[]).order_by("position").values_list("differs", flat=True) for one in some]
