"""The handbooks use the words on the screen: what stands in bold there is said by a page."""

from __future__ import annotations

import re

import pytest

from tests.settings import ROOT
from xiuhao.config import catalogues

BOLD = re.compile(r"\*\*([\u3400-\u9fff]+)\*\*")


@pytest.mark.parametrize("handbook", sorted(path.name for path in (ROOT / "docs/use").glob("*.md")))
def test_every_bold_chinese_word_of_a_handbook_is_on_a_screen(handbook: str) -> None:
    said = {str(message.id) for module in catalogues.modules() for message in catalogues.used(module) if message.id}
    assert set(BOLD.findall((ROOT / "docs/use" / handbook).read_text())) - said == set()
