"""Dispatch's long work: plans worked out and published after the request is over, durations learned at night, jobs given out by the
product where the station wants that."""

from __future__ import annotations

from functools import cache

from django.utils import translation
from procrastinate.contrib.django import app

from xiuhao.dispatch import durations, engine, planning
from xiuhao.dispatch.models import PlanRun


@app.task(name="dispatch.plan", queue="plans", retry=2)
def plan_work(run: str) -> None:
    """Work a plan out. Started again after a crash it begins anew; what cannot be worked out is said on its page."""
    work = _run(run)
    with translation.override(work.language):
        try:
            planning.carry_out(work)
        except Exception:
            planning.failed(work)
            raise


@app.task(name="dispatch.publish", retry=5)
def publish_work(run: str) -> None:
    """Publish a plan piece by piece; started again after a crash it goes on where it was."""
    work = _run(run)
    with translation.override(work.language):
        while planning.publish_on(work):
            continue


@app.periodic(cron="10 19 * * *")  # UTC, as procrastinate reads it: 03:10 at the desk
@app.task(name="dispatch.learn", queueing_lock="dispatch.learn")
def learn(timestamp: int) -> int:
    """Learn anew how long work takes. How many durations are known."""
    return durations.learn()


@app.periodic(cron="*/2 * * * *")
@app.task(name="dispatch.warm", queueing_lock="dispatch.warm")
def warm(timestamp: int) -> None:
    """Compile the optimiser for this installation, so that no request does: a minute of one core the first time, then nothing."""
    _warmed()


@cache
def _warmed() -> None:
    engine.warm()


def _run(pk: str) -> PlanRun:
    return PlanRun.objects.unscoped("a job works for whoever ordered it").select_related("unit").get(pk=pk)
