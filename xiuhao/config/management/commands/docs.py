"""`python -m xiuhao docs`: prints docs/reference from the code; `--check` only says what is stale."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiuhao.config import reference


class Command(BaseCommand):
    """Needs no database."""

    help = "Print docs/reference from the code, or check that it is fresh"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if stale := reference.stale():
                raise CommandError(f"stale: {', '.join(stale)}; run scripts/docs")
            return
        changed = reference.write()
        self.stdout.write(f"docs/reference: {', '.join(changed) or 'nothing changed'}")
