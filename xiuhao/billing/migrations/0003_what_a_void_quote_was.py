"""What a void quote was until then: what was agreed before stands again where a dearer quote is declined."""

from __future__ import annotations

from django.db import migrations, models

STATES = (("open", "待客户决定"), ("accepted", "客户同意"), ("declined", "客户不同意"), ("free", "无需付费"), ("void", "已作废"))


class Migration(migrations.Migration):
    dependencies = (("billing", "0002_guard"),)

    operations = (
        migrations.AddField("quote", "was", models.CharField(blank=True, choices=STATES, db_default="", default="", max_length=10)),
    )
