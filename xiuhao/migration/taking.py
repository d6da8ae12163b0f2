"""A sheet is read, checked, shown, then brought piece by piece: a piece and its result are one commit, so that whatever dies
goes on where it was, and who is there already is recognised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from xiuhao.kernel import accounts, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import seal, unseal
from xiuhao.kernel.files import safe_name
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.migration import subject
from xiuhao.migration.customers import CUSTOMERS
from xiuhao.migration.devices import DEVICES
from xiuhao.migration.models import SheetPiece, SheetRun
from xiuhao.migration.spares import SPARES
from xiuhao.migration.staff import STAFF
from xiuhao.migration.subject import Piece, Rows, Subject
from xiuhao.party import actions as party
from xiuhao.ui import book, spreadsheet

SUBJECTS = {each.key: each for each in (CUSTOMERS, DEVICES, STAFF, SPARES)}
PLACE = "migration_sheetpiece.sealed"
AT_ONCE = 200  # so many rows are done while the person waits
WHOLE = 5_000  # rows that may be one transaction: other writers of the same customers wait for it

Fault = list[Any]  # [row, column, sentence]


def start(actor: Actor, of: Subject, name: str, data: bytes, language: str) -> SheetRun:
    """Read a file and note its rows. Raises Refused as `spreadsheet.read` and `Subject.match`; then nothing is kept."""
    subject.allowed(actor)
    sheet = spreadsheet.read(data, of.known())
    keys = of.match(sheet.headers)
    headers = [[header[:60], key] for header, key in zip(sheet.headers, keys, strict=True)]
    with transaction.atomic():
        run = SheetRun(account_id=actor.account, subject=of.key, name=safe_name(name), read_as=sheet.read_as, headers=headers)
        run.rows, run.language, run.created_at = len(sheet.rows), language, now()
        run.save(force_insert=True)
        SheetPiece.objects.bulk_create(_pieces(run, of, keys, sheet), batch_size=20)
    return run


def _pieces(run: SheetRun, of: Subject, keys: list[str], sheet: spreadsheet.Sheet) -> Iterator[SheetPiece]:
    """The rows in pieces; a number that a spreadsheet has rounded and a second row of the same key are at fault."""
    met: dict[str, int] = {}
    headers = {key: header for header, key in run.headers if key}
    for at in range(0, len(sheet.rows), of.piece):
        kept, faults = [], []
        for number, cells in sheet.rows[at : at + of.piece]:
            given, rounded = subject.told(keys, cells)
            for key in rounded:
                why = Refused("number_rounded", {"label": headers[key], "value": given[key]}, status=422)
                faults.append([number, headers[key], sentences.say(why)])
            if any((cell if isinstance(cell, str) else cell[0]).strip() for cell in cells[len(keys) :]):
                faults.append([number, "", sentences.say(Refused("row_wide", status=422))])
            same = of.same(given)
            if same and not rounded and (first := met.setdefault(same, number)) != number:
                faults.append([number, "", sentences.say(Refused("row_twice", {"row": first}, status=422))])
            kept.append([number, [cell if isinstance(cell, str) else cell[0] for cell in cells]])
        sealed = seal(json.dumps(kept, ensure_ascii=False), where=PLACE)
        yield SheetPiece(run=run, position=at // of.piece, rows=len(kept), faults=faults, sealed=sealed)


def rows_of(piece: SheetPiece) -> list[list[Any]]:
    """The rows of a piece as [number, cells]; none once they were brought without fault."""
    found: list[list[Any]] = json.loads(unseal(piece.sealed, where=PLACE)) if piece.sealed else []
    return found


def _good(run: SheetRun, piece: SheetPiece) -> Rows:
    """The rows without fault, by column."""
    bad, keys = {fault[0] for fault in piece.faults}, [key for _header, key in run.headers]
    return [(number, subject.told(keys, cells)[0]) for number, cells in rows_of(piece) if number not in bad]


def _faults(run: SheetRun, found: Piece) -> list[Fault]:
    """What is wrong, in the words of the file's own headers."""
    headers = {key: header for header, key in run.headers if key}
    labels = {column.key: str(column.label) for column in SUBJECTS[run.subject].columns}
    return [
        [number, headers.get(key) or labels.get(key, ""), sentences.say(why)]
        for number, some in sorted(found.faults.items())
        for key, why in some
    ]


def actor_of(run: SheetRun) -> Actor:
    """Whoever uploaded it, as they are now: a right that was taken away meanwhile is gone here too. Refused not_allowed (403)."""
    return subject.allowed(accounts.actor_of(Account.objects.get(pk=run.account_id)))


