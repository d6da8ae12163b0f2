"""`simulate`: fills in the demo's past, keeps it moving, loads it, or answers "what if"."""

from __future__ import annotations

import logging
from datetime import datetime
from time import monotonic
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiuhao.config import group, scratch
from xiuhao.config.environment import environment
from xiuhao.kernel import figures, sentences
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import database_now
from xiuhao.simulate import history, load, queries, whatif
from xiuhao.simulate import live as moving
from xiuhao.simulate.models import Comparison


class Command(BaseCommand):
    """Without arguments: the sixty days behind the demo, from where they ended; a second run has nothing to do."""

    help = "Fill in the demo's past"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, help="live through at most so many days now; with --what-if, how many days it lasts")
        parser.add_argument(
            "--what-if",
            metavar="agents=+2|resolution=8h",
            help="the same demand without and with a change, in a scratch database",
        )

        parser.add_argument("--live", action="store_true", help="keep the demo moving until Ctrl-C")
        parser.add_argument("--rate", type=float, help="file so many requests a second over HTTP, and print how long they took")
        parser.add_argument("--seconds", type=float, default=60, help="with --rate: for so long")
        parser.add_argument("--url", default=environment.address, help="with --rate: where it runs")
        parser.add_argument("--token", default="", help="with --rate: an API token; by default the demo's own")

    def handle(self, *args: Any, days: int | None, what_if: str | None, live: bool, rate: float | None, **options: Any) -> None:
        logging.getLogger("xiuhao").setLevel(logging.WARNING)  # progress alone
        if what_if:
            return self._what_if(what_if, days or 20)
        if rate:
            return self._load(rate, options)
        return self._live() if live else self._fill(days)

    def _live(self) -> None:
        """People turn up and are served, in real time."""
        try:
            moving.run(group.stopped_by_signals().wait, self._say)
        except Refused as refused:
            raise CommandError(sentences.say(refused)) from None

    def _load(self, rate: float, options: Any) -> None:
        """Requests over HTTP, as the shop's system files them."""
        demo = queries.demo()
        token = options["token"] or (demo.token if demo else "")
        if not token or rate <= 0 or options["seconds"] <= 0:
            raise CommandError("A token is needed (--token) where there is no demo, and a rate and seconds above nothing.")
        self._say(f"{rate:g} a second for {options['seconds']:g} s over HTTP to {options['url']}")
        self._say(str(load.run(options["url"], token, rate, options["seconds"], seed=1)))

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()

    def _what_if(self, text: str, days: int) -> None:
        """Both companies live through the same days, and their figures stand side by side."""
        try:
            question = whatif.read(text, days)
        except Refused as refused:
            raise CommandError(sentences.say(refused)) from None
        kept, end = queries.demo() is not None, database_now().replace(microsecond=0)
        if not kept:
            self._say("This is not the demo: the comparison needs none, it is printed here and not kept at /demo/what-if.")
        try:
            before, after = self._compare(question, end)
        except psycopg.errors.InsufficientPrivilege as error:
            raise CommandError(
                f"A scratch database is needed, and this log-in may not make one ({error}). Set XIUHAO_OWNER_DATABASE_URL."
            ) from None
        self._print(whatif.keep(question, before, after) if kept else Comparison(before=before, after=after), question.change)

    def _compare(self, question: whatif.Question, end: datetime) -> tuple[dict[str, float], dict[str, float]]:
        """The figures without and with the change."""
        with scratch.scratch() as empty:
            self._say(f"{question.requests} requests in {question.days} days, in a scratch database")
            whatif.settle(question, end)
            with scratch.copy(empty):
                whatif.change(question)
                after = whatif.live(lambda line: self._say(f"{question.change}: {line}"))
            before = whatif.live(lambda line: self._say(f"as it is: {line}"))
        return before, after

    def _print(self, made: Comparison, change: str) -> None:
        wide = max(len(row["label"]) for row in made.rows)
        self._say(f"{'':{wide * 2}} {'as it is':>10} {change:>16}")
        for row in made.rows:
            label = row["label"] + " " * (wide * 2 - sum(2 if sign > "\u2e80" else 1 for sign in row["label"]))
            self._say(f"{label} {row['before']:>10} {row['after']:>16}")

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
