"""Personal data at rest: sealed for its place, openable after a change of keys, never found by its ciphertext."""

from __future__ import annotations

import base64
import hmac
import io
import os
from hashlib import sha256

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.lines import a_case, write
from xiuhao.kernel import chain, crypto
from xiuhao.kernel.models import Attachment, Content, StoredFile
from xiuhao.kernel.time import now

WHERE = "party_phone.number"


def a_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def an_attachment(position: str | None) -> Attachment:
    file = StoredFile(sha256=sha256(os.urandom(8)).hexdigest(), size=1, sniffed="image/png", is_image=True, created_at=now())
    file.save()
    attachment = Attachment(file=file, name="a.png", uploaded_by_kind="staff", uploaded_by_id=1, position=position, created_at=now())
    attachment.save()
    return attachment


def on_disk(attachment: Attachment) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute("select position from kernel_attachment where id = %s", [attachment.pk])
        return cursor.fetchone()[0]


@given(st.text() | st.binary())
def test_what_was_sealed_opens_again_and_says_nothing_on_disk(plain: str | bytes):
    blob = crypto.seal(plain, where=WHERE)
    data = plain.encode() if isinstance(plain, str) else plain
    assert crypto.unseal_bytes(blob, where=WHERE) == data
    assert len(blob) == len(data) + crypto.OVERHEAD
    assert len(data) < 4 or data not in blob
    assert crypto.seal(plain, where=WHERE) != blob


def test_a_sealed_value_opens_only_in_its_place_and_unaltered():
    blob = crypto.seal("13800138000", where=WHERE)
    assert crypto.unseal(memoryview(blob), where=WHERE) == "13800138000"
    altered = [blob[:i] + bytes((blob[i] ^ 1,)) + blob[i + 1 :] for i in range(len(blob))]
    for wrong in [*altered, blob[:-1], blob[:12], b""]:
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(wrong, where=WHERE)
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(blob, where="party_phone.other")


def test_blind_hashes_find_equal_values_of_one_place_only(settings):
    first = crypto.blind("+8613800138000", where=WHERE)
    assert len(first) == 16
    assert first == crypto.blind("+8613800138000", where=WHERE)
    assert first != crypto.blind("+8613800138001", where=WHERE)
    assert first != crypto.blind("+8613800138000", where="party_phone.last4")
    settings.XIUHAO_INDEX_KEY = a_key()
    assert first != crypto.blind("+8613800138000", where=WHERE), "without the key nobody can try all numbers"


def test_a_salted_digest_proves_a_content_and_two_equal_contents_differ():
    salt, digest = crypto.salted_digest("张小明")
    assert digest == hmac.digest(salt, "张小明".encode(), "sha256")
    assert crypto.salted_digest("张小明", salt) == (salt, digest)
    assert crypto.salted_digest("张大明", salt) != (salt, digest)
    assert crypto.salted_digest("张小明")[1] != digest


@pytest.mark.parametrize("keys", [{}, {"256": a_key()}, {"1": base64.b64encode(b"short").decode()}])
def test_a_broken_key_ring_stops_the_work(settings, keys):
    settings.XIUHAO_DATA_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        crypto.seal("x", where=WHERE)


@pytest.mark.django_db
def test_the_field_keeps_text_sealed_and_tells_empty_from_null():
    for value in ("31.230416,121.473701", "", None, "空调不制冷🧊"):
        attachment = an_attachment(value)
        assert Attachment.objects.unscoped("test").get(pk=attachment.pk).position == value
        stored = on_disk(attachment)
        assert (stored is None) == (value is None)
        assert not stored or value.encode() not in bytes(stored) or not value
    filled = Attachment.objects.unscoped("test").filter(position__isnull=False)
    assert filled.count() == 3
    assert filled.update(position="neu") == 3
    assert {row.position for row in filled} == {"neu"}


@pytest.mark.django_db
def test_a_ciphertext_moved_to_another_column_does_not_open():
    attachment = an_attachment("31,121")
    with connection.cursor() as cursor:
        cursor.execute("update kernel_attachment set position = %s", [crypto.seal("31,121", where=WHERE)])
    with pytest.raises(crypto.Unreadable):
        Attachment.objects.unscoped("test").get(pk=attachment.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("question", [{"position": "31,121"}, {"position__contains": "31"}, {"position__in": ["31"]}, {"position__gt": ""}])
def test_asking_for_an_encrypted_value_is_an_error_not_an_empty_answer(question):
    with pytest.raises(FieldError):
        Attachment.objects.unscoped("test").filter(**question).exists()


@pytest.mark.django_db
def test_after_a_change_of_keys_everything_opens_without_the_old_one(settings):
    old, new = settings.XIUHAO_DATA_KEYS["1"], a_key()
    attachments = [an_attachment(f"31,{n}") for n in range(3)]
    case = a_case()
    line = write(case, texts={"demand": "退换一台"})
    settings.XIUHAO_DATA_KEYS = {"2": new, "1": old}
    call_command("reseal", stdout=io.StringIO())
    settings.XIUHAO_DATA_KEYS = {"2": new}
    again = {row.pk: row.position for row in Attachment.objects.unscoped("test")}
    assert again == {row.pk: row.position for row in attachments}
    assert chain.open_content(Content.objects.get(line=line)) == "退换一台"
    out = io.StringIO()
    call_command("reseal", stdout=out)
    assert "kernel_attachment.position: 0 resealed" in out.getvalue()


@pytest.mark.django_db
def test_a_change_of_keys_says_what_it_could_not_open(settings):
    known = settings.XIUHAO_DATA_KEYS
    settings.XIUHAO_DATA_KEYS = {"3": a_key()}
    lost = an_attachment("31,121")
    before = on_disk(lost)
    settings.XIUHAO_DATA_KEYS = {"2": a_key(), **known}
    kept = an_attachment("31,122")
    with pytest.raises(CommandError, match="1 values"):
        call_command("reseal", stdout=io.StringIO())
    assert on_disk(lost) == before
    assert Attachment.objects.unscoped("test").get(pk=kept.pk).position == "31,122"
