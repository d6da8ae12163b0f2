"""When an account or a token was made is told by the database's clock."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = (("kernel", "0005_by_clause"),)

    operations = tuple(migrations.AlterField(model, "created_at", models.DateTimeField(db_default=Now())) for model in ("account", "token"))
