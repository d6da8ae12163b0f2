"""What the rules say of a warranty is kept as code and params, and read in the reader's language."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("ticket", "0004_no_index_twice"),)

    operations = (migrations.AddField("ticket", "verdict_said", models.JSONField(default=dict)),)
