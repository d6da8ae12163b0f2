"""What CI runs again on the oldest PostgreSQL is there, goes to pytest as it stands (which fails on what is not), and has every race."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.settings import ROOT

SAID = (ROOT / ".ci/run").read_text()
WHOLE = [ROOT / path for path in re.findall(r"tests/[\w/.]+", SAID)]
# What makes threads meet, but for a server's own; a company of a test's own (tests.harness) brings its own database.
MEETS = re.compile(r"ThreadPoolExecutor\(|\bBarrier\(|\bThread\(target=(?!\w+\.serve_forever)")
OWN = re.compile(r"^from tests\.harness import .*\bCompany\b", re.MULTILINE)
MARK = "pytest.mark.race"


def rest() -> dict[str, ast.Module]:
    """The test files that CI does not run whole, by the names of their modules."""
    paths = (path for path in sorted((ROOT / "tests").rglob("test_*.py")) if not any(path.is_relative_to(one) for one in WHOLE))
    texts = {path: path.read_text() for path in paths if path != Path(__file__)}
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(text) for path, text in texts.items() if not OWN.search(text)}


def functions(module: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def meeting(module: ast.Module, lent: dict[str, set[str]]) -> set[str]:
    """The functions of a module in which threads meet, themselves or through others; `lent` are those of other modules."""
    imports = [node for node in module.body if isinstance(node, ast.ImportFrom)]
    known = {name.asname or name.name for node in imports for name in node.names if name.name in lent.get(node.module or "", ())}
    texts = {name: ast.unparse(node) for name, node in functions(module).items()}
    found = {name for name, text in texts.items() if MEETS.search(text)}
    while more := {n for n, text in texts.items() if n not in found and any(re.search(rf"\b{one}\(", text) for one in found | known)}:
        found |= more
    return found


def marked(module: ast.Module, name: str) -> bool:
    """By its own decorator or by the module's."""
    whole = [
        ast.unparse(node.value) for node in module.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return any(MARK in said for said in (*whole, *map(ast.unparse, functions(module)[name].decorator_list)))


def test_every_path_that_ci_names_is_there_and_goes_to_pytest_and_then_the_races_of_the_rest() -> None:
    assert WHOLE and [path for path in WHOLE if not path.exists()] == []
    assert 'scripts/test "${by_version[@]}"' in SAID and f'scripts/test -m {MARK.split(".")[-1]} "${{by_version[@]/#/--ignore=}}"' in SAID


def test_every_test_in_which_threads_meet_is_marked_as_a_race() -> None:
    modules = rest()
    alone = {name: meeting(module, {}) for name, module in modules.items()}
    races = {(name, one) for name, module in modules.items() for one in meeting(module, alone) if one.startswith("test_")}
    assert len(races) > 15
    assert {(name, one) for name, one in races if not marked(modules[name], one)} == set()
