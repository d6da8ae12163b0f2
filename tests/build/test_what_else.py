"""What the tutorial says a process may want is there under these names, and its Chinese twin has the same code."""

from __future__ import annotations

import ast
import dataclasses
import re

import pytest

from tests.settings import ROOT
from xiuhao.kernel import evidence, process
from xiuhao.kernel.step import Step
from xiuhao.ui import pages, paper

PAGE = ROOT / "docs/build/add-a-process.md"
TWIN = ROOT / "docs/build/zh/add-a-process.md"
KINDS = (process, evidence, pages, paper)
CODE, CALL = re.compile(r"`([^`\n]+)`"), re.compile(r"[A-Z]\w+\(.*\)")
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def calls(text: str) -> list[ast.Call]:
    """What the text writes as the call of something declared."""
    written = [each for each in CODE.findall(BLOCK.sub("", text)) if CALL.fullmatch(each)]
    return [node for each in written for node in ast.walk(ast.parse(each, mode="eval")) if isinstance(node, ast.Call)]


def strange(call: ast.Call) -> list[str]:
    """Its name, or those of its fields, that nothing declared has."""
    name = ast.unparse(call.func)
    found = next((getattr(kind, name) for kind in KINDS if hasattr(kind, name)), None)
    if found is None:
        return [name]
    fields = {field.name for field in dataclasses.fields(found)}
    return [f"{name}.{word.arg}" for word in call.keywords if word.arg not in fields]


def test_every_declaration_that_the_page_names_has_these_fields() -> None:
    found = calls(PAGE.read_text())
    assert len(found) > 12
    assert [wrong for call in found for wrong in strange(call)] == []


def test_what_a_step_may_be_asked_is_there() -> None:
    asked = set(re.findall(r"\bstep\.(\w+)", PAGE.read_text()))
    known = {field.name for field in dataclasses.fields(Step)} | set(dir(Step))
    assert asked >= {"say", "record", "context"} and asked - known == set()


@pytest.mark.parametrize("old", ["`Clok(runs_in=(A,))`", "`Clock(limit=4)`", "`Process(readers=(), kept=1)`"])
def test_a_name_of_yesterday_is_found(old: str) -> None:
    assert [wrong for call in calls(f"so `Duty(every=1)` and {old}") for wrong in strange(call)] != []


def test_the_chinese_twin_has_the_same_code_and_each_leads_to_the_other() -> None:
    page, twin = PAGE.read_text(), TWIN.read_text()
    assert BLOCK.findall(page) == BLOCK.findall(twin) != []
    assert sorted(map(ast.unparse, calls(page))) == sorted(map(ast.unparse, calls(twin)))
    assert "](zh/add-a-process.md)" in page and "](../add-a-process.md)" in twin
