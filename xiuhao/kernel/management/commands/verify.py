"""`python -m xiuhao verify [NUMBER]`: is the journal whole?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiuhao.kernel.models import Case
from xiuhao.kernel.verification import verify


class Command(BaseCommand):
    help = "Recompute the journal's chains, contents and seals; ends with 1 where one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", help="only this case")

    def handle(self, *args: Any, number: str | None = None, **options: Any) -> None:
        case = None
        if number:
            case = Case.objects.unscoped("the operator verifies a named case").filter(number=number).first()
            if case is None:
                raise CommandError(f"no case {number}")
        report = verify(case)
        if not report.intact:
            raise CommandError(str(report))
        self.stdout.write(str(report))
