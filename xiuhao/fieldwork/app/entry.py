"""Which handset speaks, and for whom. A closed one, or one of a closed account, may hand in what it has and hears nothing (O8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from xiuhao.fieldwork.app.merging import PROCESS
from xiuhao.fieldwork.app.models import Handset
from xiuhao.kernel import accounts, registry, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

VALID = timedelta(days=30)  # since it was last opened with a log-in
STAFFED = frozenset({roles.ENGINEER})


@dataclass(frozen=True)
class Caller:
    """A handset, and who acts through it; no `actor` once it or its account is closed."""

    handset: Handset
    actor: Actor | None


def enrol(actor: Actor, public_id: UUID, label: str) -> tuple[Handset, str]:
    """The handset of this person, with a fresh secret that is shown once. Raises Refused handset_taken (409) if its id is another's,
    app_not_yours (403) for whoever does no field work."""
    if not actor.holds(*STAFFED):
        raise Refused("app_not_yours", status=403)
    account = Account.objects.get(pk=actor.account)
    with transaction.atomic():
        found = Handset.objects.unscoped("an id is unique among all").select_for_update().filter(public_id=public_id).first()
        if found is not None and found.account_id != actor.id:
            raise Refused("handset_taken")
        verbs = [f"{PROCESS}.{verb.key}" for verb in registry.process(PROCESS).transitions if verb.source]
        token, raw = accounts.issue_token(account, f"App {label}", verbs=verbs, expires_at=now() + VALID)
        handset = found or Handset(public_id=public_id, account=account)
        if handset.token is not None:
            accounts.revoke_token(handset.token)
        handset.token, handset.digest, handset.label, handset.closed_at = token, accounts.digest(raw), label[:80], None
        handset.save()
    return handset, raw


def caller(request: HttpRequest, *, living: bool = False) -> Caller:
    """Who speaks by `Authorization: Bearer`. Raises Refused token_invalid (401) for a secret that is no handset's, or with `living`
    for one that is closed."""
    raw = request.headers.get("Authorization", "").partition(" ")[2].strip()
    handset = Handset.objects.unscoped("found by its own secret").filter(digest=accounts.digest(raw)).first() if raw else None
    if handset is None:
        raise Refused("token_invalid", status=401)
    try:
        actor = accounts.actor_of_bearer(request)
    except Refused:
        actor = None
    if living and actor is None:
        raise Refused("token_invalid", status=401)
    return Caller(handset, actor)


def close(handset: Handset) -> None:
    """The person logged out: nothing more is sent down; what comes up afterwards is held."""
    if handset.token is not None:
        accounts.revoke_token(handset.token)
    Handset.objects.unscoped("the caller's own").filter(pk=handset.pk).update(closed_at=now())
