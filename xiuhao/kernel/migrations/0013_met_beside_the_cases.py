"""What clauses count beside the journals: not only attempts that they stopped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0012_newest_by_the_day_it_came")]

    operations = [
        migrations.AddField("refusal", "outcome", models.CharField(max_length=8, default="stopped", db_default="stopped")),
    ]
