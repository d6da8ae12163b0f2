"""`simulate`: fills in the demo's past, keeps it moving, loads it, or answers "what if"."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiuhao.config import group
from xiuhao.kernel import figures
from xiuhao.simulate import history, queries


class Command(BaseCommand):
    """Without arguments: the sixty days behind the demo, from where they ended; a second run has nothing to do."""

    help = "Fill in the demo's past"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, help="live through at most so many days now")

    def handle(self, *args: Any, days: int | None, **options: Any) -> None:
        logging.getLogger("xiuhao").setLevel(logging.WARNING)  # progress alone
        self._fill(days)

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()

    def _fill(self, days: int | None) -> None:
        """The past, day by day; Ctrl-C ends it after the day at hand."""
        demo = queries.demo()
        if demo is None:
            raise CommandError("This is not the demo: nothing is simulated in somebody's own company.")
        stop, begun = group.stopped_by_signals(), monotonic()
        before = history.plan(demo)
        if not before.done:
            history.settle()
        whole = history.fill(self._say, most=days, stop=stop.is_set)
        figures.fold()
        after, took = history.plan(demo), monotonic() - begun
        born, steps = after.born - before.born, after.steps - before.steps
        self._say(f"{born} requests, {steps} steps in {took:.0f} s: {steps / took:.0f} a second; {after.stumbled} stumbled")
        self._say("The past is whole." if whole else f"{after.days - after.done} days are left; run it again.")
