"""Photos in pieces: each stretch is kept as it comes, none is sent twice, and nothing goes before the action that names it is settled.

An upload that is cut off goes on where it stopped (O6). A finished photo becomes an attachment only when its action is tried, for free
attachments are swept after a day, and an action may wait longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import transaction

from xiuhao.fieldwork.app.models import OPEN, Handset, Sent, Shot, ShotPiece
from xiuhao.kernel import chores, files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

PIECE = 2**18  # bytes at most in one request
MOST = 500  # unsettled photos of a handset
KEPT = timedelta(days=60)


@dataclass(frozen=True)
class Announced:
    """A photo that will come: its id is the handset's own."""

    id: UUID
    name: str
    size: int
    taken_at: datetime | None = None
    position: str | None = None
    of: UUID | None = None  # the reduced one of which this is the original


def announce(handset: Handset, told: Announced) -> Shot:
    """The photo, with what of it is here. Raises Refused: file_empty, file_too_large, shot_other (409: the id with another size),
    not_found (404) for another handset's or the original of none, too_many_shots (429)."""
    if told.size <= 0:
        raise Refused("file_empty", status=422)
    if told.size > files.LIMIT:
        raise Refused("file_too_large", {"megabytes": files.LIMIT // 2**20, "limit": files.LIMIT}, status=413)
    rows = Shot.objects.unscoped("the caller's own handset's")
    if rows.filter(handset=handset, settled=False).count() >= MOST:
        raise Refused("too_many_shots", {"most": MOST}, status=429)
    reduced = rows.filter(handset=handset, public_id=told.of).first() if told.of else None
    if told.of and (reduced is None or reduced.of_id):
        raise Refused("not_found", {"number": str(told.of)}, status=404)
    fields = {"of": reduced, "name": files.safe_name(told.name), "size": told.size, "taken_at": told.taken_at, "position": told.position}
    shot, _new = rows.get_or_create(public_id=told.id, defaults={**fields, "handset": handset, "created_at": now()})
    if shot.handset_id != handset.pk:
        raise Refused("not_found", {"number": str(told.id)}, status=404)
    if shot.size != told.size:
        raise Refused("shot_other")
    return shot


def add(handset: Handset, public_id: UUID, start: int, data: bytes) -> Shot:
    """Keep a stretch. One that is here already changes nothing; one that leaves a gap is refused (shot_gap, 409, says what is here)."""
    if not 0 < len(data) <= PIECE:
        raise Refused("file_empty" if not data else "file_too_large", {"megabytes": 0, "limit": PIECE}, status=413 if data else 422)
    with transaction.atomic():
        rows = Shot.objects.unscoped("the caller's own handset's").select_for_update()
        shot = rows.filter(handset=handset, public_id=public_id).first()
        if shot is None:
            raise Refused("not_found", {"number": str(public_id)}, status=404)
        if start > shot.have:
            raise Refused("shot_gap", {"have": shot.have})
        fresh = data[shot.have - start :][: shot.size - shot.have]
        if fresh and not shot.settled:
            ShotPiece.objects.create(shot=shot, start=shot.have, data=fresh)
            shot.have += len(fresh)
            shot.save(update_fields=["have"])
    return shot


def here(handset: Handset, ids: Iterable[str]) -> bool:
    """Whether all of these have come whole."""
    wanted = set(ids)
    found = Shot.objects.unscoped("the caller's own handset's").filter(handset=handset, public_id__in=wanted)
    return len(wanted) == sum(shot.have == shot.size for shot in found)


def attach(handset: Handset, ids: Iterable[str], actor: Actor) -> dict[str, str]:
    """Attachments of this actor for photos that have come whole: the handset's id → the attachment's. Not inside an open transaction.

    Raises what `files.receive` does.
    """
    rows = Shot.objects.unscoped("the caller's own handset's").filter(handset=handset, public_id__in=set(ids))
    return {str(shot.public_id): str(attached(shot, actor).public_id) for shot in rows.select_related("attachment").order_by("pk")}


def attached(shot: Shot, actor: Actor) -> Attachment:
    """The attachment that a whole photo became, made once. Not inside an open transaction; raises what `files.receive` does."""
    if shot.attachment is not None:
        return shot.attachment
    pieces = ShotPiece.objects.filter(shot=shot).order_by("start").values_list("data", flat=True)
    made = files.receive(BytesIO(b"".join(map(bytes, pieces))), shot.name, actor)
    told: dict[str, Any] = {"taken_at": shot.taken_at, "position": shot.position}
    told = {name: value for name, value in told.items() if value is not None}
    if told:  # the handset's own canvas left no EXIF to read it from
        Attachment.objects.visible_to(actor).filter(pk=made.pk).update(**told)
    Shot.objects.unscoped("the caller's own handset's").filter(pk=shot.pk).update(attachment=made)
    return made


def settle(handset: Handset, ids: Iterable[str]) -> None:
    """The case has them: their pieces go."""
    rows = Shot.objects.unscoped("the caller's own handset's").filter(handset=handset, public_id__in=set(ids))
    rows.update(settled=True)
    ShotPiece.objects.filter(shot__in=rows).delete()


def sweep() -> int:
    """Forget photos of sixty days ago, but those of a handset of which something is still open; how many rows went. A chore."""
    busy = Sent.objects.unscoped("what is still open").filter(state__in=OPEN).values("handset_id")
    old = Shot.objects.unscoped("nobody's any more").filter(created_at__lt=now() - KEPT)
    return old.exclude(handset__in=busy).delete()[0]


chores.EVERY[sweep] = 3600
