"""Bulk work that outlives its request."""

from __future__ import annotations

from django.utils import translation
from procrastinate.contrib.django import app

from xiuhao.ui import bulk
from xiuhao.ui.models import BulkRun


@app.task(name="ui.bulk", retry=5)
def bulk_work(run: str) -> None:
    """Do a run piece by piece; started again after a crash it goes on where it was."""
    work = BulkRun.objects.unscoped("a job works for whoever ordered it").get(pk=run)
    with translation.override(work.language):
        while bulk.carry_on(work):
            continue
