"""Every refusal has a sentence, in words that a person can act on."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tests.architecture import sources
from xiuhao.config.ladder import MODULES
from xiuhao.kernel import sentences
from xiuhao.kernel.refusal import Refused


def refusing(path: Path) -> set[str]:
    """What a file calls to refuse: `Refused`, and its own functions that hand their first argument on as the code."""
    found = {"Refused"}
    for node in ast.walk(sources.tree(path)):
        if isinstance(node, ast.FunctionDef):
            own = [arg.arg for arg in node.args.args if arg.arg != "self"][:1]
            handed = [c.args[0].id for c in ast.walk(node) if is_call(c, {"Refused"}) and isinstance(c.args[0], ast.Name)]
            found |= {node.name} if own and own[0] in handed else set()
    return found


def is_call(node: ast.AST, names: set[str]) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    return (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) in names


def codes() -> Iterator[tuple[str, str]]:
    """(code, place) of every refusal that names its code: `Refused("…")`, the short `_bad("…")` of a file, and `a if b else c`."""
    for path in sources.files(".py", under="xiuhao"):
        names = refusing(path)
        for node in ast.walk(sources.tree(path)):
            if is_call(node, names):
                given = node.args[0]
                branches = (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)
                yield from ((part.value, f"{sources.name(path)}:{node.lineno}") for part in branches if isinstance(part, ast.Constant))


def words() -> set[str]:
    """Every text constant outside the sentences: a code may also travel in a variable or stand in a guard."""
    paths = [path for path in sources.files(".py", under="xiuhao") if path.name != "sentences.py"]
    return {n.value for path in paths for n in ast.walk(sources.tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.fixture(scope="module", autouse=True)
def all_sentences() -> None:
    for module in reversed(MODULES):
        if importlib.util.find_spec(f"xiuhao.{module}.sentences"):
            importlib.import_module(f"xiuhao.{module}.sentences")


def test_every_refusal_has_a_sentence():
    found = list(codes())
    assert len(found) > 100, "the search itself works"
    lost = sorted({f"{code} ({place})" for code, place in found if code not in sentences.known()})
    assert lost == []


def test_no_sentence_is_left_over():
    used = words()
    assert {code for code in sentences.known() if code.removesuffix(".bare") not in used} == set()


def test_a_sentence_is_chinese_and_whole_and_never_fails():
    for code in sentences.known():
        said = sentences.say(Refused(code))
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said), code
        assert said.endswith(("。", "？", "：—", "”", "—")), (code, said)
    assert "unheard_of" in sentences.say(Refused("unheard_of"))


def test_placeholders_are_plain_names():
    for code in sentences.known():
        for _text, name, spec, conversion in Formatter().parse(str(sentences._sentences[code])):
            assert name is None or (name.isidentifier() and not spec and not conversion), code
