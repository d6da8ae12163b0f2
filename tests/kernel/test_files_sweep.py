"""What a crash, a roll-back or a change of mind leaves of files is removed; what anybody needs is not."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.kernel.lines import a_case
from tests.kernel.test_pictures import a_picture
from tests.kernel.uploads import CUSTOMER, ENGINEER, a_photo, upload
from xiuhao.kernel import files, time
from xiuhao.kernel.models import Attachment, StoredFile
from xiuhao.kernel.refusal import Refused

DAY = timedelta(days=1)
ROOT = Path(__file__).resolve().parents[2]

# A web process that dies at one point of an upload, by the signal that nothing can catch.
DYING = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from django.db import connections
connections["default"].settings_dict["NAME"], settings.XIUHAO_FILES = sys.argv[1:3]
from xiuhao.kernel import files
from xiuhao.kernel.access import Actor

def die(*ignored):
    os.kill(os.getpid(), signal.SIGKILL)

class Body:
    pieces = [b"half of a file", b"the other half"]
    def read(self, size):
        if sys.argv[3] == "while copying" and len(self.pieces) == 1:
            die()
        return self.pieces.pop(0) if self.pieces else b""

place = files._place
def place_and_die(*where):
    place(*where)
    die()
if sys.argv[3] == "between file and row":
    files._place = place_and_die
files.receive(Body(), "x.bin", Actor(kind="staff", id=7))
"""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> Path:
    settings.XIUHAO_FILES = tmp_path / "files"
    return settings.XIUHAO_FILES


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def age(folder: Path, by: timedelta) -> None:
    """Files come to be that old."""
    then = (time.now() - by).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def use(attachment: Attachment) -> None:
    attachment.case = a_case()
    attachment.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["while copying", "between file and row", "never"])
def test_U5_a_process_killed_during_an_upload_leaves_no_row_and_the_sweep_removes_its_file(own_folder, point):
    command = [sys.executable, "-c", DYING, connection.settings_dict["NAME"], str(own_folder), point]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    died = subprocess.run(command, env=environment, cwd=ROOT, timeout=60, capture_output=True)
    assert died.returncode == (0 if point == "never" else -9), died.stderr.decode()
    rows = StoredFile.objects.unscoped("test")
    assert rows.count() == (1 if point == "never" else 0), "negative control: undisturbed, it has its row"
    assert len(on_disk(own_folder)) == 1
    assert files.sweep_orphans().files == 0, "an upload may still be under way"
    age(own_folder, 2 * DAY)
    assert files.sweep_orphans().files == (0 if point == "never" else 1)
    assert len(on_disk(own_folder)) == rows.count()


@pytest.mark.django_db
def test_U5_a_file_that_no_verb_took_in_a_day_goes_and_one_in_a_case_stays(own_folder):
    with time.simulated(time.now() - 2 * DAY):
        lost, kept = upload(a_picture(size=(400, 400))), upload(a_photo(), actor=CUSTOMER)
        files.serve_thumbnail(lost)
        files.serve_thumbnail(kept)
    use(kept)
    fresh = upload()
    age(own_folder, 2 * DAY)
    assert files.sweep_orphans() == files.Swept(attachments=1, contents=1, files=2)
    assert on_disk(own_folder) == {kept.file_id, f"{kept.file_id}.thumb", fresh.file_id}
    assert set(Attachment.objects.unscoped("test")) == {kept, fresh}
    assert files.sweep_orphans() == files.Swept(0, 0, 0)


@pytest.mark.django_db
def test_U5_a_content_that_somebody_else_uses_stays(own_folder):
    photo = a_photo()
    with time.simulated(time.now() - 2 * DAY):
        lost, kept = upload(photo), upload(photo)
    use(kept)
    age(own_folder, 2 * DAY)
    assert files.sweep_orphans() == files.Swept(attachments=1, contents=0, files=0)
    assert files.serve(kept, download=False).status_code == 200
    assert not Attachment.objects.unscoped("test").filter(pk=lost.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_U5_the_sweep_passes_over_a_content_that_is_being_uploaded_again(own_folder):
    data = b"an old orphan"
    sha256 = hashlib.sha256(data).hexdigest()
    orphan = files.path_of(sha256)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(data)
    placed, go_on = threading.Event(), threading.Event()

    def uploads() -> None:
        try:
            with transaction.atomic():
                files._lock("pg_advisory_xact_lock_shared", sha256)
                placed.set()
                go_on.wait(30)
        finally:
            connection.close()

    other = threading.Thread(target=uploads)
    other.start()
    assert placed.wait(30)
    age(own_folder, 2 * DAY)
    try:
        assert files.sweep_orphans().files == 0
    finally:
        go_on.set()
        other.join(30)
    assert files.sweep_orphans().files == 1, "negative control: with nobody uploading it goes"


@pytest.mark.django_db
def test_U5_a_roll_back_after_the_upload_leaves_file_and_row_together(own_folder):
    attachment = upload()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        attachment.case = a_case()
        attachment.save()
        1 / 0  # noqa: B018
    assert set(Attachment.objects.visible_to(ENGINEER)) == {attachment}
    assert on_disk(own_folder) == {attachment.file_id}


@pytest.mark.django_db
def test_U7_where_a_file_may_not_grow_it_is_refused_and_nothing_stays(own_folder):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))
    try:
        with pytest.raises(Refused) as caught:
            upload(b"x" * 2_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (caught.value.code, caught.value.status) == ("storage_full", 507)
    assert on_disk(own_folder) == set()
    assert upload(b"x" * 2_000_000).file.size == 2_000_000


@pytest.mark.django_db
def test_U7_on_a_full_disk_an_upload_is_refused_and_nothing_stays(own_folder):
    own_folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", own_folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"needs the right to mount: {mounted.stderr.decode().strip()}")
    try:
        assert upload(b"x" * 500_000).file.size == 500_000
        before = on_disk(own_folder)
        with pytest.raises(Refused) as caught:
            upload(b"y" * 800_000)
        assert (caught.value.code, caught.value.status) == ("storage_full", 507)
        assert on_disk(own_folder) == before
        assert Attachment.objects.unscoped("test").count() == 1
        assert upload(b"z" * 100_000).file.size == 100_000, "what still fits is taken"
    finally:
        subprocess.run(["umount", own_folder], check=True)
