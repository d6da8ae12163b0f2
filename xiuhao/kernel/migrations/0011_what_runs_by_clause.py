"""What runs is counted by clause and by row from an index alone."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0010_stopped_is_not_broken")]

    operations = [
        migrations.RemoveIndex("caseclock", "clock_policy"),
        migrations.AddIndex(
            "caseclock",
            models.Index(
                condition=models.Q(("stopped_at__isnull", True)),
                fields=["clauses", "policy"],
                include=["case", "breached_at", "void"],
                name="clock_open",
            ),
        ),
    ]
