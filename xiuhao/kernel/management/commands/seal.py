"""`python -m xiuhao seal [--export]`: seal the journal now, or print the seals to be kept elsewhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiuhao.kernel import chain


class Command(BaseCommand):
    help = "Seal every finished line of the journal; with --export print the seals as JSON lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", action="store_true", help="print the seals, oldest first")
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="with --export: only later ones")

    def handle(self, *args: Any, export: bool, after: int, **options: Any) -> None:
        if export:
            self.stdout.writelines(f"{line}\n" for line in chain.export_seals(after))
            return
        seal = chain.seal_heads()
        self.stdout.write(f"seal {seal.pk}: {seal.lines} lines, {bytes(seal.root).hex()}" if seal else "nothing new to seal")
