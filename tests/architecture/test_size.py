"""Files stay readable: at most 400 lines, functions at most 40, and no name that describes nothing."""

from __future__ import annotations

import ast

from tests.architecture import sources

FILE, FUNCTION = 400, 40
NAMELESS = {"util", "utils", "common", "core", "helper", "helpers", "base", "manager", "managers", "service", "services", "misc"}
DEMANDED = {"xiuhao/kernel/postgresql/base.py"}  # where Django looks for a database backend
WRITTEN = (".py", ".html", ".js", ".css", ".md", ".sh", ".txt")


def test_files_have_at_most_400_lines() -> None:
    long = {sources.name(p): n for p in sources.files(*WRITTEN, "") if (n := len(p.read_text().splitlines())) > FILE}
    for licence in ("LICENSE",):
        long.pop(licence, None)
    assert long == {}


def test_functions_have_at_most_40_lines() -> None:
    long = {}
    for path in sources.files(".py"):
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION:
                    long[f"{sources.name(path)}:{node.lineno} {node.name}"] = lines
    assert long == {}


def test_no_file_has_a_name_that_attracts_everything() -> None:
    nameless = [
        sources.name(path)
        for path in sources.files(".py", ".js", ".css")
        if {path.stem, *path.relative_to(sources.ROOT).parent.parts} & NAMELESS
    ]
    assert set(nameless) == DEMANDED


def test_public_functions_and_modules_say_what_they_are_for() -> None:
    silent = []
    for path in sources.files(".py", under="xiuhao"):
        if not ast.get_docstring(sources.tree(path)) and path.read_text().strip():
            silent.append(sources.name(path))
    assert silent == []


def test_the_module_doc_of_a_folder_has_at_most_five_lines() -> None:
    long = []
    for path in sources.PACKAGE.glob("*/__init__.py"):
        doc = ast.get_docstring(sources.tree(path)) or ""
        if not 0 < len(doc.splitlines()) <= 5:
            long.append(sources.name(path))
    assert long == []
