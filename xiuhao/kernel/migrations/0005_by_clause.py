"""From a clause's figure to its cases, by index."""

from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_outbox_lease")]

    operations = [
        migrations.AddIndex(
            "journal",
            django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("rules", {}), _negated=True), fields=["rules"], name="journal_rules", opclasses=["jsonb_path_ops"]
            ),
        ),
        migrations.AddIndex("refusal", django.contrib.postgres.indexes.GinIndex(fields=["clauses"], name="refusal_clauses")),
    ]
