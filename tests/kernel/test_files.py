"""Files from outside: counted while they come, typed by their bytes, handed out so that none can act, seen by few."""

from __future__ import annotations

import hashlib
import threading
import tracemalloc

import pytest
from django.db import connection, transaction

from tests.kernel.lines import a_case
from tests.kernel.test_pictures import a_picture, exif, png
from tests.kernel.uploads import COLLEAGUE, CUSTOMER, ENGINEER, READER, STRANGER, a_photo, a_visitor, upload
from xiuhao.kernel import files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment, Case, StoredFile
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db

ACTIVE = {
    "x.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>",
    "x.html": b"<!doctype html><script>alert(1)</script>",
    "x.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "php.jpg": b"<?php system($_GET['c']); ?>",
    "exe.jpg": b"MZ\x90\x00" + bytes(200),
    "gif.gif": b"GIF89a=1;alert(1)//" + bytes(30),
    "x.xml": b"<?xml version='1.0'?><?xml-stylesheet href='javascript:alert(1)'?><a/>",
    "photo.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100),
    "bomb.zip": b"PK\x03\x04" + bytes(100),
}


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def refused(data: bytes | object, **options) -> Refused:
    with pytest.raises(Refused) as caught:
        files.receive(data, "x", ENGINEER, **options) if hasattr(data, "read") else upload(data, **options)
    return caught.value


def given_to(case: Case, row: Attachment, public: bool = False) -> None:
    """As a verb does it."""
    row.case, row.evidence, row.public = case, "receive.photos", public
    row.save()


def nothing_is_left() -> bool:
    root = files.path_of("0" * 64).parents[2]
    return not list(root.glob("incoming/*")) and not Attachment.objects.unscoped("test").exists()


@pytest.mark.parametrize("name", ACTIVE)
def test_where_only_pictures_are_taken_nothing_else_is_kept(name):
    wrong = refused(ACTIVE[name], only_pictures=True)
    assert (wrong.code, wrong.status) == ("not_picture", 422)
    assert nothing_is_left()
    assert upload(only_pictures=True).file.is_image


@pytest.mark.parametrize("name", ACTIVE)
def test_U1_V4_what_could_act_is_only_ever_a_download(name):
    attachment = upload(ACTIVE[name], name)
    assert not attachment.file.is_image
    for download in (True, False):
        response = files.serve(attachment, download=download)
        assert body(response) == ACTIVE[name]
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"].startswith("private")
    with pytest.raises(Refused) as caught:
        files.serve_thumbnail(attachment)
    assert caught.value.status == 404


def test_U1_only_what_we_encoded_is_inline_and_its_place_is_for_staff():
    original = a_picture(exif=exif()) + b"<script>alert(1)</script>"
    attachment = upload(original, "微信图片 01.html")
    shown = files.serve(attachment, download=False)
    data = body(shown)
    assert b"script" not in data and b"canary" not in data
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Disposition"] == "inline; filename*=utf-8''%E5%BE%AE%E4%BF%A1%E5%9B%BE%E7%89%87%2001.jpg"
    assert shown["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert files.serve(attachment, download=True)["Content-Disposition"].startswith("attachment; ")
    assert attachment.file_id == hashlib.sha256(data).hexdigest()
    assert attachment.file.size == len(data)
    assert (attachment.position, attachment.taken_at.isoformat()) == ("31.230417,121.473694", "2026-03-02T09:30:00+08:00")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\发票.pdf", "发票.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a.jpg\r\nSet-Cookie: x=1", "a.jpgSet-Cookie x=1"),
        ('a"; filename="b.exe', "a filename=b.exe"),
        ("发票\u202egpj.exe", "发票gpj.exe"),
        ("a\0.png", "a.png"),
        ("half\ud800.png", "half.png"),
        ("  ..  ", "file"),
        ("", "file"),
        ("长" * 300 + ".jpeg", "长" * 75 + ".jpeg"),
        ("b" * 300, "b" * 80),
    ],
)
def test_U2_a_hostile_name_becomes_a_harmless_suggestion(name, kept):
    attachment = upload(b"plain bytes", name)
    assert attachment.name == files.safe_name(name) == kept == files.safe_name(kept)
    response = files.serve(attachment, download=True)
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert not {"Set-Cookie", "set-cookie"} & set(response.headers)
    path = files.path_of(attachment.file_id)
    assert path.is_file() and path.name == attachment.file_id


def test_U3_a_pixel_bomb_leaves_nothing_behind():
    assert (refused(png(30_000, 30_000, 1)).code, nothing_is_left()) == ("image_too_large", True)
    assert upload(png(300, 300, 300)).file.is_image


class Endless:
    """A body that goes on after the length it claimed."""

    given = 0

    def read(self, size: int) -> bytes:
        self.given += size
        return b"\xff" * size


