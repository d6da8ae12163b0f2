"""Jobs of workers that died: they are queued again soon, and old ones are removed.

Not a job itself: a queue that is stuck could not mend itself. Each worker process has one beside it; several do no harm.
"""

from __future__ import annotations

import asyncio

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

EVERY = 5.0  # seconds
STALLED = 15.0  # seconds without a sign of life, after which a worker counts as dead
KEPT = 72  # hours that done jobs are kept
_log = structlog.get_logger("xiuhao.jobs")


async def reap(app: App) -> list[int]:
    """Queue again every job whose worker died; where its twin is queued already, the dead one is failed. Returns their ids."""
    found = []
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        if job.id is None:
            continue
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        found.append(job.id)
        _log.warning("job of a dead worker queued again", job=job.id, task=job.task_name)
    return found


async def keep_reaping(app: App) -> None:
    """Until cancelled. A lost database is waited for."""
    rounds = 0
    while True:
        try:
            await reap(app)
            if rounds % 720 == 0:  # hourly
                await app.job_manager.delete_old_jobs(nb_hours=KEPT)
            rounds += 1
        except ConnectorException as error:
            _log.warning("the database is away", error=str(error)[:200])
        await asyncio.sleep(EVERY)
