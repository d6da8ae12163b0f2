"""Bulk work and exports that outlive their request."""

from __future__ import annotations

from django.utils import translation
from procrastinate.contrib.django import app

from xiuhao.kernel.time import now
from xiuhao.ui import bulk, exports
from xiuhao.ui.models import BulkRun, ExportRun


@app.task(name="ui.bulk", retry=5)
def bulk_work(run: str) -> None:
    """Do a run piece by piece; started again after a crash it goes on where it was."""
    work = BulkRun.objects.unscoped("a job works for whoever ordered it").get(pk=run)
    with translation.override(work.language):
        while bulk.carry_on(work):
            continue


@app.task(name="ui.export", retry=5)
def export_work(run: str) -> None:
    """Write an export; started again after a crash it begins anew, and what is finished is not made twice."""
    work = ExportRun.objects.unscoped("a job works for whoever ordered it").get(pk=run)
    with translation.override(work.language):
        exports.carry_out(work)


@app.periodic(cron="19 * * * *")
@app.task(name="ui.sweep_exports")
def sweep_exports(timestamp: int) -> int:
    """Forget what was exported a week ago (a query may tell of persons). How many."""
    old = ExportRun.objects.unscoped("old exports are forgotten, whoever asked").filter(created_at__lt=now() - exports.REMEMBERED)
    return old.delete()[0]
