"""The order of queues from an index: deadline, age and head start of a case as one number that no passing of time changes."""

from django.db import migrations, models

import xiuhao.kernel.models.case

RANK = """
CREATE FUNCTION kernel_rank(due timestamptz, opened timestamptz, head_start integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT extract(epoch FROM coalesce(due - timestamptz '2000-01-01 00:00+00',
    opened - timestamptz '2000-01-01 00:00+00' + interval '14 days'))::double precision
    + 0.25 * extract(epoch FROM opened - timestamptz '2000-01-01 00:00+00')::double precision - 60 * head_start
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0013_met_beside_the_cases")]

    operations = [
        migrations.AddField("case", "head_start", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.RunSQL(RANK, "DROP FUNCTION kernel_rank"),
        migrations.AddIndex(
            "case",
            models.Index(
                "process", xiuhao.kernel.models.case.Rank(), "priority", "id", condition=models.Q(("is_open", True)), name="case_rank"
            ),
        ),
    ]
