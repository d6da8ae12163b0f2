"""The tutorial is built from its own text in a copy of the project: if it rots, this fails; if it grows, too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.settings import ROOT

TEXT = ROOT / "docs/build/add-a-process.md"
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MOST_LINES = 150


def blocks() -> dict[str, str]:
    return {path: body for _language, path, body in BLOCK.findall(TEXT.read_text())}


def run(tree: Path, *command: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture
def tree() -> Iterator[Path]:
    """A copy of the project with the tutorial's files and its one line in the ladder, where the database's user may go."""
    with tempfile.TemporaryDirectory(prefix="xiuhao-tutorial-") as name:
        Path(name).chmod(0o755)
        yield _filled(Path(name))


def _filled(tmp_path: Path) -> Path:
    for part in ("xiuhao", "tests", "pyproject.toml", "requirements", "docs"):
        source, target = ROOT / part, tmp_path / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
        elif source.exists():
            shutil.copy(source, target)
    for path, body in blocks().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(body)
    ladder = tmp_path / "xiuhao/config/ladder.py"
    removed, added = re.search(r"^-(    .*)\n\+(    .*)$", TEXT.read_text(), re.MULTILINE).groups()  # type: ignore[union-attr]
    assert ladder.read_text().count(removed) == 1
    ladder.write_text(ladder.read_text().replace(removed, added))
    return tmp_path


def test_the_module_is_one_folder_of_at_most_a_hundred_and_fifty_lines() -> None:
    ours = {path: body for path, body in blocks().items() if path.startswith("xiuhao/")}
    lines = sum(1 for body in ours.values() for line in body.splitlines() if line.strip())
    assert {path.split("/")[1] for path in ours} == {"scrap"} and lines <= MOST_LINES


def test_the_tutorial_builds_runs_and_shows_itself_everywhere(tree: Path) -> None:
    python = sys.executable
    run(tree, python, "-m", "xiuhao", "makemigrations", "scrap", "--skip-checks")
    assert (tree / "xiuhao/scrap/migrations/0001_initial.py").exists()
    said = run(tree, python, "-m", "pytest", "tests/scrap", "tests/processes", "-q", "-p", "no:cacheprovider", "-k", "scrap")
    assert re.search(r"\b\d+ passed", said) and "failed" not in said, said
    show = (
        "import django; django.setup()\n"
        "from xiuhao.ui.api import api\n"
        "paths = api.get_openapi_schema()['paths']\n"
        "assert any('/scrap/' in p and p.endswith('/approve') for p in paths), sorted(paths)\n"
    )
    run(tree, python, "-c", show)
