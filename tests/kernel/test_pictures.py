"""Pictures are measured before they are decoded and kept only as what we encoded: nothing of the original bytes remains."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms

from xiuhao.kernel import pictures
from xiuhao.kernel.refusal import Refused

ROOT = Path(__file__).resolve().parents[2]
SECRET = b"<script>alert('canary')</script>"


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    """Left half red, right half blue (bright and dark where there are no colours)."""
    image = Image.new(mode, size, "red" if mode == "RGB" else None)
    image.paste("blue" if mode == "RGB" else image.getpixel((0, 0)), (size[0] // 2, 0, *size))
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png(width: int, height: int, rows: int, deep: bool = False) -> bytes:
    """A PNG, of one bit or of RGBA a pixel, that claims a size and holds only so many rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, *((8, 6) if deep else (1, 0)), 0, 0, 0)
    body = zlib.compress(b"\0" * ((width * 4 if deep else (width + 7) // 8) + 1) * rows, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def exif(**tags: object) -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.Make] = "canary-maker"
    if "turn" in tags:
        made[ExifTags.Base.Orientation] = tags["turn"]
    inner = made.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = tags.get("taken", "2026:03:02 09:30:00")
    if "offset" in tags:
        inner[ExifTags.Base.OffsetTimeOriginal] = tags["offset"]
    gps = made.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (31.0, 13.0, 49.5)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = tags.get("east", "E"), tags.get("longitude", (121.0, 28.0, 25.3))
    return made


@pytest.fixture
def read(tmp_path: Path):
    def read_bytes(data: bytes) -> pictures.Picture | None:
        path = tmp_path / "x"
        path.write_bytes(data)
        return pictures.read(path)

    return read_bytes


def reopened(picture: pictures.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert image.size == (picture.width, picture.height)
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_U1_nothing_of_the_original_survives_re_encoding(read, kind):
    options = (
        {"exif": exif(), "comment": SECRET} if kind in {"JPEG", "WEBP"} else {"comment": SECRET} if kind == "GIF" else {"exif": exif()}
    )
    original = a_picture(kind, **options) + SECRET + b"PK\x03\x04" + SECRET
    assert b"canary" in original
    picture = read(original)
    assert picture is not None
    for trace in (b"canary", b"script", b"PK\x03\x04", b"Exif", b"eXIf", b"GPS"):
        assert trace not in picture.data
    assert not reopened(picture).getexif()
    red, *_rest = reopened(picture).convert("RGB").getpixel((5, 5))
    assert red > 240


def test_U1_when_and_where_a_photo_was_taken_is_read_before_it_is_lost(read):
    picture = read(a_picture(exif=exif(offset="+09:00")))
    assert picture.taken_at == datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    assert picture.position == "31.230417,121.473694"
    assert read(a_picture(exif=exif())).taken_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC), "read in the installation's zone"
    assert read(a_picture(exif=exif(east="W"))).position == "31.230417,-121.473694"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_what_exif_says_wrongly_is_not_believed(read):
    for wrong in ({"taken": "0000:00:00 00:00:00"}, {"taken": "yesterday"}, {"taken": "1900:01:01 00:00:00"}):
        assert read(a_picture(exif=exif(**wrong))).taken_at is None
    assert read(a_picture(exif=exif(longitude=(721.0, 0.0, 0.0)))).position is None
    plain = read(a_picture())
    assert (plain.taken_at, plain.position) == (None, None)
    broken = a_picture(exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert read(broken) is not None


@pytest.mark.parametrize(
    ("turn", "where_red"),
    [(1, (5, 24)), (2, (60, 24)), (3, (60, 24)), (4, (5, 24)), (5, (24, 5)), (6, (24, 5)), (7, (24, 60)), (8, (24, 60))],
)
def test_a_photo_stands_as_it_was_held(read, turn, where_red):
    image = reopened(read(a_picture(exif=exif(turn=turn))))
    assert image.size == ((64, 48) if turn < 5 else (48, 64))
    assert image.getpixel(where_red)[0] > 240
    assert image.getpixel((image.width - 1 - where_red[0], image.height - 1 - where_red[1]))[2] > 240


@pytest.mark.parametrize(
    ("kind", "mode", "becomes", "kept"),
    [
        ("JPEG", "L", "image/jpeg", "L"),
        ("JPEG", "CMYK", "image/jpeg", "RGB"),
        ("PNG", "RGBA", "image/png", "RGBA"),
        ("PNG", "LA", "image/png", "RGBA"),
        ("PNG", "P", "image/png", "RGB"),
        ("PNG", "1", "image/png", "L"),
        ("WEBP", "RGBA", "image/webp", "RGBA"),
        ("GIF", "P", "image/png", "RGB"),
    ],
)
def test_every_mode_of_colour_becomes_one_that_browsers_show(read, kind, mode, becomes, kept):
    picture = read(a_picture(kind, mode=mode))
    assert (picture.kind, reopened(picture).mode) == (becomes, kept)


def test_sixteen_bits_of_grey_do_not_turn_white(read):
    target = io.BytesIO()
    Image.new("I;16", (8, 8), 32_768).save(target, "PNG")
    assert reopened(read(target.getvalue())).getpixel((4, 4)) == 128


def test_wide_colours_are_brought_to_srgb(read):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ").replace(b"tmp!", b"gXYZ")
    picture = read(a_picture(icc_profile=swapped))
    assert b"ICC_PROFILE" not in picture.data
    red, green, _blue = reopened(picture).getpixel((5, 5))
    assert green > 200 > red, "a profile in which red means green"
    assert read(a_picture(icc_profile=b"no profile at all")) is not None


def test_of_an_animation_the_first_frame_is_kept(read):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    assert reopened(read(target.getvalue())).convert("RGB").getpixel((3, 3)) == (255, 0, 0)


def test_U3_a_pixel_bomb_is_refused_by_its_header(read):
    bomb = png(30_000, 30_000, rows=1)
    assert len(bomb) < 50_000
    for width, height in ((30_000, 30_000), (10_000, 5_001), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(Refused) as caught:
            read(png(width, height, rows=0) if width > 30_000 else png(width, height, rows=1))
        assert (caught.value.code, caught.value.status, caught.value.params["limit"]) == ("image_too_large", 422, 50)
    largest = read(png(10_000, 5_000, rows=5_000))
    assert (largest.width, largest.height) == (4096, 2048), "negative control: fifty megapixels are decoded, and kept smaller"


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_V14_the_largest_pictures_are_read_in_half_a_gigabyte_and_twenty_seconds(tmp_path, kind):
    path = tmp_path / kind
    path.write_bytes(png(7000, 7000, 7000, deep=True) if kind == "png" else a_picture(size=(8160, 6120)))
    child = (
        "import pathlib, resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (512 * 2**20,) * 2)\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from xiuhao.kernel import pictures\n"
        "print(pictures.read(pathlib.Path(sys.argv[1])).width)\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", child, path], env=environment, cwd=ROOT, timeout=60, capture_output=True, text=True)
    assert done.stdout.strip() == ("3500" if kind == "png" else "4096"), done.stderr


def test_a_large_transparent_picture_keeps_its_picture(read):
    image = Image.new("RGBA", (5000, 1001), (255, 0, 0, 128))
    image.paste((0, 0, 255, 255), (2500, 0, 5000, 1001))
    target = io.BytesIO()
    image.save(target, "PNG")
    small = reopened(read(target.getvalue()))
    assert small.size == (2500, 501)
    assert [small.getpixel(at) for at in ((10, 500), (1249, 0), (1250, 257), (2499, 500))] == [(255, 0, 0, 128)] * 2 + [
        (0, 0, 255, 255)
    ] * 2


def test_a_jpeg_of_endless_scans_is_no_picture(read):
    sound = a_picture(progressive=True)
    scan = sound[sound.index(b"\xff\xda") : -2]
    assert read(sound) is not None
    assert read(sound[:-2] + scan * 100 + b"\xff\xd9") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + SECRET,
        b"\xff\xd8\xff\xe0" + SECRET,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"BM" + bytes(80),
        a_picture()[:-200],
    ],
    ids=["nothing", "gif by name", "jpeg by name", "svg", "bmp", "cut off"],
)
def test_what_does_not_decode_whole_is_no_picture(read, data):
    assert read(data) is None


def test_a_thumbnail_is_small_and_in_shape(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(a_picture("PNG", size=(2000, 1000)))
    small = Image.open(io.BytesIO(pictures.thumbnail(path)))
    assert (small.format, small.size) == ("WEBP", (320, 160))
