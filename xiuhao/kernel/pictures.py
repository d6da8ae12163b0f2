"""Pictures from outside: measured before they are decoded, decoded once, and kept only as what we encoded ourselves.

Re-encoding leaves nothing of the original bytes: no script in a comment, no second file behind the first, no EXIF.
"""

from __future__ import annotations

import io
import math
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageCms

from xiuhao.kernel import time
from xiuhao.kernel.refusal import Refused

MOST_PIXELS = 50_000_000
LONGEST_EDGE = 4096  # pixels kept: a serial plate stays readable, a case with forty photos stays small
THUMBNAIL_EDGE = 320

# What is read, and what it becomes: (format written, media type, suffix, may be transparent).
_WRITTEN = {
    "JPEG": ("JPEG", "image/jpeg", ".jpg", False),
    "MPO": ("JPEG", "image/jpeg", ".jpg", False),  # a JPEG with a depth or preview picture behind it
    "PNG": ("PNG", "image/png", ".png", True),
    "WEBP": ("WEBP", "image/webp", ".webp", True),
    "GIF": ("PNG", "image/png", ".png", True),  # its first frame
}
SUFFIXES = {kind: suffix for _format, kind, suffix, _alpha in _WRITTEN.values()}
_READ = ("JPEG", "PNG", "WEBP", "GIF")
_SRGB = ImageCms.createProfile("sRGB")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A progressive JPEG is drawn once a scan: cameras write ten, an attacker thousands. The marker cannot occur in its data.
_SCAN, _MOST_SCANS = b"\xff\xda", 40
# One at a time in a process: the largest picture takes some 400 MB while it is decoded.
_DECODER = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A re-encoded picture. `taken_at` and `position` ("latitude,longitude", degrees) are what its EXIF said, if it did."""

    data: bytes
    kind: str
    width: int
    height: int
    taken_at: datetime | None
    position: str | None


def read(path: Path) -> Picture | None:
    """The picture in a file, or None if it is none that we decode whole (then it is just a file, for download).

    Raises Refused image_too_large (422; `megapixels`, `limit`) by the header alone, before anything is decoded.
    """
    try:
        with _DECODER, Image.open(path, formats=_READ) as image:
            _measure(image.size)
            if image.format in {"JPEG", "MPO"} and path.read_bytes().count(_SCAN) > _MOST_SCANS:
                return None
            return _reencoded(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large("> 89") from None
    except Refused:
        raise
    except Exception:  # a hostile or broken file fails in a decoder in every way there is
        return None


def thumbnail(path: Path) -> bytes:
    """A picture of ours at most 320 px on its longer edge, WebP."""
    with Image.open(path, formats=_READ) as image:
        image.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), reducing_gap=2.0)
        return _encoded(_plain(image, alpha=True), "WEBP", 80)


def _measure(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large(str(math.ceil(size[0] * size[1] / 1_000_000)))


def _too_large(megapixels: str) -> Refused:
    return Refused("image_too_large", {"megapixels": megapixels, "limit": MOST_PIXELS // 1_000_000}, status=422)


def _reencoded(image: Image.Image) -> Picture:
    written, kind, _suffix, alpha = _WRITTEN[image.format or ""]
    exif, profile = _exif(image), image.info.get("icc_profile")
    if max(image.size) > LONGEST_EDGE:
        image = _shrunk(_plain(image, alpha) if image.mode in {"P", "PA", "1"} else image)
    drawn = _plain(_in_srgb(image, profile), alpha)
    turn = _TURNS.get(exif.get(ExifTags.Base.Orientation, 1))
    if turn is not None:
        drawn = drawn.transpose(turn)
    return Picture(_encoded(drawn, written, 88), kind, *drawn.size, _taken_at(exif), _position(exif))


def _shrunk(image: Image.Image) -> Image.Image:
    """At most LONGEST_EDGE pixels on the longer edge."""
    if image.mode not in {"LA", "RGBA"}:
        image.thumbnail((LONGEST_EDGE, LONGEST_EDGE), reducing_gap=2.0)
        return image
    # Resizing weighs transparent pixels in copies of the whole: by bands and a whole factor it needs half the memory.
    width, height = image.size
    factor = math.ceil(max(image.size) / LONGEST_EDGE)
    small, band = Image.new(image.mode, (math.ceil(width / factor), math.ceil(height / factor))), 256 * factor
    for top in range(0, height, band):
        small.paste(image.crop((0, top, width, min(top + band, height))).reduce(factor), (0, top // factor))
    return small


def _encoded(image: Image.Image, written: str, quality: int) -> bytes:
    image.info.clear()  # comments, profiles and text chunks would be written again
    target = io.BytesIO()
    image.save(target, written, quality=quality) if written != "PNG" else image.save(target, written)
    return target.getvalue()


def _plain(image: Image.Image, alpha: bool) -> Image.Image:
    """In one of the modes that all our formats know."""
    if image.mode.startswith("I;16"):  # convert() would cut 16 bits off at 255 and make it white
        return image.convert("I").point(lambda v: v * (1 / 256)).convert("L")
    see_through = alpha and image.has_transparency_data
    if image.mode == "L" or (image.mode == "1" and not see_through):
        return image.convert("L")
    return image.convert("RGBA" if see_through else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the profile meant them (phones write Display P3), since the profile itself is not kept."""
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGB" if image.mode == "CMYK" else image.mode
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _exif(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except Exception:  # a picture may be sound though its EXIF is not
        return Image.Exif()


def _taken_at(exif: Image.Exif) -> datetime | None:
    """The moment of the shot; without an offset of its own it is read in the installation's zone."""
    try:
        tags = exif.get_ifd(ExifTags.IFD.Exif)
        taken = datetime.strptime(str(tags[ExifTags.Base.DateTimeOriginal]).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - below
        try:
            offset = datetime.strptime(str(tags[ExifTags.Base.OffsetTimeOriginal]).strip("\0 "), "%z").tzinfo
        except (KeyError, ValueError):
            offset = time.zone()
        return taken.replace(tzinfo=offset) if 1990 <= taken.year <= 2200 else None
    except Exception:  # any tag may hold any type
        return None


def _position(exif: Image.Exif) -> str | None:
    """Latitude and longitude, comma between, in degrees to six places (about 0.1 m)."""
    try:
        tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(tags[ExifTags.GPS.GPSLatitude], tags[ExifTags.GPS.GPSLatitudeRef], "S")
        longitude = _degrees(tags[ExifTags.GPS.GPSLongitude], tags[ExifTags.GPS.GPSLongitudeRef], "W")
    except Exception:  # any tag may hold any type
        return None
    return f"{latitude:.6f},{longitude:.6f}" if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _degrees(parts: Any, direction: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return (degrees + minutes / 60 + seconds / 3600) * (-1 if direction == negative else 1)
