"""Which tests name a clause: `test_HA_3_2_1_…` proves HA-3.2.1. Read from the source, where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiuhao.kernel.rulebook.digest import clauses

TESTS = Path(__file__).resolve().parents[3] / "tests"
_TEST = re.compile(r"^def (test_((?:HA|CS\d|YD|JD|SL)(?:_P?\d+)+)_?\w*)\(", re.MULTILINE)


@dataclass(frozen=True)
class Proof:
    """A test that names a clause."""

    clause: str
    file: str
    line: int
    name: str


def clause_of(name: str) -> str | None:
    """The clause that a test's name stands for: the longest id that it begins with. "test_CS2_2_3_days" is CS2-2."""
    parts = name.removeprefix("test_").split("_")
    for length in range(len(parts), 1, -1):
        id_ = f"{parts[0]}-{'.'.join(parts[1:length])}"
        if id_ in clauses():
            return id_
    return None


@cache
def proofs() -> dict[str, list[Proof]]:
    """Clause id → its tests. Empty where the tests are not installed."""
    found: dict[str, list[Proof]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for match in _TEST.finditer(text):
            id_ = clause_of(match[1])
            if id_:
                line = text.count("\n", 0, match.start(1)) + 1
                found.setdefault(id_, []).append(Proof(id_, path.relative_to(TESTS.parent).as_posix(), line, match[1]))
    return found
