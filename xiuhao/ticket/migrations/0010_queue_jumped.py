"""When a ticket jumped the queue, and an index of the few that did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ticket", "0009_external_number")]

    operations = [
        migrations.AddField("ticket", "jumped_at", models.DateTimeField(null=True, verbose_name="插队")),
        migrations.AddIndex(
            "ticket", models.Index(condition=models.Q(("jumped_at__isnull", False)), fields=["case"], name="ticket_jumped")
        ),
    ]
