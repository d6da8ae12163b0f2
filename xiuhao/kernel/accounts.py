"""From an account or a token to the actor: who they are, what they hold now, whom they stand in for today. One statement.

Nothing is kept between requests: an account that is disabled, a grant that is taken away, a token that is revoked counts from
the next request on.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.models import Session
from django.db.models import DateTimeField, Expression, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from xiuhao.kernel import time
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Absence, Account, Grant, Token
from xiuhao.kernel.refusal import Refused

ANONYMOUS = Actor(kind="anonymous")
SCHEME = "bearer"


def _present() -> Expression | Value:
    """The present inside a statement: the database's clock, unless time is simulated."""
    return Value(time.now()) if time.is_simulated() else Func(function="clock_timestamp", output_field=DateTimeField())


def _in_force(at: Any) -> Q:
    return (Q(since=None) | Q(since__lte=at)) & (Q(until=None) | Q(until__gt=at))


def known() -> QuerySet[Account]:
    """Accounts in use with their unit, grants in force and whom they stand in for: what `actor_of` needs, in one statement."""
    at = _present()
    held = Grant.objects.filter(_in_force(at), account=OuterRef("pk")).order_by("pk")
    absent = Absence.objects.filter(deputy=OuterRef("pk"), since__lte=at, until__gt=at)
    return (
        Account.objects.filter(is_active=True)
        .select_related("unit")
        .annotate(
            held=ArraySubquery(held.values(pair=JSONObject(role="role", path="unit__path"))),
            stood_for=ArraySubquery(absent.values("account_id")),
            seen_at=at,
        )
    )


def actor_of(account: Account | int) -> Actor:
    """The actor that an account is now; ANONYMOUS once it is disabled. No statement for a row of `known()`, one for any other."""
    if not isinstance(account, Account) or not hasattr(account, "held"):
        pk = account.pk if isinstance(account, Account) else account
        found = known().filter(pk=pk).first()
        if found is None:
            return ANONYMOUS
        account = found
    return _actor(account)


def _actor(account: Any, verbs: frozenset[str] | None = None) -> Actor:
    time.prime(account.seen_at)
    return Actor(
        kind="staff",
        id=account.pk,
        name=account.name,
        grants=tuple((pair["role"], pair["path"]) for pair in account.held),
        stands_for=frozenset(account.stood_for),
        verbs=verbs,
        unit=account.unit_id,
        unit_path=account.unit.path,
        language=account.language,
    )


def actor_for_token(raw: str) -> Actor:
    """The actor of an API token. Raises Refused token_invalid (401) for one that is unknown, expired, revoked or of a disabled
    account: at once, and without saying which. One statement."""
    at = _present()
    live = Q(tokens__revoked_at=None) & (Q(tokens__expires_at=None) | Q(tokens__expires_at__gt=at))
    found: Any = known().filter(live, tokens__digest=digest(raw)).annotate(limited_to=F("tokens__verbs")).first() if raw else None
    if found is None:
        raise Refused("token_invalid", status=401)
    return _actor(found, frozenset(found.limited_to) if found.limited_to else None)


def actor_of_bearer(request: HttpRequest) -> Actor:
    """The actor of `Authorization: Bearer …`. Raises as `actor_for_token`; a token in the address is never looked at."""
    scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
    return actor_for_token(raw.strip() if scheme.lower() == SCHEME else "")


def digest(raw: str) -> bytes:
    """What is kept of a token. Tokens have 256 random bits, so a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(raw.encode("utf-8", "replace")).digest()


def issue_token(account: Account, label: str, *, verbs: list[str] | None = None, expires_at: datetime | None = None) -> tuple[Token, str]:
    """A new API token and its text, which is shown once and never again."""
    raw = secrets.token_urlsafe(32)
    token = Token.objects.create(account=account, label=label[:80], digest=digest(raw), verbs=verbs or [], expires_at=expires_at)
    return token, raw


def revoke_token(token: Token) -> None:
    """End a token now; ending it twice changes nothing."""
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=time.now())


def sweep() -> int:
    """Forget sessions that are over; how many. For the scheduler."""
    gone, _each = Session.objects.filter(expire_date__lt=time.now()).delete()
    return gone


class ActorMiddleware:
    """Sets `request.actor`, found out when somebody asks for it; the log lines of the request carry it from then on."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: _acting(request))  # type: ignore[attr-defined]
        return self.answer(request)


def _acting(request: HttpRequest) -> Actor:
    account = request.user
    actor = actor_of(account) if isinstance(account, Account) else ANONYMOUS
    structlog.contextvars.bind_contextvars(actor=f"{actor.kind}:{actor.id}" if actor.id else actor.kind)
    return actor