# Check


def check_on(run: SheetRun) -> bool:
    """Check the next piece; True while there is more. Writes nothing but what was found."""
    piece = run.pieces.filter(checked=False).order_by("position").first()
    if piece is not None:
        found = SUBJECTS[run.subject].check(actor_of(run), _good(run, piece))
        piece.faults += _faults(run, found)
        piece.made, piece.known, piece.devices, piece.checked = found.made, found.known, found.devices, True
        piece.save(update_fields=["faults", "made", "known", "devices", "checked"])
        return True
    _rows(run).filter(state="checking").update(state="checked")
    return False


# Bring


def begin(run: SheetRun, whole: bool) -> None:
    """Decide to bring it: all rows or none, or those without fault.

    Refused: import_state (409), import_faults, import_whole_limit (422).
    """
    if whole and (count := book.faulty(run)):
        raise Refused("import_faults", {"count": count}, status=422)
    if whole and run.rows > WHOLE:
        raise Refused("import_whole_limit", {"limit": WHOLE}, status=422)
    _turn(run, "checked", "importing", whole=whole)


def drop(run: SheetRun) -> None:
    """Give it up before anything was brought; its rows are forgotten. Raises Refused import_state (409)."""
    _turn(run, "checked", "dropped", finished_at=now())
    run.pieces.update(sealed=b"", faults=[])


def _rows(run: SheetRun) -> Any:
    return SheetRun.objects.visible_to(accounts.actor_of(Account.objects.get(pk=run.account_id))).filter(pk=run.pk)


def _turn(run: SheetRun, before: str, after: str, **values: Any) -> None:
    if not _rows(run).filter(state=before).update(state=after, **values):
        raise Refused("import_state", {"state": _rows(run).get().get_state_display()})
    run.refresh_from_db()


def import_on(run: SheetRun) -> bool:
    """Bring the next piece, or everything at once where it is all or none; True while there is more."""
    if run.whole:
        _bring_whole(run)
        return False
    with transaction.atomic():
        piece = run.pieces.select_for_update().filter(done=False).order_by("position").first()
        if piece is not None:
            _bring(run, piece)
            return True
    _finish(run)
    return False


class _Back(Exception):
    """A row was refused where all had to pass: everything is taken back."""


def _bring_whole(run: SheetRun) -> None:
    """One transaction. A row that the check let through and that is refused now (somebody was quicker) takes all back."""
    refused: SheetPiece | None = None
    try:
        with transaction.atomic():
            for piece in run.pieces.select_for_update().filter(done=False).order_by("position"):
                if _bring(run, piece):
                    refused = piece
                    raise _Back
            _finish(run)
    except _Back:
        if refused is not None:
            run.pieces.filter(pk=refused.pk).update(faults=refused.faults)
        _turn(run, "importing", "checked")


def _bring(run: SheetRun, piece: SheetPiece) -> int:
    """Write a piece; how many rows were refused. The caller's transaction holds it together."""
    found = SUBJECTS[run.subject].bring(actor_of(run), run, _good(run, piece))
    piece.faults += _faults(run, found)
    piece.made, piece.known, piece.devices, piece.done = found.made, found.known, found.devices, True
    piece.sealed = piece.sealed if piece.faults else b""
    piece.save(update_fields=["faults", "done", "made", "known", "devices", "sealed"])
    return len(found.faults)


def _finish(run: SheetRun) -> None:
    with transaction.atomic():
        if _rows(run).filter(state="importing").update(state="finished", finished_at=now()):
            told = progress(run)
            party.note(actor_of(run), "import", f"migration.sheetrun:{run.pk}", of=run.subject, made=told["made"], known=told["known"])
    run.refresh_from_db()


# How far it is


def progress(run: SheetRun) -> dict[str, int]:
    """Rows checked and done; rows that bring something new and rows that do not, and new devices, as far as it is: while it is brought
    of what is done, else of what was checked. One statement."""
    so_far = Q() if run.state in ("checking", "checked") else Q(done=True)
    sums = run.pieces.aggregate(
        seen=Sum("rows", filter=Q(checked=True)), through=Sum("rows", filter=Q(done=True)), new=Sum("made", filter=so_far),
        there=Sum("known", filter=so_far), pieces=Sum("devices", filter=so_far),
    )  # fmt: skip
    names = {"seen": "checked", "through": "done", "new": "made", "there": "known", "pieces": "devices"}
    return {names[key]: value or 0 for key, value in sums.items()}
