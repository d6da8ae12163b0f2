"""`migrate`, as the owner of the tables, and with what belongs to it: the cache's table and the rights of daily work."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate

from xiuhao.config import database


class Command(migrate.Command):
    """Django's migrate between `as_owner` and `grant`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant; a plan or a check changes nothing and grants nothing."""
        with database.as_owner():
            super().handle(*args, **options)
            if options.get("plan") or options.get("check_unapplied"):
                return
            call_command("createcachetable", verbosity=0)
            database.grant()
