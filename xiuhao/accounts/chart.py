"""The chart of accounts is the company's own: accounts are added, named anew, and put out of use; a code is for good."""

from __future__ import annotations

from xiuhao.accounts.models import Title
from xiuhao.kernel.refusal import Refused


def save(found: Title | None, *, zh: str, en: str, kind: str, active: bool, code: str = "") -> Title:
    """A new account, or another name, kind or standing of one. Refused account_code (422), account_there (409)."""
    if found is None:
        if not (code.isascii() and code.isdecimal() and 4 <= len(code) <= 12):
            raise Refused("account_code", {}, status=422)
        made, fresh = Title.objects.get_or_create(code=code, defaults={"zh": zh, "en": en, "kind": kind, "active": active})
        if not fresh:
            raise Refused("account_there", {"code": code})
        return made
    found.zh, found.en, found.kind, found.active = zh, en, kind, active
    found.save()
    return found
