"""The hand-written files that the architecture tests read."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "xiuhao"


def files(*suffixes: str, under: str = "") -> list[Path]:
    """Hand-written files with one of these endings: tracked by git or about to be, no migrations, no generated reference."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", under or "."]
    try:
        listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        listed = [path.relative_to(ROOT).as_posix() for path in (ROOT / under).rglob("*")]
    paths = [ROOT / name for name in listed if not name.startswith((".", "docs/reference/", "node_modules/", "var/"))]
    return sorted(p for p in paths if p.suffix in suffixes and p.is_file() and "migrations" not in p.parts and "vendor" not in p.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    """The path as a reader of the failure looks for it."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Every dotted name that is read or called in a file, with its line: ("datetime.now", 12)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            parts, inner = [node.attr], node.value
            while isinstance(inner, ast.Attribute):
                parts, inner = [inner.attr, *parts], inner.value
            if isinstance(inner, ast.Name):
                yield ".".join([inner.id, *parts]), node.lineno


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported name in full: ("xiuhao.kernel.time.now", 3)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
