"""`database`: the embedded PostgreSQL alone."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xiuhao.config import postgres
from xiuhao.config.environment import environment
from xiuhao.config.group import stopped_by_signals
from xiuhao.config.offspring import end


class Command(BaseCommand):
    """Ends with the fast shutdown on SIGTERM or Ctrl-C."""

    help = "Run the embedded PostgreSQL"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not environment.embedded:
            raise CommandError("DATABASE_URL is set: that server is not ours to run.")
        stop = stopped_by_signals()
        cluster = postgres.cluster(environment.folder)
        try:
            server = cluster.serve()
        except postgres.Trouble as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(f"PostgreSQL answers: {cluster.dsn()}")
        self.stdout.flush()
        while server.poll() is None and not stop.wait(0.2):
            pass
        if server.poll() is not None:
            raise CommandError(f"PostgreSQL ended (code {server.returncode}). Its log: {cluster.log}")
        server.send_signal(signal.SIGINT)
        end(server, 60)
