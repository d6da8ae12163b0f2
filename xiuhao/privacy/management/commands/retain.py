"""`python -m xiuhao retain [--do]`: what personal data is due for deletion by the table `privacy.retention`; with --do it is deleted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiuhao.privacy import retention


class Command(BaseCommand):
    """Without --do it only counts."""

    help = "Count, or with --do erase, personal data whose time is over"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--do", action="store_true", help="erase what is due")

    def handle(self, *args: Any, do: bool, **options: Any) -> None:
        for each in retention.due():
            self.stdout.write(f"{each.rows.count():>8}  {each.label}  ({each.months} months, before {each.before:%Y-%m-%d})")
        if do:
            total = 0
            while done := retention.sweep():
                total += done
            self.stdout.write(f"{total} erased.")
