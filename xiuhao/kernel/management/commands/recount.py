"""`python -m xiuhao recount`: are the figures of the clauses those of the journal?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xiuhao.kernel.recount import recount


class Command(BaseCommand):
    help = "Count every clause again from the journal and the declarations; ends with 1 where a figure differs."

    def handle(self, *args: Any, **options: Any) -> None:
        report = recount()
        if report.differences:
            raise CommandError("\n".join([*map(str, report.differences), f"{len(report.differences)} figures differ from the journal."]))
        self.stdout.write(
            f"{report.cases} cases, {report.lines} lines, {len(report.clauses)} clauses: every figure is that of the journal."
        )
