"""Where outgoing e-mail goes: XIUHAO_MAIL_URL as Django's settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TIMEOUT = 10  # seconds for which a mail server may keep us waiting
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


def settings(url: str) -> dict[str, Any]:
    """EMAIL_… for smtp:// (STARTTLS), smtps:// (TLS) or smtp+plain:// (a relay beside us); the dummy backend without an address."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ImproperlyConfigured("XIUHAO_MAIL_URL is smtp://, smtps:// or smtp+plain:// with a host (smtps://user:password@host)")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": TIMEOUT,
    }
