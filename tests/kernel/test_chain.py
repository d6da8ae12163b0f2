"""The journal's proof: every column is under a hash, and what is erased is said to be erased."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tests.kernel.lines import AT, a_case, write
from xiuhao.kernel import chain
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Content, Journal
from xiuhao.kernel.verification import verify

pytestmark = pytest.mark.django_db
AUDITOR = Actor(kind="staff", id=7, name="审计")


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


def test_the_command_says_that_all_is_well():
    write(a_case())
    said = io.StringIO()
    call_command("verify", stdout=said)
    assert "完整" in said.getvalue()
