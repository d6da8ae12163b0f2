"""Files from outside: kept by their content, typed by their bytes, handed out so that none can act.

A content is written and flushed before the row that names it, so a row always has its file; a file without a row is what a
crash or a roll-back leaves, and `sweep_orphans` removes it. Only pictures that we encoded ourselves are ever shown inline.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import filetype
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from xiuhao.kernel import pictures, time
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models.files import Attachment, StoredFile, uploader
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step

LIMIT = 25 * 2**20
NAME_LENGTH = 80  # characters; of Chinese ones that is just under the 255 bytes that disks allow
CHUNK = 2**18
UNUSED = timedelta(hours=24)  # how long a file waits to be taken by a verb
TAKEN = ("files", "photos")  # evidence that names files
NOT_ACTIVE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # kept by one browser, and asked for again: access may have ended
}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCK_CLASS = 0x66696C65  # "file", so that these locks meet no others
# Device names of Windows, on whose disks a download lands.
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_UNSAFE = re.compile(
    '[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff"*:<>?|\\\\/;%]'
)

log = structlog.get_logger(__name__)


class Readable(Protocol):
    """What a body is read from, at most so many bytes at once; b"" is its end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Swept:
    """What a sweep removed: attachments that no verb took, contents that nobody names any more, files on disk."""

    attachments: int
    contents: int
    files: int


def receive(stream: Readable, name: str, actor: Actor, limit: int = LIMIT, *, only_pictures: bool = False) -> Attachment:
    """Keep what the stream holds as an attachment of this actor, not yet of any case. Not inside an open transaction.

    `limit` is in bytes and counted while reading, whatever length was claimed. Raises Refused: file_too_large (413), file_empty
    (422), image_too_large (422), not_picture (422: `only_pictures` keeps nothing else), uploader_unknown (403: a customer without
    `customer` or `extra["visit"]`), storage_full (507).
    """
    if actor.kind == "customer" and uploader(actor) == (None, ""):
        raise Refused("uploader_unknown", status=403)
    with _disk_may_be_full(), _draft() as draft:
        size, sha256 = _copied(stream, draft, limit)
        if not size:
            raise Refused("file_empty", status=422)
        picture = pictures.read(draft)
        if only_pictures and not picture:
            raise Refused("not_picture", {"name": name[:80]}, status=422)
        if picture:
            draft.write_bytes(picture.data)
            size, sha256 = len(picture.data), hashlib.sha256(picture.data).hexdigest()
        _flushed(draft)
        sniffed = picture.kind if picture else filetype.guess_mime(str(draft)) or "application/octet-stream"
        content = StoredFile(sha256=sha256, size=size, sniffed=sniffed, is_image=bool(picture))
        person, visit = uploader(actor)
        attachment = Attachment(file=content, name=safe_name(name), uploaded_by_kind=actor.kind, uploaded_by_id=person, visit=visit)
        if picture:
            content.width, content.height = picture.width, picture.height
            attachment.taken_at, attachment.position = picture.taken_at, picture.position
        _keep(draft, content, attachment)
    return attachment


def _keep(draft: Path, content: StoredFile, attachment: Attachment) -> None:
    """The file to its place, then the rows that name it."""
    with transaction.atomic(durable=True):
        content.created_at = attachment.created_at = time.now()
        # Shared with other uploads of the same content, excluding the sweep until this commit.
        _lock("pg_advisory_xact_lock_shared", content.sha256)
        _place(draft, content.sha256)
        StoredFile.objects.unscoped("the same content is one row").bulk_create([content], ignore_conflicts=True)
        attachment.save(force_insert=True)


def free(actor: Actor, ids: Iterable[str]) -> dict[str, Attachment]:
    """Of these public ids, the files that this actor handed in and no case has yet; locked until the transaction ends.

    A file that is unknown, another's or taken is simply not there. Locked, it goes to one case only, and not to the sweep.
    Needs an open transaction.
    """
    rows = Attachment.objects.unscoped("the uploader's own, by()").filter(Attachment.by(actor), case=None, public_id__in=set(ids))
    return {str(row.public_id): row for row in rows.select_related("file").select_for_update(of=("self",)).order_by("pk")}


