"""Imports point down the ladder only, and a module is entered by its face only."""

from __future__ import annotations

import grimp
import pytest

from tests.architecture import sources
from xiuhao.config.ladder import LADDER, LEDGERS, MODULES

OPEN = {"kernel", "ui", "config"}  # kernel and ui are open to all; config is above all and nobody may import it (but the tests)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("xiuhao", cache_dir=None)


def layers() -> list[grimp.Layer]:
    return [grimp.Layer("config"), *(grimp.Layer(*rung, independent=True) for rung in LADDER)]


def illegal(graph: grimp.ImportGraph, steps: list[grimp.Layer]) -> list[str]:
    found = graph.find_illegal_dependencies_for_layers(layers=steps, containers={"xiuhao"})
    return [f"{edge.importer} imports {edge.imported}" for edge in found]


def test_imports_point_down_only(graph: grimp.ImportGraph) -> None:
    assert illegal(graph, layers()) == []
    assert illegal(graph, layers()[::-1]), "the check itself must see imports: upside down the ladder is full of them"


def test_every_folder_stands_on_the_ladder() -> None:
    folders = {path.parent.name for path in sources.PACKAGE.glob("*/__init__.py")}
    assert folders == {"config", *MODULES}


def faces(module: str) -> set[str]:
    """What others may see of a module: nouns, questions, and verbs or, where there is no process, actions; of a ledger both."""
    has_process = (sources.PACKAGE / module / "process.py").exists()
    verbs = {"process", "actions"} if module in LEDGERS else {"process" if has_process else "actions"}
    return {"models", "queries", *verbs}


def trespasses(graph: grimp.ImportGraph) -> list[str]:
    found = []
    for imported in graph.modules:
        parts = imported.split(".")
        if len(parts) < 3 or parts[1] in OPEN or parts[2] in faces(parts[1]):
            continue
        for importer in graph.find_modules_that_directly_import(imported):
            if importer.split(".")[1:2] not in ([parts[1]], ["config"]):
                found.append(f"{importer} imports {imported}; public are {', '.join(sorted(faces(parts[1])))}")
    return sorted(found)


def test_a_module_is_entered_by_its_face_only(graph: grimp.ImportGraph) -> None:
    assert trespasses(graph) == []


def test_a_trespass_is_seen() -> None:
    graph = grimp.ImportGraph()
    graph.add_module("xiuhao.ticket.queries")
    graph.add_module("xiuhao.party.forms")
    graph.add_import(importer="xiuhao.ticket.queries", imported="xiuhao.party.forms")
    assert trespasses(graph)
