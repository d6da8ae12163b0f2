"""From an account or a token to the actor: who they are, what they hold now, whom they stand in for today. One statement.

Nothing is kept between requests: an account that is disabled, a grant that is taken away, a token that is revoked counts from
the next request on.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import structlog
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from xiuhao.kernel import kept, opening, time
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account, Token
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import prepared

ANONYMOUS = Actor(kind="anonymous")
SCHEME = "bearer"


# Written out because every request begins with it: the statement is the same each time, and nothing is compiled.
_WHOLE = "a.*, (SELECT coalesce(jsonb_object_agg(name, edition), '{}') FROM kernel_stamp) AS editions"
_COLUMNS = "id", "name", "kind", "language", "unit_id", "unit_path", "seen_at", "limited_to", "held", "stood_for"
_KNOWN = """
SELECT {columns}, u.path AS unit_path, {now} AS seen_at, t.verbs AS limited_to,
  array(SELECT array[g.role, gu.path]::text[] FROM kernel_grant g JOIN kernel_unit gu ON gu.id = g.unit_id WHERE g.account_id = a.id
    AND (g.since IS NULL OR g.since <= {now}) AND (g.until IS NULL OR g.until > {now}) ORDER BY g.id) AS held,
  array(SELECT d.account_id FROM kernel_absence d WHERE d.deputy_id = a.id AND d.since <= {now} AND d.until > {now}) AS stood_for
FROM kernel_account a JOIN kernel_unit u ON u.id = a.unit_id {token} WHERE a.is_active AND {where}
"""
_NO_TOKEN = "CROSS JOIN (SELECT '[]'::jsonb AS verbs) t"  # noqa: S105  # a join, no secret
_TOKEN = "JOIN kernel_token t ON t.account_id = a.id AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > {now})"  # noqa: S105


def _params(value: Any) -> dict[str, Any]:
    return {"value": value, **({"now": time.now()} if time.is_simulated() else {})}


@cache
def _statement(columns: str, where: str, token: bool, simulated: bool) -> str:
    now = "%(now)s::timestamptz" if simulated else "clock_timestamp()"
    return _KNOWN.format(columns=columns, where=where, token=_TOKEN if token else _NO_TOKEN, now="{now}").replace("{now}", now)


def known(where: str, value: Any) -> Account | None:
    """The active account for which `where` (SQL with one %(value)s) holds, with unit, grants in force, whom it stands in for, and the
    `editions` of what each process keeps.

    One statement; the present in it is the database's, unless time is simulated.
    """
    return next(iter(Account.objects.raw(_statement(_WHOLE, where, False, time.is_simulated()), _params(value))), None)


def actor_of(account: Account | int) -> Actor:
    """The actor that an account is now; ANONYMOUS once it is disabled. No statement for a row of `known`, one for any other."""
    if not isinstance(account, Account) or not hasattr(account, "held"):
        found = known("a.id = %(value)s", account.pk if isinstance(account, Account) else account)
        if found is None:
            return ANONYMOUS
        account = found
    return _actor(account)


def _actor(account: Any, verbs: frozenset[str] | None = None) -> Actor:
    time.prime(account.seen_at)
    return Actor(
        kind="staff",
        id=account.id,
        name=account.name,
        grants=tuple((role, path) for role, path in account.held),
        stands_for=frozenset(account.stood_for),
        verbs=verbs,
        unit=account.unit_id,
        unit_path=account.unit_path,
        language=account.language,
        extra={"machine": True} if account.kind == "api" else {},
    )


def actor_for_token(raw: str) -> Actor:
    """The actor of an API token. Raises Refused token_invalid (401) for one that is unknown, expired, revoked or of a disabled
    account: at once, and without saying which. One statement."""
    text = _statement("a.id, a.name, a.kind, a.language, a.unit_id", "t.digest = %(value)s", True, time.is_simulated())
    found = prepared(text, _params(digest(raw))) if raw else []
    if not found:
        raise Refused("token_invalid", status=401)
    holder = SimpleNamespace(**dict(zip(_COLUMNS, found[0], strict=True)))
    return _actor(holder, frozenset(json.loads(holder.limited_to)) or None)  # Django's connections leave jsonb as text


def actor_of_bearer(request: HttpRequest) -> Actor:
    """The actor of `Authorization: Bearer …`. Raises as `actor_for_token`; a token in the address is never looked at."""
    scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
    return actor_for_token(raw.strip() if scheme.lower() == SCHEME else "")


def digest(raw: str) -> bytes:
    """What is kept of a token. Tokens have 256 random bits, so a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(raw.encode("utf-8", "replace")).digest()


def issue_token(account: Account, label: str, *, verbs: list[str] | None = None, expires_at: datetime | None = None) -> tuple[Token, str]:
    """A new API token and its text, which is shown once and never again. It does not begin with a dash, which a command line would take
    for an option."""
    raw = next(text for text in iter(lambda: secrets.token_urlsafe(32), "") if text[0] != "-")
    token = Token.objects.create(account=account, label=label[:80], digest=digest(raw), verbs=verbs or [], expires_at=expires_at)
    return token, raw


def revoke_token(token: Token) -> bool:
    """End a token now; False, and nothing changes, if it was ended before."""
    return bool(Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=time.now()))


def sweep() -> int:
    """Forget sessions that are over; how many. For the scheduler."""
    gone, _each = Session.objects.filter(expire_date__lt=time.now()).delete()
    return gone


class ActorMiddleware:
    """Sets `request.actor`, found out when somebody asks for it; the log lines of the request carry it from then on, and policies,
    calendars and what else is kept are of the editions that its statement read."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: _acting(request))  # type: ignore[attr-defined]
        with kept.look():
            return self.answer(request)


def _acting(request: HttpRequest) -> Actor:
    account = request.user
    actor = actor_of(account) if isinstance(account, Account) else ANONYMOUS
    if hasattr(account, "editions"):
        opening.taken(json.loads(account.editions))
    structlog.contextvars.bind_contextvars(actor=f"{actor.kind}:{actor.id}" if actor.id else actor.kind)
    return actor
