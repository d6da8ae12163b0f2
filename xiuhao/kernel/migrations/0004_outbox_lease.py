"""A dispatcher holds what it took for a while."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("kernel", "0003_throttle_unlogged"),)

    operations = (migrations.AddField("outbox", "leased_until", models.DateTimeField(null=True)),)
