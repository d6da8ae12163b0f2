"""The tickets that are open take their place by tier, what is born later brings it along; and how often a link was renewed."""

from django.db import migrations, models

STARTS = """
UPDATE kernel_case c SET head_start = s.minutes
FROM ticket_ticket t, (VALUES ('vip', 480), ('advanced', 240), ('intermediate', 120)) AS s(tier, minutes)
WHERE t.case_id = c.id AND c.is_open AND t.tier = s.tier
"""


class Migration(migrations.Migration):
    dependencies = [("ticket", "0010_queue_jumped"), ("kernel", "0014_rank")]

    operations = [
        migrations.RunSQL(STARTS, migrations.RunSQL.noop),
        migrations.AddField("ticket", "track_turn", models.PositiveSmallIntegerField(default=0, db_default=0)),
    ]
