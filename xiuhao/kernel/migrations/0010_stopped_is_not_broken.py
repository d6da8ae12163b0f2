"""Refused attempts were counted as broken: the figures are folded anew, from the first line."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0009_a_clock_for_each_promise")]

    operations: ClassVar = [
        migrations.RunSQL(
            "DELETE FROM kernel_clausefigure; UPDATE kernel_watermark SET txid = 0 WHERE name = 'figures'", migrations.RunSQL.noop
        ),
    ]
