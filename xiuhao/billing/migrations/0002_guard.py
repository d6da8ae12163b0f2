"""The ledger of payments refuses UPDATE, DELETE and TRUNCATE, like the kernel's journal."""

from __future__ import annotations

from django.db import migrations

KINDS = ("update", "delete", "truncate")


class Migration(migrations.Migration):
    dependencies = (("billing", "0001_initial"), ("kernel", "0002_guards"))

    operations = (
        migrations.RunSQL(
            [
                f"CREATE TRIGGER append_only_{kind} BEFORE {kind.upper()} ON billing_payment "
                "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()"
                for kind in KINDS
            ],
            [f"DROP TRIGGER append_only_{kind} ON billing_payment" for kind in KINDS],
        ),
    )
