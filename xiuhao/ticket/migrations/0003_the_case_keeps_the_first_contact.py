"""Who took the first contact is the keeper of the case; an import says whether customers are told."""

from __future__ import annotations

from django.db import migrations, models

KEEPERS = "UPDATE kernel_case c SET keeper_id = t.first_contact_id FROM ticket_ticket t WHERE t.case_id = c.id AND t.first_contact_id IS NOT NULL"
CONSTRAINTS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"  # else the table cannot be altered after it was written


class Migration(migrations.Migration):
    dependencies = (("ticket", "0002_imports"), ("kernel", "0007_origin_and_keeper"))

    operations = (
        migrations.RunSQL(KEEPERS, migrations.RunSQL.noop),
        migrations.RunSQL(CONSTRAINTS, migrations.RunSQL.noop),
        migrations.RemoveField("ticket", "first_contact"),
        migrations.AddField("importrun", "tell", models.BooleanField(default=False)),
    )
