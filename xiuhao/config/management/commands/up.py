"""`up`: the whole installation in one process group."""

from __future__ import annotations

import contextlib
import os
import urllib.request
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from xiuhao.config import fresh, group, postgres
from xiuhao.config.environment import environment
from xiuhao.config.management.commands import found
from xiuhao.config.offspring import command, end, held, spawn
from xiuhao.simulate import queries


class Command(BaseCommand):
    """Database, then what is pending, then web, worker, scheduler and dispatcher."""

    help = "Run everything: database, web, worker, scheduler, dispatcher"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--demo", action="store_true", help="fill a new installation with the demo company before it opens")

    def handle(self, *args: Any, **options: Any) -> None:
        """Until Ctrl-C or SIGTERM. A second `up` in the same folder, or a taken port, is refused before anything starts."""
        self.stop = group.stopped_by_signals()
        try:
            with held(lock := environment.folder / "up.lock", wait=False) as handle:
                group.refuse_taken_port(environment.host, environment.port)
                os.truncate(handle, 0)
                os.write(handle, environment.address.encode())
                self._run(demo=options["demo"])
        except BlockingIOError:
            raise CommandError(f"It already runs in {environment.folder}: {lock.read_text() or environment.address}") from None
        except postgres.Trouble as trouble:
            raise CommandError(str(trouble)) from None

    def _run(self, *, demo: bool) -> None:
        cluster = postgres.cluster(environment.folder) if environment.embedded else None
        database = cluster.serve() if cluster else None
        whole = group.group(environment, cluster, database)
        try:
            self._prepare(demo=demo)
            if demo and environment.demo_live and queries.demo() is not None:
                whole.parts.append(group.live(environment))
            connections.close_all()
            whole.run(self.stop, self._announced)
        finally:
            self.stdout.write(f"\n  Stopping; work under way has up to {group.PATIENCE:.0f} s to end (Ctrl-C again: now) …")
            self.stdout.flush()
            whole.end(lambda: self.stop.again)
        self.stdout.write("  Stopped; nothing is lost.")

    def _prepare(self, *, demo: bool) -> None:
        """What must be done once after an update: catalogues, tables, static files, the demo."""
        fresh.compile_catalogues()
        found.tables(lambda: self.stdout.write("  Preparing the tables …"))
        group.metrics_folder(environment, anew=True)
        fresh.collect_static()
        fresh.seed()
        if demo:
            self._fill()

    def _fill(self) -> None:
        """The demo company, once, where nobody works yet; it is there whole or not at all."""
        from xiuhao.kernel.models import Account

        if Account.objects.exists():
            return None
        self.stdout.write("  Filling in the demo company (once) …")
        self.stdout.flush()
        child = spawn(command("demo"))
        while child.poll() is None and not self.stop.wait(0.1):
            pass
        if self.stop.is_set():
            child.terminate()
            return end(child, group.PATIENCE)
        if child.returncode:
            raise CommandError("The demo company could not be filled in; see above.")
        return None

    def _announced(self) -> bool:
        """Whether the first page answers; then the address is printed, with the log-ins of the demo."""
        local = "127.0.0.1" if environment.everywhere else environment.host
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{local}:{environment.port}/healthz", timeout=1):
            self.stdout.write(self.style.SUCCESS(f"\n  修好 Xiuhao  →  {environment.address}"))
            call_command("demo", "--logins", stdout=self.stdout)
            if found.nobody_yet():
                self.stdout.write("  Nobody can log in yet: `python -m xiuhao found --company NAME` makes head office and administrator.")
            connections.close_all()
            self.stdout.write("  Ctrl-C stops it.\n")
            self.stdout.flush()
            return True
        return False