def path_of(sha256: str) -> Path:
    """Where a content lies."""
    return _root() / sha256[:2] / sha256[2:4] / sha256


def serve(attachment: Attachment, *, download: bool) -> HttpResponseBase:
    """The file as an answer: inline only if it is a picture that we encoded and `download` is not asked for.

    Give it an attachment reached by `visible_to(actor)`. Raises Refused file_lost (404) if the disk has it no more.
    """
    inline = attachment.file.is_image and not download
    kind = attachment.file.sniffed if attachment.file.is_image else "application/octet-stream"
    try:
        content = path_of(attachment.file_id).open("rb")
    except FileNotFoundError:
        log.error("file_lost", sha256=attachment.file_id, attachment=attachment.pk)
        raise Refused("file_lost", status=404) from None
    headers = NOT_ACTIVE | {"ETag": f'"{attachment.file_id}"'}
    return FileResponse(content, as_attachment=not inline, filename=served_name(attachment), content_type=kind, headers=headers)


def serve_thumbnail(attachment: Attachment) -> HttpResponseBase:
    """A picture at most 320 px on its longer edge, WebP, made when first asked for. Refused no_picture (404), file_lost (404)."""
    if not attachment.file.is_image:
        raise Refused("no_picture", status=404)
    original = path_of(attachment.file_id)
    kept = original.with_suffix(".thumb")
    if not kept.exists():
        if not original.exists():
            raise Refused("file_lost", status=404)
        with _disk_may_be_full(), _draft() as draft:
            draft.write_bytes(pictures.thumbnail(original))
            draft.replace(kept)
    headers = NOT_ACTIVE | {"ETag": f'"{attachment.file_id}-thumb"'}
    return HttpResponse(kept.read_bytes(), content_type="image/webp", headers=headers)


def safe_name(name: str) -> str:
    """A file name to keep: the last part of a path, no control, direction or quoting characters, at most 80 characters with
    its extension, and none that a system reserves. Only shown and suggested: nothing on our disk bears it."""
    last = re.split(r"[/\\]", name[-1_000:])[-1]
    clean = re.sub(r"\s+", " ", _UNSAFE.sub("", last)).strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    if dot and len(suffix) <= 10:
        clean = f"{stem[: NAME_LENGTH - 1 - len(suffix)]}.{suffix}"
    return ("_" if _DEVICE.match(clean) else "") + clean[:NAME_LENGTH] or "file"


def sweep_orphans(older_than: timedelta = UNUSED) -> Swept:
    """Remove what nobody will use: attachments never taken, contents without attachment, files without row, drafts of a crash."""
    before = time.now() - older_than
    free = Attachment.objects.unscoped("never taken").filter(case=None, created_at__lt=before)
    attachments, _models = free.delete()
    named = Attachment.objects.unscoped("is it named?").values("file_id")
    lonely = StoredFile.objects.unscoped("named by nobody").filter(created_at__lt=before).exclude(pk__in=named)
    contents = sum(_forget(sha256) for sha256 in lonely.values_list("pk", flat=True))
    return Swept(attachments, contents, sum(_remove(path, before) for path in _on_disk()))


def served_name(attachment: Attachment) -> str:
    """A re-encoded picture bears the suffix of what it became; any other file keeps its own."""
    if not attachment.file.is_image:
        return attachment.name
    stem, dot, _suffix = attachment.name.rpartition(".")
    return (stem if dot else attachment.name) + pictures.SUFFIXES[attachment.file.sniffed]


def _root() -> Path:
    return Path(settings.XIUHAO_FILES)


