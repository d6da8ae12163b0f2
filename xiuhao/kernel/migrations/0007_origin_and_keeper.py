"""Where a case was born and who answers for it to the end; paths that are stored are the unit's own, whatever a writer had read."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The best that is known of what lies there already: the unit of whoever brought it in.
ORIGIN = """
UPDATE kernel_case c SET origin_path = u.path
FROM kernel_journal j JOIN kernel_account a ON a.id = j.actor_id JOIN kernel_unit u ON u.id = a.unit_id
WHERE j.case_id = c.id AND j.seq = 1 AND j.actor_kind IN ('staff', 'import')
"""

# A writer knows the path of a unit from before its transaction; a unit may have been moved since. The lock waits for a move that is
# under way and reads what it made; one that comes later waits for this writer and finds the row.
FUNCTIONS = """
CREATE FUNCTION kernel_unit_path(path text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT u.path FROM kernel_unit u WHERE u.id = split_part(rtrim($1, '.'), '.', -1)::bigint FOR KEY SHARE
$$;
CREATE FUNCTION kernel_case_paths() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given text := NEW.unit_path;
BEGIN
    SELECT u.path INTO NEW.unit_path FROM kernel_unit u WHERE u.id = NEW.unit_id FOR KEY SHARE;
    IF TG_OP = 'INSERT' AND NEW.origin_path = given THEN
        NEW.origin_path := NEW.unit_path;
    ELSIF TG_OP = 'INSERT' AND NEW.origin_path <> '' THEN
        NEW.origin_path := kernel_unit_path(NEW.origin_path);
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION kernel_ask_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT u.path INTO NEW.to_path FROM kernel_unit u WHERE u.id = NEW.to_unit_id FOR KEY SHARE;
    RETURN NEW;
END $$;
CREATE TRIGGER case_paths_born BEFORE INSERT ON kernel_case FOR EACH ROW EXECUTE FUNCTION kernel_case_paths();
CREATE TRIGGER case_paths_moved BEFORE UPDATE ON kernel_case FOR EACH ROW
    WHEN (NEW.unit_path <> OLD.unit_path OR NEW.unit_id <> OLD.unit_id) EXECUTE FUNCTION kernel_case_paths();
CREATE TRIGGER ask_path BEFORE INSERT ON kernel_caseask FOR EACH ROW
    WHEN (NEW.to_unit_id IS NOT NULL) EXECUTE FUNCTION kernel_ask_path();
"""
UNDONE = "DROP FUNCTION kernel_case_paths, kernel_ask_path CASCADE; DROP FUNCTION kernel_unit_path"


class Migration(migrations.Migration):
    dependencies = (("kernel", "0006_created_by_the_database"), migrations.swappable_dependency(settings.AUTH_USER_MODEL))

    operations = (
        migrations.AddField(
            "case",
            "keeper",
            models.ForeignKey(
                null=True, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField("case", "origin_path", models.CharField(max_length=200, blank=True, default="")),
        migrations.RunSQL(ORIGIN, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, UNDONE),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.AddIndex("case", models.Index(fields=["keeper", "process"], condition=models.Q(("is_open", True)), name="case_keeper")),
    )
