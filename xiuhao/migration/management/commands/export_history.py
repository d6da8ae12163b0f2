"""`export_history FILE`: all cases of a process with their history, as another installation of ours can read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiuhao.kernel import accounts, sentences
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.migration import exporting, running


class Command(BaseCommand):
    """The file holds personal data in the open: keep it as one keeps such data."""

    help = "Write every case with its history to a file (JSONL)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="login", required=True, help="log-in of the administrator or manager who orders it")
        parser.add_argument("--process", default="ticket")

    def handle(self, *args: Any, file: Path, login: str, process: str, **options: Any) -> None:
        account = Account.objects.filter(login=login, is_active=True).first()
        if account is None:
            raise CommandError(f"nobody here logs in as {login}")
        try:
            actor = running.allowed(accounts.actor_of(account))
            count = 0
            with file.open("x", encoding="utf-8") as out:
                for count, line in enumerate(exporting.export(actor, process)):  # noqa: B007  # the head is the first
                    out.write(line)
        except (Refused, OSError) as error:
            raise CommandError(sentences.say(error) if isinstance(error, Refused) else str(error)) from None
        self.stdout.write(f"{count} cases")
