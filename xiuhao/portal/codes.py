"""Six digits by text message, to show that a number is one's own: used once, five minutes, five tries.

Nothing here tells a stranger whether a number is known: a code for an unknown one is made as any other, and never sent.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils.translation import get_language

from xiuhao.kernel import letters, outbox, throttle
from xiuhao.kernel.crypto import blind
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import insert
from xiuhao.kernel.time import now
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.portal.models import Code

LIVES = timedelta(minutes=5)
TRIES, LOCK = 5, 15 * 60  # wrong or right; seconds for which a number is then locked to that address
ASKED_BY_ONE = (10, 10 * 60)  # codes that one address may ask for, in so many seconds
DAY = 24 * 3600
FIRST, KNOWN = 1, 5  # messages a day to a number that nobody has proven yet, and to one that was proven before

log = structlog.get_logger(__name__)


def send(phone: str, client: str) -> None:
    """Send a code to a number (E.164), asked for from the address `client`. Not inside a transaction.

    Raises Refused too_many (429) by the address. What a number has had enough of is not sent, and nobody is told so: the page says
    the rule. A code that is still good stays good then.
    """
    throttle.allow(f"portal.code:{client}", *ASKED_BY_ONE)
    owner = people.by_phones({phone}).get(phone)
    hashed = people.phone_blind(phone)
    proven = owner is not None and any(n.verified_at for n in owner.numbers if n.identity and bytes(n.identity) == hashed)
    try:
        throttle.allow(f"portal.code.number:{hashed.hex()}", KNOWN if proven else FIRST, DAY)
    except Refused:
        log.info("code_withheld", number=hashed.hex()[:8])
        return
    code = f"{secrets.randbelow(10**6):06d}"
    digest = _digest(hashed, code) if owner else secrets.token_bytes(16)
    with transaction.atomic():
        at = now()
        fresh = Code(phone=hashed, digest=digest, expires_at=at + LIVES, tries=0)
        Code.objects.bulk_create([fresh], update_conflicts=True, unique_fields=["phone"], update_fields=["digest", "expires_at", "tries"])
        if owner:
            to = outbox.Recipient(channel="sms", address=phone, masked=mask_phone(phone), language=get_language() or "zh-hans")
            words = {"code": code, "minutes": int(LIVES.total_seconds() // 60)}
            insert([letters.parcel("portal/notice/code.txt", to, words, f"code:{digest.hex()}:{at.timestamp():.0f}")])


def check(phone: str, typed: str, client: str) -> int:
    """The customer whose number it is, now proven. Not inside a transaction.

    Raises Refused: too_many (429) after five tries from this address, for a quarter of an hour; code_wrong (422) for a wrong, used
    or expired code, or one that was tried five times from anywhere.
    """
    hashed = people.phone_blind(phone)
    throttle.allow(f"portal.try:{hashed.hex()}:{client}", TRIES, LOCK)
    digits = "".join(unicodedata.normalize("NFKC", typed[:40]).split())
    with transaction.atomic():
        good = _use(hashed, digits)
        customer = party.prove_phone(phone) if good else None
    if customer is None:
        raise Refused("code_wrong", {"minutes": int(LIVES.total_seconds() // 60)}, status=422)
    return customer


def _use(hashed: bytes, digits: str) -> bool:
    """Count the try; True for the right code, which is then gone."""
    row = Code.objects.select_for_update().filter(pk=hashed).first()
    right = hmac.compare_digest(bytes(row.digest) if row else bytes(16), _digest(hashed, digits))
    if row is None or row.expires_at <= now() or row.tries >= TRIES:
        return False
    if right:
        row.delete()
        return True
    row.tries += 1
    row.save(update_fields=["tries"])
    return False


def sweep() -> int:
    """Forget codes that have expired; how many."""
    return Code.objects.filter(expires_at__lt=now()).delete()[0]


def _digest(hashed: bytes, code: str) -> bytes:
    return blind(f"{hashed.hex()}:{code}", where="portal_code.digest")
