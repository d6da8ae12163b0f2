"""Who rewrites the journal is stopped; who switches the guards off first is found out."""

from __future__ import annotations

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.kernel.lines import AT, a_case, write
from tests.kernel.owner import forger, owner
from xiuhao.kernel import chain
from xiuhao.kernel.models import Content
from xiuhao.kernel.verification import verify

TABLES = sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))
TAMPERING = {
    "a changed line": ("UPDATE kernel_journal SET after = 'closed' WHERE seq = 2", "altered"),
    "a changed time": ("UPDATE kernel_journal SET occurred_at = occurred_at - interval '1 hour' WHERE seq = 2", "altered"),
    "a removed line": ("DELETE FROM kernel_journal WHERE seq = 2", "gap"),
    "a cut tail": ("DELETE FROM kernel_journal WHERE seq = 4", "head"),
    "a removed history": ("DELETE FROM kernel_content; DELETE FROM kernel_journal", "gap"),
    "a moved head": ("UPDATE kernel_case SET chain_length = 2", "head"),
    "a rehashed line": ("UPDATE kernel_journal SET hash = sha256('x') WHERE seq = 2", "unlinked"),
    "a changed text": ("UPDATE kernel_content SET sealed = sha256('x')", "content_altered"),
    "a swapped text": ("UPDATE kernel_content AS a SET sealed = b.sealed, salt = b.salt FROM kernel_content AS b WHERE a.id <> b.id",
                       "content_altered"),
    "a removed text": ("DELETE FROM kernel_content", "content_missing"),
    "an added text": ("INSERT INTO kernel_content (line_id, case_id, key, sealed, salt) "
                      "SELECT line_id, case_id, 'x' || key, sealed, salt FROM kernel_content", "content_unannounced"),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_by_the_database_owner_is_found(what):
    case = a_case()
    for verb in ("receive", "assign", "reply", "solve"):
        write(case, verb, texts={"text": "原文", "note": "内部"} if verb == "reply" else None)
    assert verify().intact
    sql, why = TAMPERING[what]
    with forger() as forging:
        forging.execute(sql)
    report = verify()
    assert why in {found.why for found in report.breaks}, report.breaks
    with pytest.raises(CommandError, match=case.number):
        call_command("verify")
    with pytest.raises(CommandError):
        call_command("verify", case.number)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_every_change_in_daily_work_and_by_their_owner(table, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))
    with pytest.raises(psycopg.IntegrityError, match="append-only"), owner() as owned:
        owned.execute(change.format(table).encode())


@pytest.mark.django_db(transaction=True)  # the owner's TRUNCATE would wait for an open transaction
def test_a_content_may_only_be_erased_or_sealed_anew():
    content = Content.objects.get(line=write(a_case(), texts={"a": "文字"}))
    rows = Content.objects.filter(pk=content.pk)
    for change in ({"sealed": b"x"}, {"key": "b"}, {"salt": b""}, {"erased_at": AT}, {"sealed": b"", "salt": b""}):
        with pytest.raises(IntegrityError, match="erased"), transaction.atomic():
            rows.update(**change)
    for change in ("DELETE FROM kernel_content", "TRUNCATE kernel_content CASCADE"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
        with pytest.raises(psycopg.IntegrityError, match="append-only"), owner() as owned:
            owned.execute(change.encode())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL xiuhao.reseal = 'on'")
        rows.update(sealed=chain.seal_content("文字")[0])
    assert verify().intact
    rows.update(sealed=b"", salt=b"", erased_at=AT)
