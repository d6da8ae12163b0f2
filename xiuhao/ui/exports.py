"""Exports too long to wait for: written in the background with progress, told of when done, fetched by a link that expires and that
only works for whoever asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import get_language

from xiuhao.kernel import accounts, files, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import insert
from xiuhao.kernel.time import now
from xiuhao.ui import export, listing
from xiuhao.ui.listing import Query
from xiuhao.ui.models import ExportRun
from xiuhao.ui.pages import Column, Row
from xiuhao.ui.telling import Telling

AT_ONCE = 5_000  # rows that are written while the person waits
LASTS = files.UNUSED  # for so long the file can be fetched; then the sweep of free files takes it
REMEMBERED = timedelta(days=7)
LARGEST = 500 * 2**20  # bytes
STRIDE = 1_000  # rows between two notes of progress


def long(process: str, query: Query, actor: Actor) -> bool:
    """Whether the list is too long to be waited for. One statement."""
    [count] = listing.count_all([listing.rows(registry.process(process), query, actor)], AT_ONCE)
    return count > AT_ONCE


def start(process: str, query: str, columns: Sequence[Column], actor: Actor) -> ExportRun:
    """Note what is wanted; the same that is still under way is found again."""
    keys = [column.key for column in columns]
    mine = ExportRun.objects.visible_to(actor).filter(process=process, query=query, columns=keys, finished_at=None)
    if (known := mine.filter(created_at__gt=now() - LASTS).first()) is not None:
        return known
    run = ExportRun(account_id=actor.account, process=process, query=query, columns=keys, language=get_language() or "zh-hans")
    run.created_at = now()
    run.save(force_insert=True)
    return run


def carry_out(run: ExportRun) -> None:
    """Write the file with the rights that whoever asked has now. Not inside an open transaction; nothing for a run that is finished."""
    if run.finished_at is not None:
        return
    actor, process = accounts.actor_of(run.account_id), registry.process(run.process)
    query = listing.read(process, QueryDict(run.query), actor)
    run.rows = listing.rows(process, query, actor).count()
    run.save(update_fields=["rows"])
    with TemporaryFile() as target:
        rows = _counted(run, listing.every(process, query, actor))  # a cursor that outlives its transaction: progress is seen by others
        columns = listing.columns(query, run.columns)
        run.done = run.rows = export.write(target, str(process.label), columns, rows, actor, states(run.process))
        target.seek(0)
        run.file = files.receive(target, export.name(run.process), actor, LARGEST).public_id
    with transaction.atomic():
        run.finished_at = now()
        run.save(update_fields=["rows", "done", "file", "finished_at"])
        export.note(actor, run.process, query.values, run.done)
        insert(TELLING.told(run))


def _counted(run: ExportRun, rows: Iterable[Row]) -> Iterator[Row]:
    for done, row in enumerate(rows):
        if done % STRIDE == 0:
            run.done = done
            run.save(update_fields=["done"])
        yield row


def states(process: str) -> dict[str, str]:
    """The names of the states of a process, by key."""
    return {state.key: str(state.label) for state in registry.process(process).states}


def until(run: ExportRun) -> datetime | None:
    """Until when the file can be fetched; None before it is there."""
    return run.finished_at + LASTS if run.finished_at else None


def taken(run: ExportRun, actor: Actor) -> Attachment:
    """The file of one's own run. Raises Refused not_found (404) before it is there, export_expired (410) after its time."""
    end = until(run)
    if end is None or run.file is None:
        raise Refused("not_found", {"number": str(run.pk)}, status=404)
    found = Attachment.objects.visible_to(actor).filter(public_id=run.file).select_related("file").first()
    if found is None or now() >= end:
        raise Refused("export_expired", {"hours": LASTS // timedelta(hours=1)}, status=410)
    return found


def _words(run: ExportRun) -> dict[str, Any]:
    return {"process": registry.process(run.process).label, "n": run.done, "hours": LASTS // timedelta(hours=1)}


TELLING = Telling("export", ExportRun, "ui/notice/export_done.txt", "/exports", _words)
