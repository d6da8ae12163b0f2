"""The newest are those that came last, not those that were written last: a past that is brought in stands in its own days."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0011_what_runs_by_clause")]

    operations = [
        migrations.RemoveIndex("case", "case_newest"),
        migrations.AddIndex("case", models.Index(fields=["process", "-opened_at", "-id"], name="case_newest")),
    ]
