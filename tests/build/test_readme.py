"""What the first pages say of how far the product is, is what the printed rulebook says."""

from __future__ import annotations

import re

import pytest

from tests.settings import ROOT

STANDING = re.compile(r"\| \*\*all\*\* \| (\d+) \| (\d+) \| (\d+) \|")
SAID = {
    "README.md": r"of (\d+) clauses (\d+) are enforced(?: and (\d+) more in part)?",
    "CHANGELOG.md": r"Of (\d+) clauses (\d+) are enforced(?: and (\d+) more in part)?",
    "README.zh.md": r"(\d+) 条中已落实 (\d+) 条，?(?:另有 (\d+) 条部分落实)?",
}


@pytest.mark.parametrize("page", SAID)
def test_the_clauses_are_counted_as_the_rulebook_counts_them(page: str) -> None:
    printed = STANDING.search((ROOT / "docs/reference/rulebook.md").read_text(encoding="utf-8"))
    said = re.search(SAID[page], (ROOT / page).read_text(encoding="utf-8"))
    assert printed and said and said.groups(default="0") == printed.groups()
