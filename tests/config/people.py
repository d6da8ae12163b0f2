"""The least of a person that operations need."""

from __future__ import annotations

from xiuhao.kernel.models import Account, Unit


def somebody(login: str = "somebody") -> Account:
    """An active account at a unit of its own."""
    unit = Unit.objects.create(name=login, kind="head", path=f"{login}.")
    return Account.objects.create_user(login, "secret-word-1", name=login, unit=unit)
