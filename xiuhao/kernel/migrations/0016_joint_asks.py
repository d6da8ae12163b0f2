"""An ask may be one of several that have to be agreed to, together or one after the other."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

BARRED = ArrayField(models.BigIntegerField(), default=list, db_default=models.Value([], ArrayField(models.BigIntegerField())))


class Migration(migrations.Migration):
    dependencies = [("kernel", "0015_departments")]

    operations = [
        migrations.AddField("caseask", "part", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("caseask", "posts", models.JSONField(default=list, db_default=models.Value([], models.JSONField()))),
        migrations.AddField("caseask", "barred", BARRED),
    ]
