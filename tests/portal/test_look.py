from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.portal.visitor import Visitor
from xiuhao import portal

STATIC = Path(portal.__file__).parent / "static" / "portal"
# (text, background) pairs that the sheet draws, and lines that must be seen
PAIRS = [
    *[(ink, under) for ink in ("ink", "ink-2", "ink-3", "brand") for under in ("page", "surface", "sunken")], ("brand", "chosen"),
    ("on-fill", "fill"), ("on-fill", "fill-2"), ("green", "green-soft"), ("amber", "amber-soft"), ("red", "red-soft"), ("red", "surface"),
    ("red", "sunken"),
]  # fmt: skip
EDGES = [("edge", "surface"), ("edge", "sunken"), ("focus", "surface"), ("focus", "page")]


def size(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def test_script_and_sheet_are_small() -> None:
    assert size("portal.js") <= 30 * 1024 and size("portal.css") <= 30 * 1024


def palettes() -> list[dict[str, str]]:
    """The light tokens, and the dark ones over them."""
    found = re.findall(r":root \{(.*?)\}", (STATIC / "portal.css").read_text(), re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in found)
    return [light, {**light, **dark}]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(palette: dict[str, str]) -> None:
    weak = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in PAIRS}
    assert {pair: found for pair, found in weak.items() if found < 4.5} == {}
    assert [pair for pair in EDGES if contrast(palette[pair[0]], palette[pair[1]]) < 3] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/portal/", "/portal/report", "/portal/find", "/portal/track/none"])
def test_a_page_has_one_heading_landmarks_and_few_requests(path: str) -> None:
    text = Visitor().client.get(path).content.decode()
    assert text.count("<h1") == 1 and text.count("<main") == 1 and 'class="skip"' in text
    assert len(re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)) <= 9
    assert "<style" not in text and " style=" not in text and "onclick" not in text


@pytest.mark.django_db
def test_the_form_asks_for_at_most_five_things() -> None:
    text = Visitor().client.get("/portal/report").content.decode().split("<details")[0]
    asked = set(re.findall(r' name="([a-z_]+)"', text.split("<form", 1)[1])) - {"csrfmiddlewaretoken", "key", "opened", "website"}
    assert asked == {"kind", "category", "description", "files", "urgency", "contact_phone"}, "a photo belongs to the description"