def test_U4_the_size_is_counted_whatever_was_claimed_and_never_held_in_memory():
    endless = Endless()
    tracemalloc.start()
    try:
        told = refused(endless)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (told.code, told.status, told.params["megabytes"]) == ("file_too_large", 413, 25)
    assert endless.given <= files.LIMIT + files.CHUNK
    assert peak < 4 * 2**20
    assert nothing_is_left()
    assert upload(b"x" * 1000, limit=1000).file.size == 1000
    assert refused(b"x" * 1001, limit=1000).status == 413


def test_U4_an_empty_file_is_refused():
    told = refused(b"")
    assert (told.code, told.status, nothing_is_left()) == ("file_empty", 422, True)


def test_a_body_that_breaks_off_leaves_nothing():
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        files.receive(Broken(), "x", ENGINEER)
    assert nothing_is_left()


def test_the_same_content_is_kept_once_and_belongs_to_both():
    photo = a_photo()
    first, second = upload(photo, "a.jpg"), upload(photo, "b.jpg", actor=COLLEAGUE)
    assert first.file_id == second.file_id
    assert first.public_id != second.public_id
    assert StoredFile.objects.unscoped("test").count() == 1


def test_V2_before_a_case_takes_it_only_the_uploader_reaches_a_file():
    mine, theirs, visited = upload(), upload(actor=CUSTOMER), upload(actor=a_visitor("a1"))
    for actor, seen in (
        (ENGINEER, {mine}),
        (COLLEAGUE, set()),
        (READER, set()),
        (CUSTOMER, {theirs}),
        (STRANGER, set()),
        (a_visitor("a1"), {visited}),
        (a_visitor("a2"), set()),
        (Actor(kind="customer", cases=frozenset({1})), set()),
    ):
        assert set(Attachment.objects.visible_to(actor)) == seen, actor
    with pytest.raises(PermissionError):
        Attachment.objects.all()
    assert not StoredFile.objects.visible_to(READER).exists()


def test_V2_afterwards_whoever_sees_the_case_and_customers_what_is_public():
    case, other = a_case(customer_id=41), a_case(customer_id=42)
    inside, shown, given = upload(), upload(), upload(actor=CUSTOMER)
    for row, public in ((inside, False), (shown, True), (given, False)):
        given_to(case, row, public)
    link = Actor(kind="customer", cases=frozenset({case.pk}))
    for actor, seen in (
        (READER, {inside, shown, given}),
        (ENGINEER, set()),  # the uploader, but no longer with the case
        (CUSTOMER, {shown, given}),
        (link, {shown}),
        (STRANGER, set()),
        (Actor(kind="customer", cases=frozenset({other.pk})), set()),
    ):
        assert set(Attachment.objects.visible_to(actor)) == seen, actor


def test_a_visitor_who_cannot_be_told_from_others_may_not_upload():
    with pytest.raises(Refused) as caught:
        upload(actor=Actor(kind="customer"))
    assert (caught.value.code, caught.value.status) == ("uploader_unknown", 403)


def test_U6_only_free_files_of_ones_own_are_offered_to_a_verb():
    mine, foreign, taken = upload(), upload(actor=COLLEAGUE), upload()
    given_to(a_case(), taken)
    asked = [str(row.public_id) for row in (mine, foreign, taken)]
    assert files.free(ENGINEER, asked) == {asked[0]: mine}
    assert files.free(a_visitor(""), asked) == {}


@pytest.mark.django_db(transaction=True)
def test_two_verbs_at_once_cannot_take_the_same_file():
    attachment, case = upload(), a_case()
    ids, late = [str(attachment.public_id)], []

    def second() -> None:
        try:
            with transaction.atomic():
                late.append(files.free(ENGINEER, ids))
        finally:
            connection.close()

    with transaction.atomic():
        first = files.free(ENGINEER, ids)
        other = threading.Thread(target=second)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "it waits for our commit"
        given_to(case, first[ids[0]])
    other.join(30)
    assert late == [{}]


def test_a_thumbnail_is_made_once_and_served_as_safely():
    attachment = upload(a_picture(size=(900, 600)))
    first, second = files.serve_thumbnail(attachment), files.serve_thumbnail(attachment)
    assert first.content == second.content
    assert first["Content-Type"] == "image/webp"
    assert first["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert len(first.content) < attachment.file.size


def test_a_file_that_the_disk_lost_is_said_to_be_lost():
    attachment = upload()
    files.path_of(attachment.file_id).unlink()
    for serve in (lambda: files.serve(attachment, download=False), lambda: files.serve_thumbnail(attachment)):
        with pytest.raises(Refused) as caught:
            serve()
        assert caught.value.code == "file_lost"


def test_receiving_inside_an_open_transaction_is_a_mistake_of_ours():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        upload()
    assert nothing_is_left()
