"""Nobody who reads on meets a missing page or picture, and every handbook is there in Chinese too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.settings import ROOT

PAGES = sorted({*ROOT.glob("README*.md"), ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")})
USE, BUILD = ROOT / "docs/use", ROOT / "docs/build"
SPAN, ROW = re.compile(r"`([^`]+)`"), re.compile(r"^\|(.*)\|$", re.MULTILINE)
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


@pytest.mark.parametrize("folder", [USE, BUILD])
def test_every_handbook_has_its_chinese_twin_and_each_leads_to_the_other(folder: Path) -> None:
    names = {page.name for page in folder.glob("*.md")}
    assert names == {page.name for page in (folder / "zh").glob("*.md")} != set()
    assert [name for name in sorted(names) if f"](zh/{name})" not in (folder / name).read_text()] == []
    assert [name for name in sorted(names) if f"](../{name})" not in (folder / "zh" / name).read_text()] == []
    sent = (ROOT / "README.zh.md").read_text()
    assert "](docs/use/zh/README.md)" in sent and "](docs/build/zh/architecture.md)" in sent, (
        "who reads Chinese is sent to the Chinese ones"
    )


@pytest.mark.parametrize("name", ["architecture.md", "working-time.md"])
def test_what_is_said_of_the_code_is_said_in_both_languages(name: str) -> None:
    page, twin = (BUILD / name).read_text(), (BUILD / "zh" / name).read_text()
    assert {" ".join(code.split()) for code in SPAN.findall(page)} == {" ".join(code.split()) for code in SPAN.findall(twin)} != set()
    assert len(ROW.findall(page)) == len(ROW.findall(twin)) > 10
    assert page.count("\n#") == twin.count("\n#") and page.count("\n**") == twin.count("\n**") and page.count("\n- ") == twin.count("\n- ")


def test_every_word_stands_in_both_lists_in_the_same_order() -> None:
    def pairs(page: Path, word: int, chinese: int) -> list[tuple[str, str]]:
        rows = [[cell.strip() for cell in row.split("|")] for row in ROW.findall(page.read_text())]
        assert [row for row in rows if len(row) != 3 or not all(row)] == [], "a word without a meaning"
        return [(row[word], row[chinese]) for row in rows[2:]]

    assert pairs(BUILD / "words.md", 0, 1) == pairs(BUILD / "zh/words.md", 1, 0) != []
