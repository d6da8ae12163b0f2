"""Logging in, by allauth; ours are the limits, the constant work, and who gets in at all.

Failures are counted by name and by address, so that neither many passwords on one account nor one password on many accounts
gets far. A browser that has logged somebody in before carries a signed mark and is counted by itself: whoever attacks a name
or an address cannot lock its own people out (OWASP, device cookies).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from xiuhao.kernel import accounts, sentences, throttle
from xiuhao.kernel.crypto import blind, seal, unseal
from xiuhao.kernel.letters import TEXT, TO
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now

Limit = tuple[str, int, int]  # key, attempts, seconds
DEVICE, DEVICE_AGE, DEVICE_NAMES = "xiuhao_device", timedelta(days=180), 20
PLACE = "mfa_authenticator.data"  # bound into sealed secrets of the second factor
_ALARM = """
INSERT INTO kernel_message
  (template, channel, to_account_id, to_sealed, to_masked, subject, sealed, effect_key, maybe_twice, error, sent_at)
SELECT 'login_alarm', 'inbox', id, %(nobody)s, '', %(subject)s, %(text)s, 'login_alarm:' || %(day)s || ':' || id, false, '', %(at)s
FROM kernel_account WHERE login = %(name)s ON CONFLICT (effect_key) DO NOTHING
"""


@dataclass(frozen=True)
class Device:
    """A browser that has logged people in: its own mark, and the keyed hashes of their names."""

    mark: str
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> Device:
        """What the browser's cookie proves; a new device if it proves nothing."""
        try:
            mark, names = signing.loads(request.COOKIES.get(DEVICE, ""), salt=DEVICE, max_age=DEVICE_AGE)
        except (signing.BadSignature, ValueError):
            return cls(get_random_string(22))
        return cls(mark, tuple(names))

    def knows(self, name: str) -> bool:
        return _hashed(name) in self.names

    def remember(self, name: str, response: HttpResponse) -> None:
        """Let the browser carry that it logged this name in."""
        names = tuple(dict.fromkeys((_hashed(name), *self.names)))[:DEVICE_NAMES]
        value = signing.dumps((self.mark, names), salt=DEVICE)
        response.set_cookie(DEVICE, value, max_age=DEVICE_AGE, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def _hashed(name: str) -> str:
    return blind(name, where=DEVICE).hex()


def plain(name: str) -> str:
    """A log-in name as it is counted and looked up."""
    return name.strip().lower()[:60]


class Attempt:
    """One try of a name with a password, counted before anything is checked, taken back when it succeeds."""

    def __init__(self, request: HttpRequest, name: str) -> None:
        self.name = plain(name)
        device = Device.of(request)
        self.known = device.knows(self.name)
        self.limits: list[Limit] = (
            [(f"login.device:{device.mark}:{self.name}", 10, 900)]
            if self.known
            else [
                (f"login.address:{throttle.client_key(request)}", 60, 300),
                (f"login.name:{self.name}", 5, 300),
                (f"login.name.day:{self.name}", 50, 86_400),
            ]
        )

    def count(self) -> None:
        """Raises Refused too_many (429); who owns the name then finds a word about it in the inbox, once a day."""
        for key, limit, seconds in self.limits:
            try:
                throttle.allow(key, limit, seconds)
            except Refused:
                if key.startswith("login.name"):
                    alarm(self.name)
                raise

    def forgive(self) -> None:
        """It succeeded: only failures count."""
        for key, _limit, _seconds in self.limits:
            throttle.forgive(key)


def alarm(name: str) -> None:
    """Tell the owner of a log-in name, if there is one, that somebody guesses; the same statement whether there is or not."""
    at = now()
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("有人在反复尝试登录您的账号")
        said = _("{when} 起，有人多次用错误的密码登录您的账号，系统已暂时拒绝。如果不是您本人，请修改密码并开启两步验证。")
        text = said.format(when=f"{local(at):%Y-%m-%d %H:%M}")
    facts: dict[str, Any] = {
        "nobody": seal("", where=TO),
        "subject": subject,
        "text": seal(text, where=TEXT),
        "day": f"{local(at):%Y%m%d}",
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ALARM, {**facts, "name": name})


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth tells no types
    """Checks passwords, and finds the account of a session together with everything its actor needs, in one statement."""

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        """The account of a session; None once it is disabled, so that its sessions end with the next request."""
        return accounts.known("a.id = %(value)s", user_id)

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        """A disabled account is told nothing else than a wrong password."""
        found: AbstractBaseUser | None = super()._check_password(user, password)
        self._stash_user(None)
        return found


class Door(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are invited, nobody signs up; every way in passes the same limits."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody; accounts come from invitations."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account of a name and password. Raises ValidationError when there were too many failures."""
        attempt = Attempt(request, str(credentials.get("username", "")))
        try:
            attempt.count()
        except Refused as refused:
            raise ValidationError(sentences.say(refused), code=refused.code) from refused
        found = authenticate(request, **credentials)
        if found is not None:
            attempt.forgive()
        return found

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Logged in, the second factor included: the browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        Device.of(request).remember(plain(user.get_username()), response)
        return response

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Being logged in or out needs no toast."""
        if message_template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The true address, by the one rule for it."""
        return throttle.client_ip(request)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of the second factor at rest, and the name under which passkeys know us."""

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return b64encode(seal(text, where=PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again."""
        return unseal(b64decode(encrypted_text), where=PLACE)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The relying party: the host of the configured address, which for passkeys must have a name (WebAuthn 5.1.2)."""
        host = urlsplit(settings.BASE_URL).hostname or ""
        return {"id": "localhost" if host.replace(".", "").isdigit() or ":" in host else host, "name": "修好 Xiuhao"}
