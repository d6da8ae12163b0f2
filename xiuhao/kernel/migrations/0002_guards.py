"""The sequence of contention-free numbers, and the guards: append-only tables refuse UPDATE, DELETE and TRUNCATE.

The role of daily work has no such rights in the first place; the triggers also stop the tables' owner by mistake.
"""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = ("kernel_journal", "kernel_refusal", "kernel_seal", "kernel_reveal", "kernel_policyedit")

FUNCTIONS = """
CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- A content is emptied once, with its salt and the time of it. A change of keys (`SET LOCAL xiuhao.reseal = 'on'`) may put
-- another ciphertext in its place; whether it says the same, the digest in the journal tells.
CREATE FUNCTION kernel_content_erasable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.id, OLD.line_id, OLD.case_id, OLD.key) = (NEW.id, NEW.line_id, NEW.case_id, NEW.key) AND OLD.erased_at IS NULL THEN
        IF NEW.erased_at IS NOT NULL AND NEW.sealed = '' AND NEW.salt = '' THEN
            RETURN NEW;
        ELSIF NEW.erased_at IS NULL AND NEW.salt = OLD.salt AND current_setting('xiuhao.reseal', true) = 'on' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a content of the journal may only be erased, once' USING ERRCODE = 'restrict_violation';
END $$;
"""


def guards(table: str, kinds: str) -> str:
    """Statement triggers: they speak up even where no row matches, and TRUNCATE has no others."""
    return "".join(
        f"CREATE TRIGGER append_only_{kind.lower()} BEFORE {kind} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();\n"
        for kind in kinds.split()
    )


CONTENT = guards("kernel_content", "DELETE TRUNCATE") + (
    "CREATE TRIGGER content_erasable BEFORE UPDATE ON kernel_content FOR EACH ROW EXECUTE FUNCTION kernel_content_erasable();"
)


class Migration(migrations.Migration):
    dependencies = (("kernel", "0001_initial"),)

    operations = (
        migrations.RunSQL("CREATE SEQUENCE kernel_case_serial AS bigint", "DROP SEQUENCE kernel_case_serial"),
        migrations.RunSQL(
            FUNCTIONS + "".join(guards(table, "UPDATE DELETE TRUNCATE") for table in APPEND_ONLY) + CONTENT,
            "DROP FUNCTION kernel_append_only, kernel_content_erasable CASCADE",
        ),
    )
