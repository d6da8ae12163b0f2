"""The routes that there are, and the table of what each answers to whom (`routes.yaml`, `rules.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import yaml
from django.urls import URLPattern, get_resolver
from ninja.operation import PathView

from tests.access.people import DEPARTMENTS, EVERYBODY, OTHERS, PROGRAMS, STAFF
from xiuhao.kernel import registry

HERE = Path(__file__).parent
# The modules in which the posts of a factory work.
FACTORY = frozenset({"complaint", "claim", "returns", "allowance", "liability", "statistics", "meeting", "accounts", "problem"})
METHODS = ("GET", "POST", "PUT", "DELETE")
DERIVED = re.compile(r"^api/v1/(?P<process>\w+)(?P<rest>/<number>.*|/new/\w+)?$")


def resolved(patterns: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the product as it is written in the code, with what answers it."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from resolved(each.url_patterns, path)
        else:
            yield path, each


def general(path: str) -> str:
    """What the API derives from declarations is the same for every process: `api/v1/<process>/<number>/<verb>`."""
    found = DERIVED.match(path)
    keys = {process.key for process in registry.processes()}
    if not found or found["process"] not in keys:
        return path
    rest = found["rest"] or ""
    if rest.startswith("/new/"):
        rest = "/new/<verb>"
    elif rest.count("/") == 2 and rest.rpartition("/")[2] not in ("verbs", "journal", "clocks", "duplicates"):
        rest = "/<number>/<verb>"
    return f"api/v1/<process>{rest}"


@dataclass
class Entry:
    """One line of the table: an address, what stands in it, what is sent, and who gets which answer (own, foreign, absent)."""

    path: str
    places: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)

    def url(self, values: dict[str, Any]) -> str:
        """The address with the values of a world."""
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str(_value(self.places[place[1]], values)), self.path)
        query = {name: _value(wanted, values) for name, wanted in self.query.items()}
        return f"/{path}" + (f"?{urlencode(query)}" if query else "")

    def sent(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: _value(wanted, values) for name, wanted in self.body.items()}

    @property
    def alike(self) -> bool:
        """True if nothing in it is of a world."""
        return all(wanted.startswith("=") for part in (self.places, self.query, self.body) for wanted in part.values())


def _value(wanted: str, values: dict[str, Any]) -> Any:
    """`=text` is itself, `=uuid` a fresh one, a name what the world has under it."""
    if wanted == "=uuid":
        return uuid4()
    return wanted[1:] if wanted.startswith("=") else values[wanted]


@cache
def rules() -> dict[str, dict[str, tuple[str, ...]]]:
    """By name: who gets which answer, of (own, foreign, absent)."""
    return {name: _rule(name, lines) for name, lines in yaml.safe_load((HERE / "rules.yaml").read_text()).items()}


@cache
def table() -> tuple[Entry, ...]:
    """The entries, in the order of the file."""
    entries = []
    for line in yaml.safe_load((HERE / "routes.yaml").read_text()):
        [(path, said)] = line.items()
        asked = {method: said[method] for method in METHODS if method in said}
        unknown = set(said) - {*METHODS, "with", "query", "body"} | {rule for rule in asked.values() if rule not in rules()}
        assert asked and not unknown, f"{path}: {unknown or 'no method'}"
        entries.append(Entry(path, said.get("with", {}), said.get("query", {}), said.get("body", {}), asked))
    return tuple(entries)


def _rule(name: str, lines: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    groups = {"staff": STAFF, "programs": PROGRAMS, "others": OTHERS, "departments": DEPARTMENTS}
    for people, answers in sorted(lines.items(), key=lambda line: (line[0] == "others", line[0] in groups)):
        words = tuple(str(answers).split())
        assert len(words) in (1, 3), f"{name}: {answers}"
        for person in groups.get(people) or people.split():
            assert person in EVERYBODY, f"{name}: {person}"
            assert people in groups or person not in found, f"{name}: {person} twice"
            found.setdefault(person, words if len(words) == 3 else words * 3)
    assert set(found) >= set(OTHERS), f"{name}: says nothing of {set(OTHERS) - set(found)}"
    return dict.fromkeys(DEPARTMENTS, found["warehouse"]) | found


def methods(pattern: Any) -> set[str]:
    """The methods of an address of the API, which holds its operations within."""
    held = [cell.cell_contents for cell in getattr(pattern.callback, "__closure__", None) or ()]
    return {method for view in held if isinstance(view, PathView) for operation in view.operations for method in operation.methods}


def expanded() -> Iterator[Entry]:
    """The entries with what is derived from declarations written out for every process of the house."""
    made: dict[str, list[str]] = {}
    offered: dict[str, set[str]] = {}
    for path, pattern in resolved():
        if (rule := general(path)) != path:
            made.setdefault(rule, []).append(path)
            offered.setdefault(path, set()).update(methods(pattern))
    for entry in table():
        for path in sorted(set(made.get(entry.path, [entry.path]))):
            known = set(re.findall(r"<(?:\w+:)?(\w+)>", path))
            rules_ = {m: rule for m, rule in entry.rules.items() if m in offered.get(path, {m})}  # nobody bears what only the system does
            yield Entry(path, {k: v for k, v in entry.places.items() if k in known}, entry.query, entry.body, rules_)


def factory(entry: Entry) -> bool:
    """Whether an address belongs to the modules in which the posts of a factory work: their pages, and what is derived of them."""
    derived = DERIVED.match(entry.path)
    key = derived["process"] if derived else entry.places.get("process", "").removeprefix("=")
    records = {process.key: process.record.partition(".")[0] for process in registry.processes()}
    return records.get(key, _modules()[entry.path]) in FACTORY


@cache
def _modules() -> dict[str, str]:
    """Of every address the module whose page answers it."""
    return {path: pattern.callback.__module__.removeprefix("xiuhao.").partition(".")[0] for path, pattern in resolved()}
