"""`translations`: brings the English catalogues up to date; `--check` only says what is wrong with them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xiuhao.config import catalogues, fresh


class Command(BaseCommand):
    """Adds texts without a translation to locale/en of their module; a person or a later pass fills them in."""

    help = "Update the English catalogues, or check that they are complete"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when anything lacks English")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            flaws = [str(flaw) for flaw in catalogues.flaws()]
            if flaws:
                raise CommandError("\n".join([*flaws, f"{len(flaws)} texts; run `python -m xiuhao translations` and fill them in."]))
            return
        for module, lacking in catalogues.update().items():
            self.stdout.write(f"{module}: {lacking} without English" if lacking else f"{module}: complete")
        fresh.compile_catalogues()
