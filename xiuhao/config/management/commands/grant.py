"""`grant`: gives the role of daily work its rights, without the right to rewrite append-only tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from xiuhao.config import database


class Command(BaseCommand):
    """As the owner of the tables; migrate does it too."""

    help = "Give the role of daily work its rights (migrate does this too)"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the role and the tables that it may only append to."""
        with database.as_owner():
            guarded = database.grant()
        self.stdout.write(f"{database.grantee() or 'no separate role'} may only append to: {', '.join(guarded) or 'no table'}")
