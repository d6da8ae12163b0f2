"""Exports too long to wait for: written in the background with progress, told of when done, fetched by a link that expires and that
only works for whoever asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xiuhao.kernel import accounts, files, letters, outbox, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment, Message, Outbox, Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import insert
from xiuhao.kernel.time import local, now
from xiuhao.ui import export, listing
from xiuhao.ui.listing import Query
from xiuhao.ui.models import ExportRun
from xiuhao.ui.pages import Column, Row

AT_ONCE = 5_000  # rows that are written while the person waits
LASTS = files.UNUSED  # for so long the file can be fetched; then the sweep of free files takes it
REMEMBERED = timedelta(days=7)
LARGEST = 500 * 2**20  # bytes
STRIDE = 1_000  # rows between two notes of progress
NOTICE = "ui/notice/export_done.txt"
TELLS = "export"  # begins the effect keys of messages about exports

_log = structlog.get_logger("xiuhao.ui")


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
        run.done = run.rows = export.write(target, process, listing.columns(query, run.columns), rows, actor)
        target.seek(0)
        run.file = files.receive(target, name(run.process), actor, LARGEST).public_id
    with transaction.atomic():
        run.finished_at = now()
        run.save(update_fields=["rows", "done", "file", "finished_at"])
        note(actor, run.process, query, run.done)
        insert(_told(run))


def note(actor: Actor, process: str, query: Query, rows: int) -> None:
    """Keep that a list was taken: who, how many rows, by which filters (which, not what was sought: that may be personal)."""
    seen = {"actor_id": actor.account, "actor_name": actor.name, "subject": f"export:{process}"}
    reason = _("导出 {rows} 行").format(rows=rows)
    Reveal.objects.create(at=now(), reason=f"{reason} {' '.join(sorted(query.values))}".strip()[:200], **seen)
    _log.info("export", process=process, rows=rows)


def _counted(run: ExportRun, rows: Iterable[Row]) -> Iterator[Row]:
    for done, row in enumerate(rows):
        if done % STRIDE == 0:
            run.done = done
            run.save(update_fields=["done"])
        yield row


def name(process: str) -> str:
    """What a file made now is called."""
    return f"{process}-{local(now()):%Y%m%d-%H%M}.xlsx"


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


def url(run: UUID) -> str:
    """The page of an export."""
    return f"/exports/{run}"


def run_of(effect_key: str) -> UUID | None:
    """The export that a message with this effect key tells of, if it is one of those."""
    kind, _colon, rest = effect_key.partition(":")
    return UUID(rest.partition(":")[0]) if kind == TELLS else None


def subjects(rows: Sequence[Message], actor: Actor) -> dict[int, str]:
    """Message → its subject in the language of the moment, of those that tell of an export. One statement, none without such."""
    about = {row.pk: run for row in rows if (run := run_of(row.effect_key))}
    runs = ExportRun.objects.visible_to(actor).in_bulk(set(about.values())) if about else {}
    return {pk: letters.said(NOTICE, _words(runs[run]), get_language() or actor.language)[0] for pk, run in about.items() if run in runs}


def _words(run: ExportRun) -> dict[str, Any]:
    label, hours = registry.process(run.process).label, LASTS // timedelta(hours=1)
    return {"process": label, "n": run.done, "hours": hours, "link": f"{settings.BASE_URL}{url(run.pk)}"}


def _told(run: ExportRun) -> list[Outbox]:
    """Who asked has long gone on with something else: that it is there, to their inbox, and their mail if they want that."""
    mine = [replace(r, language=run.language) for r in outbox.accounts([run.account_id]) if r.account == run.account_id]
    return [letters.parcel(NOTICE, to, _words(run), f"{TELLS}:{run.pk}:{to.channel}") for to in mine]
