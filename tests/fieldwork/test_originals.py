"""The original of a photo: it comes after the reduced one, the job does not wait for it, and it stands beside it once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from tests import cast, works
from tests.fieldwork.handset import DOOR, FOUND, LOADED, Phone, fresh, job
from tests.pictures import png
from xiuhao.fieldwork.app.models import Shot, ShotPiece
from xiuhao.fieldwork.models import WorkPhoto
from xiuhao.kernel.models import Attachment, Case, Journal

pytestmark = pytest.mark.django_db


def photographed(phone: Phone) -> tuple[Case, str]:
    """A job with a reduced photo on it; the handset's id of that."""
    case, shot = job(), phone.photo()
    acts = [phone.act(case, "depart", **LOADED), phone.act(case, "arrive", **DOOR), phone.act(case, "diagnose", **FOUND)]
    acts += [phone.act(case, "photograph", slot="before", photos=[shot])]
    assert set(phone.send(*acts).values()) == {"done"}
    return case, shot


def lines(case: Case) -> list[Journal]:
    return list(Journal.objects.filter(case=case, verb="keep_original"))


def test_the_original_comes_later_and_stands_beside_its_photo_once() -> None:
    works.crew()
    phone = Phone()
    case, shot = photographed(phone)
    state, data = fresh(case).state, png("blue")
    original, _have = phone.announce(data, of=shot)
    assert phone.put(original, 0, data[:20]).status_code == 200 and not lines(case)  # half of it is nothing yet
    for _twice in range(2):
        assert phone.put(original, 20, data[20:]).json()["have"] == len(data)
    [line] = lines(case)
    photo = WorkPhoto.objects.unscoped("test").select_related("file", "original").get(case=case)
    assert photo.original is not None and photo.original.case_id == case.pk and photo.original.pk != photo.file_id
    assert line.data["offline"] | {"handset": 0} == {
        "handset": 0, "original": str(photo.original.public_id), "of": str(photo.file.public_id)
    }  # fmt: skip
    assert line.actor_id == cast.account("engineer").pk and fresh(case).state == state
    assert not ShotPiece.objects.exists() and Attachment.objects.unscoped("test").filter(case=None).count() == 0
    desk = Client()
    desk.force_login(cast.account("engineer"))
    page = desk.get(f"/c/work/{case.number}/").content.decode()
    assert f"/files/{photo.original.public_id}" in page and "原图" in page


def test_an_original_waits_for_its_photo_and_one_of_nothing_or_of_anothers_is_none() -> None:
    works.crew()
    phone, other, data = Phone(), Phone("engineer2"), png("blue")
    case, shot = job(), phone.photo()
    original, _have = phone.announce(data, of=shot)
    phone.put(original, 0, data)
    assert not lines(case) and Shot.objects.unscoped("test").get(public_id=original).attachment is None
    for who, of in ((phone, uuid4()), (other, shot), (phone, original)):
        body = {"id": str(uuid4()), "name": "x.png", "size": 10, "of": str(of)}
        assert who.client.post("/app/api/shots", body, "application/json").status_code == 404
    assert set(phone.send(phone.act(case, "note", text="外机照片", photos=[shot])).values()) == {"done"}
    assert len(lines(case)) == 1  # the batch that brought the photo onto its job took it up


def test_an_original_that_is_no_picture_is_let_go_and_the_job_keeps_what_it_has() -> None:
    works.crew()
    phone = Phone()
    case, shot = photographed(phone)
    data = b"\x89PNG\r\n" + b"\0" * 40
    original, _have = phone.announce(data, of=shot)
    assert phone.put(original, 0, data).status_code == 200
    photo = WorkPhoto.objects.unscoped("test").get(case=case)
    assert photo.original is None and not lines(case) and not ShotPiece.objects.exists()
