"""The handbooks use the words on the screen: what stands in bold there is said by a page."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.settings import ROOT
from xiuhao.config import catalogues

USE = ROOT / "docs/use"
BOLD = re.compile(r"\*\*([\u3400-\u9fff]+)\*\*")
STRONG = re.compile(r"\*\*([^*\n]+)\*\*")


@cache
def said() -> frozenset[str]:
    return frozenset(str(message.id) for module in catalogues.modules() for message in catalogues.used(module) if message.id)


@pytest.mark.parametrize("handbook", sorted(path.name for path in USE.glob("*.md")))
def test_every_bold_chinese_word_of_a_handbook_is_on_a_screen(handbook: str) -> None:
    assert set(BOLD.findall((USE / handbook).read_text())) - said() == set()
    assert set(STRONG.findall((USE / "zh" / handbook).read_text())) - said() == set(), "in Chinese nothing else is bold"
