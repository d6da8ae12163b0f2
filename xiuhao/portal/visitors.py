"""Who asks on the customers' site: a visitor, the holder of a link, or somebody who has shown by a code that a number is theirs.

Whoever has proven nothing is an actor whose `verbs` are named: the engine itself refuses everything else.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import get_language

from xiuhao.kernel.access import Actor
from xiuhao.kernel.crypto import Unreadable, seal, unseal
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.time import now

PROVEN_FOR = timedelta(minutes=30)
ERRAND_FOR = timedelta(minutes=30)
_VISIT, _PROOF = "portal_visit", "portal_proof"
_ERRAND, _PHONE = "portal.errand", "portal.proof"  # bound into the ciphertexts
_MAY = frozenset({"ticket.receive"})


@dataclass(frozen=True)
class Proof:
    """A number (E.164) proven in this session: whose it is, until when it counts."""

    customer: int
    phone: str
    until: datetime

    @property
    def masked(self) -> str:
        return mask_phone(self.phone)


def proof(request: HttpRequest) -> Proof | None:
    """What this session has proven, if it still counts."""
    kept = request.session.get(_PROOF)
    if not kept:
        return None
    found = Proof(kept["customer"], unseal(bytes.fromhex(kept["phone"]), where=_PHONE), datetime.fromisoformat(kept["until"]))
    return found if found.until > now() else None


def prove(request: HttpRequest, phone: str, customer: int) -> Proof:
    """Remember that the number was proven. The session gets a new id, so that nobody else knows it (session fixation)."""
    request.session.cycle_key()
    until = now() + PROVEN_FOR
    request.session[_PROOF] = {"customer": customer, "phone": seal(phone, where=_PHONE).hex(), "until": until.isoformat()}
    return Proof(customer, phone, until)


def leave(request: HttpRequest) -> None:
    """End the proof, and let go of the visit's uploads."""
    for key in (_PROOF, _VISIT):
        request.session.pop(key, None)
    request.session.cycle_key()


def visitor(request: HttpRequest, *, begin: bool = False) -> Actor:
    """Somebody who has proven nothing and may only report. `begin` gives the visit a mark, by which its uploads are its own."""
    visit = request.session.get(_VISIT, "")
    if begin and not visit:
        visit = request.session[_VISIT] = secrets.token_urlsafe(24)
    return Actor(kind="customer", verbs=_MAY, extra={"visit": visit}, language=get_language() or "zh-hans")


def customer(proven: Proof, *cases: int) -> Actor:
    """Who has proven a number: the customer, with all their cases and those named."""
    kept = frozenset(cases)
    return Actor(kind="customer", customer=proven.customer, cases=kept, proven=True, language=get_language() or "zh-hans")


def actor_of(request: HttpRequest, *, begin: bool = False) -> Actor:
    """Who asks, for reports and uploads."""
    proven = proof(request)
    return customer(proven) if proven else visitor(request, begin=begin)


@dataclass(frozen=True)
class Errand:
    """What a code is asked for: the number (E.164) to prove, and the case (its key, 0 for none) to which it then leads."""

    phone: str
    case: int = 0

    def pack(self) -> str:
        """For an address: sealed, so that it shows and carries nothing to others."""
        body = json.dumps([self.phone, self.case, now().isoformat()])
        return urlsafe_b64encode(seal(body, where=_ERRAND)).decode().rstrip("=")


def errand(packed: str) -> Errand | None:
    """The errand of an address; None if it is none of ours or half an hour old."""
    try:
        phone, case, at = json.loads(unseal(urlsafe_b64decode(packed[:600] + "=="), where=_ERRAND))
    except (Error, Unreadable, ValueError):
        return None
    return Errand(phone, case) if datetime.fromisoformat(at) > now() - ERRAND_FOR else None