@contextmanager
def _draft() -> Iterator[Path]:
    """A file of our own to write, gone afterwards unless it was moved to its place."""
    folder = _root() / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _disk_may_be_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        log.error("storage_full", folder=str(_root()))
        raise Refused("storage_full", status=507) from error


def _copied(stream: Readable, draft: Path, limit: int) -> tuple[int, str]:
    """Size in bytes and SHA-256 of what was copied, a piece at a time."""
    size, digest = 0, hashlib.sha256()
    with draft.open("wb") as target:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > limit:
                raise Refused("file_too_large", {"megabytes": limit // 2**20, "limit": limit}, status=413)
            digest.update(piece)
            target.write(piece)
    return size, digest.hexdigest()


def _flushed(path: Path) -> None:
    """To the disk itself, a file's content or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _place(draft: Path, sha256: str) -> None:
    target = path_of(sha256)
    made = [folder for folder in (target.parent, target.parent.parent) if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)
    for folder in (target.parent, *(folder.parent for folder in made)):
        _flushed(folder)


def _lock(function: str, sha256: str) -> bool:
    """One of PostgreSQL's advisory lock functions on a content, held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}(%s, %s)", [_LOCK_CLASS, int(sha256[:8], 16) - 2**31])
        return cursor.fetchone()[0] is not False


def _forget(sha256: str) -> int:
    """Delete the row of a content unless somebody names it, or is about to."""
    with transaction.atomic():
        if not _lock("pg_try_advisory_xact_lock", sha256):
            return 0
        named = Attachment.objects.unscoped("is it named?").filter(file_id=sha256)
        if named.exists():
            return 0
        return StoredFile.objects.unscoped("named by nobody").filter(pk=sha256).delete()[0]


def _on_disk() -> Iterator[Path]:
    """Drafts, and files without row."""
    root = _root()
    yield from (root / "incoming").glob("*")
    for folder in root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"):
        found = {path: path.name.partition(".")[0] for path in folder.iterdir()}
        known = StoredFile.objects.unscoped("which are known?").filter(pk__in=found.values()).values_list("pk", flat=True)
        yield from (path for path, sha256 in found.items() if sha256 not in set(known))


def _remove(path: Path, before: datetime) -> int:
    """Remove an old draft or file without row; 1 if it was removed."""
    try:
        if path.stat().st_mtime >= before.timestamp():
            return 0
        if path.parent.name == "incoming":
            path.unlink()
            return 1
    except FileNotFoundError:
        return 0
    sha256 = path.name.partition(".")[0]
    with transaction.atomic():
        # A newer upload of the same content holds the lock, or has committed its row.
        if not _lock("pg_try_advisory_xact_lock", sha256) or StoredFile.objects.unscoped("is it known?").filter(pk=sha256).exists():
            return 0
        path.unlink(missing_ok=True)
        return 1


def hand_over(actor: Actor, steps: Mapping[int, Step]) -> dict[int, Refused]:
    """Give each step the files that its evidence names: the actor's own, not yet of a case. One statement; whose file is not there, or is
    no picture where one is wanted, is refused."""
    wanted = [(i, need, step.given[need.key] or ()) for i, step in steps.items() for need in step.transition.needs if need.widget in TAKEN]
    named = {pk for _i, _need, ids in wanted for pk in ids}
    found = free(actor, named) if named else {}
    refused: dict[int, Refused] = {}
    for index, need, ids in wanted:
        step, photos = steps[index], need.widget == "photos"
        if index in refused or not named:
            continue
        if any(pk not in found or (photos and not found[pk].file.is_image) for pk in ids):
            wrong = {
                need.key: Refused("not_picture" if all(pk in found for pk in ids) else "file_unknown", {"label": need.label}, status=422)
            }
            said = {"verb": step.transition.label, "labels": [str(need.label)]}
            refused[index] = Refused("incomplete", said, status=422, fields=wrong)
        else:
            step.context.setdefault("files", {})[need.key] = [found[pk] for pk in ids]
    return refused
