from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "Errand",
            [
                ("case", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False, to="kernel.case",
                )),
                ("what", models.CharField(max_length=200, blank=True)),
                ("size", models.IntegerField(null=True)),
                ("cost", models.DecimalField(max_digits=14, decimal_places=2, null=True)),
                ("promised_at", models.DateTimeField(null=True)),
                ("done_by_somebody", models.BooleanField(default=False)),
            ],
        )
    ]  # fmt: skip
