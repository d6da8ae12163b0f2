"""Every text and icon colour against every ground that it stands on, in light and dark: WCAG 2.2 AA (1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "xiuhao/ui/static/ui"
TONES = ("blue", "green", "amber", "red", "purple", "grey")
GROUNDS = ("page", "surface", "sunken", "hover", "chosen")
TEXTS = [(text, ground) for text in ("ink", "ink-2", "ink-3", "brand") for ground in GROUNDS]
TEXTS += [(tone, ground) for tone in TONES for ground in ("surface", "hover", "chosen", f"{tone}-soft")]
TEXTS += [("on-fill", "fill"), ("on-fill", "fill-hover"), ("ink", "mark"), ("surface", "red")]
TEXTS += [(text, f"{tone}-soft") for text in ("ink", "ink-3") for tone in ("blue", "purple", "amber", "red")]
SHAPES = [(shape, ground) for shape in ("edge", "focus", "fill") for ground in ("surface", "page")]


def tokens(name: str) -> dict[str, str]:
    block = re.search(r":root \{(.*?)\n\}", (CSS / name).read_text(), re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


THEMES = {"light": tokens("desk.css"), "dark": tokens("desk.css") | tokens("dark.css")}


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2, definitions)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_have_four_and_a_half_to_one(theme: str) -> None:
    of = THEMES[theme]
    weak = {pair: round(contrast(of[pair[0]], of[pair[1]]), 2) for pair in TEXTS if contrast(of[pair[0]], of[pair[1]]) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
def test_borders_of_controls_and_focus_have_three_to_one(theme: str) -> None:
    of = THEMES[theme]
    weak = {pair: round(contrast(of[pair[0]], of[pair[1]]), 2) for pair in SHAPES if contrast(of[pair[0]], of[pair[1]]) < 3}
    assert weak == {}


def test_the_measure_itself_is_right() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
