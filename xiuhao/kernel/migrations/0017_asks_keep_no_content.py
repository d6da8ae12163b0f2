"""What an approval covers is bound by its digest; the text of it is emptied here and kept no more (it could be personal).

The column stays for the code of the version before, with a default; a later version drops it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0016_joint_asks")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("caseask", "content")],
            database_operations=[
                migrations.RunSQL(
                    [
                        "ALTER TABLE kernel_caseask ALTER COLUMN content SET DEFAULT '{}'::jsonb",
                        "UPDATE kernel_caseask SET content = '{}'::jsonb WHERE content <> '{}'::jsonb",
                    ],
                    "ALTER TABLE kernel_caseask ALTER COLUMN content DROP DEFAULT",
                )
            ],
        )
    ]
