"""The ways out: what carries a message to somebody, behind one interface, chosen by `settings.XIUHAO_CHANNELS`.

Without a provider a channel is the demo's: the message is kept and shown on the demo outbox page, and goes nowhere.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

INBOX = "inbox"


class Unreachable(Exception):
    """The provider could not be reached: nothing was sent, no message is at fault, the whole channel waits."""


class Declined(Exception):
    """The provider refused this message: it was not sent."""


@dataclass(frozen=True)
class Letter:
    """What is handed to a provider; `effect_key` is the same at every attempt, for providers that know idempotency."""

    to: str
    subject: str
    text: str
    effect_key: str


class Channel(Protocol):
    """A provider. `kept` ones need no sending; `idempotent` ones deliver a repeated `effect_key` once."""

    kept: ClassVar[bool]
    idempotent: ClassVar[bool]

    def send(self, letter: Letter) -> None:
        """Deliver or raise: Unreachable, Declined, or anything else when it may or may not have been sent."""


class Kept:
    """The inbox of an account, and the demo's stand-in for any provider: to keep the message is to deliver it."""

    kept: ClassVar[bool] = True
    idempotent: ClassVar[bool] = True

    def send(self, letter: Letter) -> None:
        """Nothing more to do."""


class Mail:
    """E-mail through Django's backend. Marked as automatic, so that no out-of-office answers it (RFC 3834, 5)."""

    kept: ClassVar[bool] = False
    idempotent: ClassVar[bool] = False

    def send(self, letter: Letter) -> None:
        """Hand it to the mail server."""
        mark = sha256(letter.effect_key.encode()).hexdigest()[:32]
        headers = {"Message-ID": f"<{mark}@{urlsplit(settings.BASE_URL).hostname}>", "Auto-Submitted": "auto-generated"}
        try:
            EmailMessage(letter.subject, letter.text, None, [letter.to], headers=headers).send()
        except (ConnectionRefusedError, smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as error:
            raise Unreachable(type(error).__name__) from error
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise Declined(type(error).__name__) from error


@lru_cache(maxsize=16)
def _made(path: str) -> Channel:
    made: Channel = import_string(path)()
    return made


def channel(name: str) -> Channel:
    """The provider of a channel. Raises KeyError for one that the settings do not name."""
    return _made(settings.XIUHAO_CHANNELS[name])
