"""The journal's proof: who rewrites it is found out, what is erased is said to be erased."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from tests.kernel.lines import AT, a_case, write

from xiuhao.kernel import chain
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Content, Journal
from xiuhao.kernel.verification import verify

pytestmark = pytest.mark.django_db
AUDITOR = Actor(kind="staff", id=7, name="审计")


def as_owner(sql: str, *params: object) -> None:
    """What only the tables' owner can do, on purpose: with the guards switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


def test_a_line_has_the_same_hash_before_and_after_its_stay_in_the_database():
    awkward = {"a": 1.0, "b": 1e22, "c": 1e-7, "d": -0.0, "é": "中文🙂", "n": [None, True, {"z": 1, "a": 2}], "big": 2**53 + 1}
    line = write(a_case(), data=awkward, rules={"HA-3.1.1": "met"}, policies=[3, 1], key=uuid4(), body_digest=b"x" * 32, public=True)
    again = Journal.objects.get(pk=line.pk)
    assert chain.digest_line(again.previous, again) == line.hash == bytes(again.hash)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("case_id", 99), ("seq", 2), ("process", "x"), ("verb", "x"), ("before", "x"), ("after", "x"), ("round", 2),
        ("occurred_at", AT + timedelta(microseconds=1)), ("actor_kind", "x"), ("actor_id", 9), ("actor_name", "x"),
        ("data", {"x": 1}), ("rules", {"x": "met"}), ("policies", [2]), ("public", True), ("key", uuid4()), ("body_digest", b"y"),
    ],
)  # fmt: skip
def test_every_column_of_a_line_is_under_its_hash(field, value):
    line = write(a_case())
    setattr(line, field, value)
    assert chain.digest_line(line.previous, line) != line.hash


def test_a_whole_journal_is_intact_and_texts_come_back_in_one_statement(django_assert_num_queries):
    case = a_case()
    lines = [write(case, texts={"reply": "您好，张先生", "note": ""}), write(case), write(a_case(), texts={"reply": "另一个"})]
    report = verify()
    assert report.intact
    assert (report.cases, report.lines, report.contents, report.erased) == (2, 3, 3, 0)
    with django_assert_num_queries(1):
        texts = chain.read_contents(lines)
    assert texts == {lines[0].pk: {"reply": "您好，张先生", "note": ""}, lines[2].pk: {"reply": "另一个"}}


def test_an_erased_text_is_gone_and_verification_says_erased_not_broken():
    case = a_case()
    line = write(case, texts={"phone": "13800000000", "note": "留下"})
    content = Content.objects.get(line=line, key="phone")
    with pytest.raises(ValueError, match="reason"):
        chain.erase(content, AUDITOR, " ")
    written = chain.erase(content, AUDITOR, "客户要求删除")
    content.refresh_from_db()
    assert (bytes(content.sealed), bytes(content.salt)) == (b"", b""), "a digest with its salt would still prove a guessed number"
    assert chain.read_contents([line])[line.pk] == {"phone": None, "note": "留下"}
    assert written.data == {"erased": {"line": line.pk, "key": "phone"}, "reason": "客户要求删除"}
    assert written.actor_id == 7
    report = verify(case)
    assert report.intact
    assert report.erased == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        chain.erase(content, AUDITOR, "again")


TAMPERING = {
    "a changed line": ("UPDATE kernel_journal SET after = 'closed' WHERE seq = 2", "altered"),
    "a changed time": ("UPDATE kernel_journal SET occurred_at = occurred_at - interval '1 hour' WHERE seq = 2", "altered"),
    "a removed line": ("DELETE FROM kernel_journal WHERE seq = 2", "gap"),
    "a cut tail": ("DELETE FROM kernel_journal WHERE seq = 3", "head"),
    "a removed history": ("DELETE FROM kernel_journal", "gap"),
    "a moved head": ("UPDATE kernel_case SET chain_length = 2", "head"),
    "a rehashed line": ("UPDATE kernel_journal SET hash = sha256('x') WHERE seq = 2", "unlinked"),
    "a changed text": ("UPDATE kernel_content SET sealed = %s", "content_altered"),
    "a removed text": ("DELETE FROM kernel_content", "content_missing"),
    "an added text": ("INSERT INTO kernel_content (line_id, case_id, key, sealed, salt) SELECT line_id, case_id, 'x', sealed, salt "
                      "FROM kernel_content", "content_unannounced"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_by_the_database_owner_is_found(what):
    case = a_case()
    for verb in ("receive", "reply", "solve"):
        write(case, verb, texts={"text": "原文"} if verb == "reply" else None)
    assert verify().intact
    sql, why = TAMPERING[what]
    with transaction.atomic():
        as_owner(sql, *([chain.seal_content("改过的")[0]] if "%s" in sql else []))
        report = verify()
        assert why in {found.why for found in report.breaks}, report.breaks
        with pytest.raises(CommandError, match=case.number):
            call_command("verify")
        with pytest.raises(CommandError):
            call_command("verify", case.number)
        transaction.set_rollback(True)  # the forgery leaves dangling rows behind
    assert verify().intact


def test_the_command_says_that_all_is_well():
    write(a_case())
    said = io.StringIO()
    call_command("verify", stdout=said)
    assert "完整" in said.getvalue()


@pytest.mark.parametrize("table", sorted(m._meta.db_table for m in apps.get_models() if getattr(m, "append_only", False)))
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_every_change(table, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_a_content_may_only_be_erased_or_sealed_anew():
    content = Content.objects.get(line=write(a_case(), texts={"a": "文字"}))
    rows = Content.objects.filter(pk=content.pk)
    for change in ({"sealed": b"x"}, {"key": "b"}, {"salt": b""}, {"erased_at": AT}, {"sealed": b"", "salt": b""}):
        with pytest.raises(IntegrityError, match="erased"), transaction.atomic():
            rows.update(**change)
    connection.check_constraints()  # lets TRUNCATE come as far as the guard
    for change in ("DELETE FROM kernel_content", "TRUNCATE kernel_content"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL xiuhao.reseal = 'on'")
        rows.update(sealed=chain.seal_content("文字")[0])
    assert verify().intact
    rows.update(sealed=b"", salt=b"", erased_at=AT)
