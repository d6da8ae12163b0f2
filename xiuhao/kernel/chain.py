"""The journal's proof: lines chained per case, contents that can be erased, heads sealed periodically, all of it verified.

A line's hash covers the line, the digests of its contents and the hash before it. Contents themselves stay outside: erasing
one leaves the chain whole, and verification says "erased". What a database owner could rewrite from end to end, seals
exported elsewhere still prove.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import salted_digest, seal, unseal
from xiuhao.kernel.models import Case, Content, Journal, Seal
from xiuhao.kernel.time import now

PLACE = "kernel_content.sealed"  # bound into each ciphertext
SEALING = 0x5EA1  # advisory lock: one sealer at a time


_ANY = DjangoJSONEncoder(allow_nan=False)
_SORTED = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_line(previous: bytes | memoryview, line: Journal) -> bytes:
    """SHA-256 over the hash before (empty for a case's first line) and the line: every column that its writer knows.

    `recorded_at`, `txid` and the row's own id are the database's and are covered by the seals' order and counts.
    """
    body = {
        "case": line.case_id,
        "seq": line.seq,
        "process": line.process,
        "verb": line.verb,
        "before": line.before,
        "after": line.after,
        "round": line.round,
        "occurred_at": _moment(line.occurred_at),
        "actor": [line.actor_kind, line.actor_id, line.actor_name],
        "data": line.data,
        "rules": line.rules,
        "policies": list(line.policies),
        "public": line.public,
        "key": str(line.key) if line.key else None,
        "body_digest": bytes(line.body_digest).hex() if line.body_digest else None,
    }
    return sha256(bytes(previous) + canonical(body)).digest()


def canonical(data: Any) -> bytes:
    """JSON that is the same before and after a stay in a `jsonb` column: keys sorted, no spaces, whole floats as integers."""
    return _SORTED.encode(_PLAIN.decode(_ANY.encode(data))).encode()


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


_PLAIN = json.JSONDecoder(parse_float=_number)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seal_content(text: str) -> tuple[bytes, bytes, bytes]:
    """(sealed, salt, digest) of a text: the first two go into `Content`, the digest's hex into `line.data["contents"][key]`."""
    salt, digest = salted_digest(text)
    return seal(text, where=PLACE), salt, digest


def open_content(content: Content) -> str | None:
    """The text, or None once it is erased. Raises crypto.Unreadable when it was altered or its key is gone."""
    return None if content.erased_at else unseal(content.sealed, where=PLACE)


def read_contents(lines: Iterable[Journal]) -> dict[int, dict[str, str | None]]:
    """The texts of these lines as {line id: {key: text, or None once erased}}, in one statement. Raises as `open_content`."""
    found: dict[int, dict[str, str | None]] = {}
    ids = [line.pk for line in lines if line.data.get("contents")]
    if not ids:
        return found
    for content in Content.objects.filter(line_id__in=ids):
        found.setdefault(content.line_id, {})[content.key] = open_content(content)
    return found


def erase(content: Content, actor: Actor, reason: str) -> Journal:
    """Empty one content for good, its salt too (a digest without salt proves nothing), and write who did it and why.

    The journal line (verb `content_erased`, state unchanged) is appended under the case's lock. Erasing twice is refused by
    the database. Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("an erasure needs a reason")
    with transaction.atomic():
        case = Case.objects.unscoped("erasure: who may ask for it was settled by its caller").select_for_update().get(pk=content.case_id)
        at = now()
        Content.objects.filter(pk=content.pk).update(sealed=b"", salt=b"", erased_at=at)
        data = {"erased": {"line": content.line_id, "key": content.key}, "reason": reason.strip()[:200]}
        return append(case, "content_erased", actor, at, data)


def append(case: Case, verb: str, actor: Actor, at: datetime, data: dict[str, Any]) -> Journal:
    """Write one line that changes no state at the end of a locked case's chain."""
    line = Journal(
        case=case, seq=case.chain_length + 1, process=case.process, verb=verb, before=case.state, after=case.state,
        round=case.round, occurred_at=at, actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name[:60], data=data,
        previous=bytes(case.chain_head),
    )  # fmt: skip
    line.hash = digest_line(line.previous, line)
    line.save(force_insert=True)
    case.chain_head, case.chain_length = line.hash, line.seq
    case.save(update_fields=["chain_head", "chain_length"])
    return line


def seal_heads() -> Seal | None:
    """Seal every line of the transactions finished since the last seal; None if there is nothing new, or somebody else seals.

    The watermark is the oldest transaction still running: whatever commits later has a higher id and comes into the next seal.
    """
    with transaction.atomic():
        if not _one("SELECT pg_try_advisory_xact_lock(%s)", [SEALING]):
            return None
        upto = int(_one("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
        last = Seal.objects.order_by("pk").last()
        since, previous = (last.upto_txid, bytes(last.root)) if last else (0, b"")
        if upto < since:
            raise RuntimeError(f"transaction ids went back from {since} to {upto}: after a restore from a dump, raise the epoch")
        lines, root = root_of(since, upto, previous)
        return Seal.objects.create(at=now(), upto_txid=upto, lines=lines, root=root, previous=previous) if lines else None


def root_of(since: int, upto: int, previous: bytes) -> tuple[int, bytes]:
    """(number of lines, root) of the transactions from `since` up to, not including, `upto`.

    The root is SHA-256 over the root before, the count, and of each case changed its id, last line and that line's hash.
    """
    lines = int(_one("SELECT count(*) FROM kernel_journal WHERE txid >= %s AND txid < %s", [since, upto]))
    root = sha256(previous + lines.to_bytes(8, "big"))
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (case_id) case_id, seq, hash FROM kernel_journal WHERE txid >= %s AND txid < %s ORDER BY case_id, seq DESC",
            [since, upto],
        )
        for case_id, seq, head in cursor:
            root.update(case_id.to_bytes(8, "big") + seq.to_bytes(4, "big") + bytes(head))
    return lines, root.digest()


def _one(sql: str, params: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def export_seals(after: int = 0) -> Iterator[str]:
    """The seals with an id above `after` as JSON lines, to be kept where the database's owner cannot write."""
    for row in Seal.objects.filter(pk__gt=after).order_by("pk").iterator():
        root, previous = bytes(row.root).hex(), bytes(row.previous).hex()
        yield canonical(
            {"seal": row.pk, "at": _moment(row.at), "upto_txid": row.upto_txid, "lines": row.lines, "root": root, "previous": previous}
        ).decode()
