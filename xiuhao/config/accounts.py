"""Log-in by allauth: staff are invited by an administrator, nobody signs up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Invited(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the sign-up page; everything else is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody; accounts come from invitations."""
        return False
