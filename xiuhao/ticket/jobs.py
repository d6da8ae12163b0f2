"""The desk's long work: sheets checked and imported after the request is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import translation
from procrastinate.contrib.django import app

from xiuhao.kernel.time import now
from xiuhao.ticket import importing, learned
from xiuhao.ticket.models import ImportRun

KEPT = timedelta(days=7)  # how long the rows with faults can be downloaded


@app.task(name="ticket.import", retry=5)
def import_work(run: str) -> None:
    """Check a sheet, or import it: whatever stands next. Started again after a crash it goes on where it was."""
    work = ImportRun.objects.unscoped("a job works for whoever ordered it").get(pk=run)
    with translation.override(work.language):
        if work.state == "checking":
            while importing.check_on(work):
                continue
        elif work.state == "importing":
            while importing.import_on(work):
                continue


@app.periodic(cron="23 * * * *")
@app.task(name="ticket.sweep_imports")
def sweep_imports(timestamp: int) -> int:
    """Forget sheets that are a week old: their rows are personal data. How many."""
    old = ImportRun.objects.unscoped("old sheets are forgotten, whoever uploaded them").filter(created_at__lt=now() - KEPT)
    _rows, by_model = old.delete()
    return by_model.get("ticket.ImportRun", 0)


@app.periodic(cron="40 18 * * *")  # UTC, as procrastinate reads it: 02:40 at the desk
@app.task(name="ticket.learn", queueing_lock="ticket.learn")
def learn(timestamp: int) -> dict[str, str]:
    """Learn anew from the tickets that have ended, at night: minutes of one core. Missed or killed, the next night does it."""
    return learned.learn()


@app.periodic(cron="*/20 * * * *")
@app.task(name="ticket.settle_hints")
def settle_hints(timestamp: int) -> int:
    """What people did with suggestions. How many are now known."""
    return learned.settle()
