"""What was typed and not yet sent, kept on the server, sealed, under a key of its page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import Unreadable, seal, unseal
from xiuhao.kernel.models import Draft
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

PLACE = "kernel_draft.sealed"
LONGEST_KEY = 120
MOST_BYTES = 256 * 1024
MOST_DRAFTS = 200  # of one account; the oldest goes


def of(actor: Actor, keys: Sequence[str]) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """The drafts of these keys: when saved, and the fields as they were typed. One statement."""
    found = {}
    for draft in Draft.objects.filter(account_id=actor.account, key__in=keys) if keys else ():
        try:
            found[draft.key] = (draft.saved_at, json.loads(unseal(draft.sealed, where=PLACE)))
        except Unreadable:  # sealed with a key that is gone: nobody can read it any more
            continue
    return found


def beginning(actor: Actor, start: str) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """The drafts whose keys begin so, as `of` gives them. Two statements."""
    return of(actor, list(Draft.objects.filter(account_id=actor.account, key__startswith=start).values_list("key", flat=True)))


def version(fields: dict[str, Any]) -> int | None:
    """The version of the case beside which a draft was written, or None if it says none."""
    said = str(fields.get("_version", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def keep(actor: Actor, key: str, fields: dict[str, Any]) -> datetime:
    """Save a draft; when. Raises Refused draft_key (422), too_long (413)."""
    if not 0 < len(key) <= LONGEST_KEY or "\0" in key:
        raise Refused("draft_key", status=422)
    text = json.dumps(fields)
    if len(text) > MOST_BYTES:
        raise Refused("too_long", {"label": "", "limit": MOST_BYTES, "length": len(text)}, status=413)
    at = now()
    values = {"sealed": seal(text, where=PLACE), "saved_at": at}
    _draft, made = Draft.objects.update_or_create(account_id=actor.account, key=key, defaults=values)
    if made:
        kept = Draft.objects.filter(account_id=actor.account).order_by("-saved_at").values("pk")[:MOST_DRAFTS]
        Draft.objects.filter(account_id=actor.account).exclude(pk__in=kept).delete()
    return at


def forget(actor: Actor, key: str) -> None:
    """The work is done, or was given up."""
    Draft.objects.filter(account_id=actor.account, key=key).delete()
