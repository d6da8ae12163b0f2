"""Who carries what: XIUHAO_CHANNELS, made of the providers that the operator names."""

from __future__ import annotations

from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

KEPT, MAIL = "xiuhao.kernel.channels.Kept", "xiuhao.kernel.channels.Mail"


def settings(mail_url: str, sms: str) -> dict[str, str]:
    """The class of each channel by dotted path; one without a provider keeps its messages for the outbox page.

    Raises ImproperlyConfigured for a text message provider whose module is not there.
    """
    found = dict.fromkeys(("inbox", "sms", "email", "wecom"), KEPT)
    if mail_url:
        found["email"] = MAIL
    if sms:
        found["sms"] = _there(sms)
    return found


def _there(path: str) -> str:
    module, _dot, name = path.rpartition(".")
    try:
        there = bool(module and name) and find_spec(module) is not None
    except ImportError:
        there = False
    if not there:
        raise ImproperlyConfigured(f"XIUHAO_SMS is package.module.Class, and no module {module or path} can be imported")
    return path
