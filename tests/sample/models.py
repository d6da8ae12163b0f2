from __future__ import annotations

from django.db import models

from xiuhao.kernel.models import Record


class Errand(Record):
    """What the tiny process knows of its case."""

    what = models.CharField(max_length=200, blank=True)
    size = models.IntegerField(null=True)
    cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    promised_at = models.DateTimeField(null=True)
    done_by_somebody = models.BooleanField(default=False)

    class Meta:
        app_label = "sample"
