"""Nobody who reads on meets a missing page or picture, and every handbook is there in Chinese too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.settings import ROOT

PAGES = sorted({*ROOT.glob("README*.md"), ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")})
USE = ROOT / "docs/use"
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|#", re.IGNORECASE)


def missing(page: Path, text: str) -> list[str]:
    """The relative links of a page's text that lead to nothing."""
    links = [link for link in LINK.findall(CODE.sub("", text)) if not ELSEWHERE.match(link)]
    return [link for link in links if not (page.parent / link.partition("#")[0]).exists()]


@pytest.mark.parametrize("page", [page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_relative_link_of_a_page_leads_to_something(page: str) -> None:
    assert missing(ROOT / page, (ROOT / page).read_text()) == []


def test_a_link_to_nothing_is_found_and_one_that_is_no_file_is_left() -> None:
    text = "[a](README.md#words) [b](gone.md) ![c](gone.png) [d](https://example.org/) [e](#here) `[f](code.md)`\n```\n[g](code.md)\n```"
    assert missing(ROOT / "README.md", text) == ["gone.md", "gone.png"]


def test_every_handbook_has_its_chinese_twin_and_each_leads_to_the_other() -> None:
    names = {page.name for page in USE.glob("*.md")}
    assert names == {page.name for page in (USE / "zh").glob("*.md")} != set()
    assert [name for name in sorted(names) if f"](zh/{name})" not in (USE / name).read_text()] == []
    assert [name for name in sorted(names) if f"](../{name})" not in (USE / "zh" / name).read_text()] == []
    assert "](docs/use/zh/README.md)" in (ROOT / "README.zh.md").read_text(), "who reads Chinese is sent to the Chinese ones"
