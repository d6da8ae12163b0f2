"""`reset`: the demo company thrown away and made anew."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from xiuhao.config import database
from xiuhao.kernel.models import Account
from xiuhao.simulate import queries

# Sessions of other processes of ours: a running web server would see the tables vanish under it.
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xiuhao' AND pid <> pg_backend_pid()"
)


class Command(BaseCommand):
    """Refuses where somebody works who is not of the demo, and while anything of ours still runs on the database."""

    help = "Throw the demo company away (database and files) and make it anew"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not _ours():
            raise CommandError("This database holds somebody's own company, not the demo: nothing was touched.")
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            if (others := cursor.fetchone()[0]) > 0:
                raise CommandError(f"It still runs ({others} connections to the database): stop it first, nothing was touched.")
        if not yes and not self._agreed():
            raise CommandError("Nothing was touched.")
        self.stdout.write("  Making the tables anew …")
        self.stdout.flush()
        with database.as_owner(), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        shutil.rmtree(settings.XIUHAO_FILES, ignore_errors=True)
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        call_command("demo", stdout=self.stdout)

    def _agreed(self) -> bool:
        """Whether the person at the terminal says yes; without a terminal nobody does."""
        if not sys.stdin.isatty():
            self.stdout.write("Nobody is there to ask: --yes throws everything in this database away.")
            return False
        self.stdout.write(f"Everything in {connection.settings_dict['NAME']} will be thrown away. Type yes: ", ending="")
        self.stdout.flush()
        return input().strip().lower() in ("yes", "y", "是")


def _ours() -> bool:
    """Whether this database is the demo's, or nobody's yet (a reset that was cut off)."""
    try:
        return queries.demo() is not None or not Account.objects.exists()
    except DatabaseError:
        connection.close()
        tables = connection.introspection.table_names()
        return Account._meta.db_table not in tables
