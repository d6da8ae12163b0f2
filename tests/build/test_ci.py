"""What CI runs again on the oldest PostgreSQL is there, goes to pytest as it stands (which fails on what is not), and has every race."""

from __future__ import annotations

import re

from tests.settings import ROOT


def test_every_path_that_ci_names_is_there_and_every_race_is_among_them() -> None:
    said = (ROOT / ".ci/run").read_text()
    named = [ROOT / path for path in re.findall(r"tests/[\w/.]+", said)]
    assert named and [path for path in named if not path.exists()] == []
    assert 'scripts/test "${by_version[@]}"' in said
    assert [path for path in (ROOT / "tests").rglob("test_*race*.py") if not any(path.is_relative_to(one) for one in named)] == []
