"""What the customers' site does: a report taken in or set aside, set-aside ones released or dismissed."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

import filetype
import structlog
from django.db import transaction

from xiuhao.kernel import engine, files, pictures
from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import seal, unseal_bytes
from xiuhao.kernel.files import Readable
from xiuhao.kernel.models import Attachment, Case, Journal
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.portal.forms import MOST_PHOTOS
from xiuhao.portal.forms import Report as Report  # offered with what takes it
from xiuhao.portal.models import Oddity, Quarantined, QuarantinedPhoto
from xiuhao.portal.site import LONGEST
from xiuhao.ticket.models import Ticket

PHOTO_BYTES = 5 * 2**20  # of one picture that is set aside; the page's script sends far smaller ones
_PHOTO = "portal_quarantinedphoto.sealed"  # bound into the ciphertext

log = structlog.get_logger(__name__)


def received(key: UUID) -> Ticket | None:
    """The ticket that a form's key has made, however often it was sent."""
    line = (
        Journal.objects.filter(key=key, process="ticket", verb="receive", actor_kind="customer").values_list("case_id", flat=True).first()
    )
    return None if line is None else Ticket.objects.select_related("case__owner", "category").get(pk=line)


def take_in(report: Report, actor: Actor) -> Case:
    """The ticket of a report. Raises Refused as the engine does.

    A second post of the same form finds the ticket of the first, also where only its photos were sent again. Refused report_differs
    (422) where it says something else: nobody would read it.
    """
    try:
        case = engine.perform("ticket", "receive", actor=actor, given=report.given(), key=report.key).case
    except Refused as refused:
        if refused.code != "key_reused" or (known := received(report.key)) is None:
            raise
        case = same(report, known).case
    note_odd(report.odd, "report", case)
    return case


def same(report: Report, known: Ticket) -> Ticket:
    """The ticket that the form has made already. Raises Refused report_differs (422) if other words or another urgency came since."""
    said, kept = ("".join(text.split()) for text in (clean_text(report.values["description"], LONGEST, lines=True), known.description))
    if said != kept or report.given()["urgency"] != known.urgency:
        raise Refused("report_differs", {"number": known.case.number}, status=422)
    return known


def note_odd(names: Sequence[str], page: str, case: Case | None = None) -> None:
    """Keep the names of fields that no form of ours has (P7): they had no effect, but somebody tried."""
    if names:
        log.warning("odd_fields", page=page, names=list(names), case=case.pk if case else None)
        Oddity.objects.unscoped("noted for the reviewers").create(at=now(), case=case, page=page, names=list(names))


def set_aside(report: Report, uploads: Sequence[tuple[str, Readable]], actor: Actor) -> Quarantined:
    """Keep a report that looks like a machine's, whole and sealed; the same form twice is one row."""
    form = json.dumps({name: value for name, value in report.values.items() if value}, ensure_ascii=False)
    rows = Quarantined.objects.unscoped("a stranger's report is written for the reviewers")
    fresh = Quarantined(key=report.key, reasons=report.reasons, form=form, received_at=now())
    photos = _photos(report, uploads, actor)
    with transaction.atomic():
        row, made = rows.get_or_create(
            key=report.key, defaults={"reasons": fresh.reasons, "form": fresh.form, "received_at": fresh.received_at}
        )
        if made:
            for photo in photos:
                photo.report = row
            QuarantinedPhoto.objects.bulk_create(photos)
    note_odd(report.odd, "report")
    log.info("quarantined", key=str(report.key), reasons=report.reasons)
    return row


def _photos(report: Report, uploads: Sequence[tuple[str, Readable]], actor: Actor) -> list[QuarantinedPhoto]:
    """The pictures, those that the script had sent before too: a free upload would be swept away before anybody looks."""
    named = Attachment.objects.visible_to(actor).filter(public_id__in=report.photos, case=None) if report.photos else ()
    found = [(row.name, files.path_of(row.file_id).read_bytes()) for row in named]
    found += [(name, _drawn(stream.read(PHOTO_BYTES + 1))) for name, stream in uploads[:MOST_PHOTOS]]
    kept = [(name, data) for name, data in found if data][:MOST_PHOTOS]
    if len(kept) < len(named) + len(uploads):
        report.reasons.append("photos")
    return [QuarantinedPhoto(name=files.safe_name(name), sealed=seal(data, where=_PHOTO)) for name, data in kept]


def _drawn(data: bytes) -> bytes:
    """The picture encoded anew; nothing if it is none or too large."""
    if not 0 < len(data) <= PHOTO_BYTES:
        return b""
    with NamedTemporaryFile() as draft:
        draft.write(data)
        draft.flush()
        try:
            picture = pictures.read(Path(draft.name))
        except Refused:
            picture = None
    return picture.data if picture else b""


def picture_of(photo: QuarantinedPhoto) -> tuple[bytes, str]:
    """A kept picture and its media type."""
    data = unseal_bytes(photo.sealed, where=_PHOTO)
    return data, filetype.guess_mime(data) or "application/octet-stream"


def undecided(actor: Actor, pk: int) -> Quarantined:
    """The report, locked, if this actor may decide on it and nobody has. Refused not_found (404), quarantine_decided (409)."""
    row = Quarantined.objects.visible_to(actor).select_for_update(of=("self",)).select_related("decided_by").filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    if row.decision:
        raise Refused("quarantine_decided", {"who": row.decided_by, "at": row.decided_at})
    return row


def release(actor: Actor, pk: int, values: dict[str, str]) -> Case:
    """Take a set-aside report in after all, as its sender's: through the engine, with the form's own key. `values` are its fields,
    as the reviewer corrected them. Not inside a transaction. Raises Refused as the engine does; the report then stays.
    """
    with transaction.atomic():
        row = undecided(actor, pk)
    sender = Actor(kind="customer", verbs=frozenset({"ticket.receive"}), extra={"visit": f"quarantine:{row.key.hex}"})
    photos = [
        str(files.receive(io.BytesIO(unseal_bytes(photo.sealed, where=_PHOTO)), photo.name, sender).public_id) for photo in row.photos.all()
    ]
    report = Report(values=values, photos=photos, key=row.key)
    with transaction.atomic():
        row = undecided(actor, pk)
        case = engine.perform("ticket", "receive", actor=sender, given=report.given(), key=report.key).case
        _decide(row, actor, "released", case=case)
    return case


def dismiss(actor: Actor, pk: int, reason: str) -> Quarantined:
    """Settle a report as a machine's, with the reason why. Refused reason_missing (422)."""
    why = clean_text(reason, 200)
    if len(why) < 2:
        raise Refused("reason_missing", {}, status=422)
    with transaction.atomic():
        row = undecided(actor, pk)
        _decide(row, actor, "dismissed", reason=why)
    return row


def _decide(row: Quarantined, actor: Actor, decision: str, *, reason: str = "", case: Case | None = None) -> None:
    row.decision, row.reason, row.case = decision, reason, case
    row.decided_at, row.decided_by_id = now(), actor.id
    row.save(update_fields=["decision", "reason", "case", "decided_at", "decided_by"])
    log.info("quarantine_decided", row=row.pk, decision=decision, actor=actor.id)
