"""`demo`: the demo company, made once; `--logins` prints how one logs in to it."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiuhao.kernel.refusal import Refused
from xiuhao.simulate import actions, history, jobs, queries


class Command(BaseCommand):
    """Does nothing where the demo is there; refuses where somebody's own company is."""

    help = "Make the demo company in an empty installation, up to the present; once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the ready log-ins")
        parser.add_argument("--seed", type=int, default=actions.SEED, help="another seed, another company life")

    def handle(self, *args: Any, logins: bool, seed: int, **options: Any) -> None:
        if logins:
            return self._logins()
        if queries.demo() is not None:
            self.stdout.write("The demo company is here already; `python -m xiuhao reset` makes it anew.")
            return None
        begun = monotonic()
        logging.getLogger("xiuhao").setLevel(logging.WARNING)  # progress alone

        def say(line: str) -> None:
            self.stdout.write(f"  {monotonic() - begun:5.1f} s  {line}")
            self.stdout.flush()

        try:
            actions.make_demo(say, seed=seed)
        except Refused as refused:
            if refused.code != "not_empty":
                raise
            raise CommandError("Somebody works here already: the demo company is only made in an empty installation.") from None
        made = queries.demo()
        assert made is not None
        history.plan(made)
        jobs.begin()
        return None

    def _logins(self) -> None:
        """One line a role: log-in, password or token, who it is."""
        found = queries.logins()
        wide = max((len(one.login) for one in found), default=0)
        for one in found:
            self.stdout.write(f"  {one.login:{wide}}  {one.secret:11}  {one.role} · {one.name}, {one.unit}")
