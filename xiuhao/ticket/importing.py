"""A sheet becomes tickets: read safely, every row through the very gate that a call passes, then imported piece by piece.

Nothing is imported before somebody has seen what the check found. A piece and its result are one commit, and every row has its own
key: a worker that dies leaves the run where it was, and the same row makes no second ticket however often it is imported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, Sum

from xiuhao.kernel import accounts, engine, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import seal, unseal
from xiuhao.kernel.engine import Outcome, Request
from xiuhao.kernel.files import safe_name
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import queries as people
from xiuhao.ticket import columns
from xiuhao.ticket.models import ImportPiece, ImportRun
from xiuhao.ui import book, spreadsheet

PLACE = "ticket_importpiece.sealed"
PIECE = 200  # rows of one transaction
AT_ONCE = 200  # so many are done while the person waits
WHOLE = 5_000  # rows that may be one transaction: other writers of the same customers wait for it

Fault = list[Any]  # [row, column, sentence]


def start(actor: Actor, name: str, data: bytes, language: str) -> ImportRun:
    """Read a file and note its rows. Raises Refused as `spreadsheet.read` and `columns.match`; then nothing is kept."""
    sheet = spreadsheet.read(data, columns.known())
    reader = columns.Reader(sheet.headers, columns.match(sheet.headers), people.company_of(actor))
    rows = [reader.row(number, cells) for number, cells in sheet.rows]
    headers = [[header[:60], key] for header, key in zip(sheet.headers, reader.keys, strict=True)]
    with transaction.atomic():
        run = ImportRun(account_id=actor.account, name=safe_name(name), read_as=sheet.read_as, headers=headers, rows=len(rows))
        run.language, run.created_at = language, now()
        run.save(force_insert=True)
        ImportPiece.objects.bulk_create(_piece(run, at, rows[at : at + PIECE]) for at in range(0, len(rows), PIECE))
    return run


def _piece(run: ImportRun, at: int, rows: Sequence[columns.Row]) -> ImportPiece:
    faults = [[row.number, row.fault[0], sentences.say(row.fault[1])] for row in rows if row.fault]
    kept = [[row.number, row.cells, row.given, str(row.key)] for row in rows]
    return ImportPiece(run=run, position=at // PIECE, rows=len(rows), faults=faults, sealed=seal(json.dumps(kept), where=PLACE))


def rows_of(piece: ImportPiece) -> list[list[Any]]:
    """The rows of a piece as [number, cells, given, key]; none once they were imported without fault."""
    found: list[list[Any]] = json.loads(unseal(piece.sealed, where=PLACE)) if piece.sealed else []
    return found


def _requests(piece: ImportPiece) -> list[tuple[int, Request]]:
    """The rows that may still become tickets, with their numbers."""
    bad = {fault[0] for fault in piece.faults}
    return [(number, Request("receive", given, key=UUID(key))) for number, _cells, given, key in rows_of(piece) if number not in bad]


def actor_of(run: ImportRun) -> Actor:
    """Whoever uploaded it, as they are now: a right that was taken away meanwhile is gone here too."""
    return accounts.actor_of(Account.objects.get(pk=run.account_id))


# Check


def check_on(run: ImportRun) -> bool:
    """Check the next piece; True while there is more. Writes nothing but what was found."""
    piece = run.pieces.filter(checked=False).order_by("position").first()
    if piece is None:
        return False
    wanted = _requests(piece)
    results = engine.rehearse("ticket", [request for _number, request in wanted], actor=actor_of(run))
    for (number, _request), result in zip(wanted, results, strict=True):
        if isinstance(result, Refused):
            piece.faults += _faults(run, number, result)
        piece.known += isinstance(result, Outcome)
    piece.checked = True
    piece.save(update_fields=["faults", "known", "checked"])
    if not run.pieces.filter(checked=False).exists():
        ImportRun.objects.visible_to(actor_of(run)).filter(pk=run.pk, state="checking").update(state="checked")
    return True


def _faults(run: ImportRun, number: int, refused: Refused) -> list[Fault]:
    """What is wrong with a row, column by column, in words."""
    if refused.code == "key_reused":
        return [[number, "", sentences.say(Refused("row_known", status=422))]]
    headers = {key: header for header, key in run.headers if key}
    labels = {key: str(need.label) for key, need in columns.needs().items()}
    if refused.fields:
        return [[number, headers.get(key) or labels.get(key, key), sentences.say(why)] for key, why in refused.fields.items()]
    return [[number, "", sentences.say(refused)]]


# Import


def begin(run: ImportRun, whole: bool, tell: bool = False) -> None:
    """Decide to import: all rows or none, or those without fault; `tell`: customers are sent what a received request sends them.

    Raises Refused: import_state (409), import_faults, import_whole_limit (422).
    """
    faults = book.faulty(run)
    if whole and faults:
        raise Refused("import_faults", {"count": faults}, status=422)
    if whole and run.rows > WHOLE:
        raise Refused("import_whole_limit", {"limit": WHOLE}, status=422)
    _turn(run, "checked", "importing", whole=whole, tell=tell)


def drop(run: ImportRun) -> None:
    """Give it up before anything was imported; its rows are forgotten. Raises Refused import_state (409)."""
    _turn(run, "checked", "dropped", finished_at=now())
    run.pieces.update(sealed=b"", faults=[])


def _turn(run: ImportRun, before: str, after: str, **values: Any) -> None:
    mine = ImportRun.objects.visible_to(actor_of(run))
    if not mine.filter(pk=run.pk, state=before).update(state=after, **values):
        now_ = mine.get(pk=run.pk)
        raise Refused("import_state", {"state": now_.get_state_display()})
    run.refresh_from_db()


def import_on(run: ImportRun) -> bool:
    """Import the next piece, or everything at once where it is all or none; True while there is more."""
    if run.whole:
        _import_whole(run)
        return False
    piece = run.pieces.filter(done=False).order_by("position").first()
    if piece is not None:
        with transaction.atomic():
            _import(run, piece)
        return True
    _finish(run)
    return False


class _Back(Exception):
    """A row was refused where all had to pass: everything is taken back."""


def _import_whole(run: ImportRun) -> None:
    """One transaction. A row that the check let through and that is refused now (somebody changed a rule meanwhile) takes all back."""
    refused: list[ImportPiece] = []
    try:
        with transaction.atomic():
            for piece in run.pieces.order_by("position"):
                if _import(run, piece):
                    refused.append(piece)
                    raise _Back
    except _Back:
        for piece in refused:
            run.pieces.filter(pk=piece.pk).update(faults=piece.faults)
        _turn(run, "importing", "checked")
        return
    _finish(run)


def _import(run: ImportRun, piece: ImportPiece) -> int:
    """Make the tickets of a piece; how many rows were refused. The caller's transaction holds it together."""
    wanted = _requests(piece)
    results = engine.perform_many("ticket", [request for _number, request in wanted], actor=actor_of(run), quiet=not run.tell)
    refused = 0
    piece.made = piece.known = 0
    for (number, _request), result in zip(wanted, results, strict=True):
        if isinstance(result, Refused):
            piece.faults += _faults(run, number, result)
            refused += 1
        elif result.replayed and result.line.recorded_at < run.created_at:
            piece.known += 1
        else:
            piece.made += 1
    piece.done = True
    piece.sealed = piece.sealed if piece.faults else b""
    piece.save(update_fields=["faults", "done", "made", "known", "sealed"])
    return refused


def _finish(run: ImportRun) -> None:
    ImportRun.objects.visible_to(actor_of(run)).filter(pk=run.pk, state="importing").update(state="finished", finished_at=now())
    run.refresh_from_db()


# How far it is


def progress(run: ImportRun) -> dict[str, int]:
    """Rows checked, done, made into tickets, known before. One statement."""
    sums = run.pieces.aggregate(
        checked=Sum("rows", filter=Q(checked=True)), done=Sum("rows", filter=Q(done=True)), made=Sum("made"), known=Sum("known"),
        pieces=Count("pk"),
    )  # fmt: skip
    return {key: value or 0 for key, value in sums.items()}
