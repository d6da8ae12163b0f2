"""A real photo, handed in by one of the cast."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.cast import actor
from xiuhao.kernel import files
from xiuhao.kernel.access import Actor


def png(colour: str = "red") -> bytes:
    """A small picture."""
    data = BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "PNG")
    return data.getvalue()


def photo(who: str | Actor = "agent", colour: str = "red") -> str:
    """The id of a picture that this person has uploaded and not yet used."""
    person = actor(who) if isinstance(who, str) else who
    return str(files.receive(BytesIO(png(colour)), "photo.png", person).public_id)
