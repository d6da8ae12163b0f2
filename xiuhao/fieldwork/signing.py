"""A customer signs by a code: six digits to the number on the order, told to the engineer, who types them in. Used once."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from datetime import timedelta

from django.db.models import F

from xiuhao.fieldwork.models import SignCode, WorkOrder
from xiuhao.kernel import chores, letters, outbox
from xiuhao.kernel.crypto import blind
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.process import Guard
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _

LIVES = timedelta(minutes=10)
AGAIN, DAY = timedelta(minutes=1), timedelta(days=1)
MOST, TRIES = 5, 5  # codes of an order a day, wrong digits a code
KEPT = timedelta(days=7)  # what was typed without a network may come late


def _of(step: Step) -> SignCode | None:
    return SignCode.objects.filter(case=step.case).first()


def _may(step: Step) -> bool:
    row = _of(step)
    return row is None or (row.sent_at + AGAIN <= now() and (row.sent < MOST or row.sent_at + DAY <= now()))


NOT_AGAIN = Guard("sign_code_sent", _("验证码已经发过：一分钟后才能重发，一天最多 5 次。也可以请客户在屏幕上签字。"), _may)
REACHED = Guard("sign_code_nowhere", _("这一单没有联系电话，请客户在屏幕上签字。"), lambda s: bool(s.record.contact_phone))


def send(step: Step) -> None:
    """A fresh code to the customer; one that was sent before is no good any more."""
    record: WorkOrder = step.record
    code, row, at = f"{secrets.randbelow(10**6):06d}", _of(step), now()
    sent = row.sent + 1 if row is not None and at < row.sent_at + DAY else 1
    fresh = {"digest": _digest(step, code), "sent_at": at, "sent": sent, "tries": 0}
    SignCode.objects.update_or_create(case=step.case, defaults=fresh)
    to = outbox.Recipient(channel="sms", address=record.contact_phone, masked=mask_phone(record.contact_phone))
    words = {"code": code, "number": step.case.number, "minutes": int(LIVES.total_seconds() // 60)}
    step.add(letters.parcel("fieldwork/notice/sign_code.txt", to, words, f"work.code:{step.case.pk}:{step.context['line']}"))


def check(step: Step) -> None:
    """The code that was typed is the one that was sent, in time by when it was typed. Raises Refused sign_code_wrong (422), and counts
    the try, which stands though the step is refused."""
    row = _of(step)
    typed = "".join(unicodedata.normalize("NFKC", step.given.get("code") or "").split())
    right = hmac.compare_digest(bytes(row.digest) if row else bytes(16), _digest(step, typed))
    if row is not None and right and row.tries < TRIES and step.at <= row.sent_at + LIVES:
        row.delete()
        return
    SignCode.objects.filter(case=step.case, tries__lt=TRIES).update(tries=F("tries") + 1)
    wrong = Refused("sign_code_wrong", {"minutes": int(LIVES.total_seconds() // 60), "most": TRIES}, status=422)
    raise Refused("incomplete", {"verb": step.transition.label, "labels": [str(_("验证码"))]}, status=422, fields={"code": wrong})


def _digest(step: Step, code: str) -> bytes:
    return blind(f"{step.case.pk}:{code}", where="work.sign_code")


def sweep() -> int:
    """Forget codes of last week; how many. A chore."""
    return SignCode.objects.filter(sent_at__lt=now() - KEPT).delete()[0]


chores.EVERY[sweep] = 3600
