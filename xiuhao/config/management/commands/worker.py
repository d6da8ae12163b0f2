"""`worker`: runs queued jobs (long work: imports, exports, rebuilds), and those that a dead worker left behind."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from django.core.management.base import BaseCommand

from xiuhao.config import reaper
from xiuhao.config.environment import environment

BEHIND = 10  # steps of priority: where processors are short, who waits for a page goes first


class Command(BaseCommand):
    """procrastinate's worker with our number of threads; SIGTERM lets running jobs finish."""

    help = "Run queued jobs"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(BEHIND)
        asyncio.run(work())


async def work() -> None:
    """Until SIGTERM or SIGINT."""
    from procrastinate.contrib.django import app

    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            reaping = asyncio.create_task(reaper.keep_reaping(app))
            try:
                await app.run_worker_async(
                    concurrency=environment.job_threads,
                    shutdown_graceful_timeout=8,
                    update_heartbeat_interval=5,
                    stalled_worker_timeout=reaper.STALLED,
                )
            finally:
                reaping.cancel()
