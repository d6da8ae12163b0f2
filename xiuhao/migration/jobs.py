"""Histories brought after the request is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import translation
from procrastinate.contrib.django import app

from xiuhao.kernel.time import now
from xiuhao.migration import running, taking
from xiuhao.migration.models import MigrationRun, SheetRun

KEPT = timedelta(days=30)  # how long what could not be brought can be looked at
SHEETS_KEPT = timedelta(days=7)  # the same of sheets of customers and staff


@app.task(name="migration.bring", retry=5)
def bring(run: str) -> None:
    """Bring a log, piece by piece. Started again after a crash it goes on where it was."""
    work = MigrationRun.objects.unscoped("a job works for whoever ordered it").get(pk=run)
    with translation.override(work.language):
        while work.state == "running" and running.carry_on(work):
            continue


@app.task(name="migration.sheet", retry=5)
def sheet(run: str) -> None:
    """Check a sheet, or bring it: whatever stands next. Started again after a crash it goes on where it was."""
    work = SheetRun.objects.unscoped("a job works for whoever ordered it").get(pk=run)
    with translation.override(work.language):
        step = {"checking": taking.check_on, "importing": taking.import_on}.get(work.state)
        while step and step(work):
            continue


@app.periodic(cron="41 * * * *")
@app.task(name="migration.sweep")
def sweep(timestamp: int) -> int:
    """Forget the files of a month ago: their rows are personal data. How many."""
    old = MigrationRun.objects.unscoped("old logs are forgotten, whoever uploaded them").filter(created_at__lt=now() - KEPT)
    _rows, by_model = old.delete()
    sheets = SheetRun.objects.unscoped("old sheets are forgotten, whoever uploaded them").filter(created_at__lt=now() - SHEETS_KEPT)
    _more, by_sheet = sheets.delete()
    return by_model.get("migration.MigrationRun", 0) + by_sheet.get("migration.SheetRun", 0)
