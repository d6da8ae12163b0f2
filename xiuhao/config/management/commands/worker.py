"""`worker`: runs queued jobs (long work: imports, exports, rebuilds)."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from xiuhao.config.environment import environment


class Command(BaseCommand):
    """procrastinate's worker with our number of threads; SIGTERM lets running jobs finish."""

    help = "Run queued jobs"

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("procrastinate", "worker", concurrency=environment.job_threads, shutdown_graceful_timeout=8)
