"""What an installation shows to the outside: API, settings; and which hostile cases tests cover."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from xiuhao.config.environment import ROOT, Environment
from xiuhao.config.reference.tables import code, page, table

# What tests and scripts read beside the product's own settings: name → default, what for.
ELSEWHERE = {
    "CHROME_PATH": ("looked for", "The Chromium or Chrome of the browser tests, for `scripts/test`."),
    "PYTHON": ("looked for", "The interpreter from which `scripts/setup` makes `.venv`: 3.11 or newer."),
    "XIUHAO_TEST_PROCESSES": ("one more than processors, at most 8", "Processes of `scripts/test`, each with a database of its own."),
    "XIUHAO_FUZZ_SECONDS": ("`60`", "How long the API is fuzzed by `tests/hostile/test_fuzz.py`; 1200 before a release."),
    "XIUHAO_FUZZ_SEED": ("`1`", "Which calls it is fuzzed with; another number before a release."),
    "XIUHAO_PEERS": ("none", "Folder of other desks that run, with a load client: for `scripts/bench peers`, loudly skipped without it."),
    "XIUHAO_KILLS": ("`5`", "How often `tests/hostile/test_kills.py` kills a part of the process group with -9 under load."),
}
_HOSTILE = re.compile(r"^\s*(?:async )?def (test_([A-Z]\d{1,2})_\w+)\(", re.MULTILINE)


def api() -> str:
    """Every route of the API, from its own OpenAPI document."""
    from xiuhao.ui.api import api as mounted

    schema: dict[str, Any] = mounted.get_openapi_schema()
    rows = []
    for path, methods in sorted(schema["paths"].items()):
        for method, operation in methods.items():
            answers = ", ".join(sorted(map(str, operation.get("responses", {}))))
            rows.append((f"`{method.upper()} {path}`", operation.get("summary", ""), answers))
    intro = (
        "OpenAPI 3.1 at `/api/v1/openapi.json`. A token logs in (`Authorization: Bearer …`); creates and actions take an "
        "`Idempotency-Key`. "
        "A case is born by `POST /api/v1/<process>`; where a process has several verbs of birth, by `POST /api/v1/<process>/new/<verb>`."
    )
    return page("API", intro, table(("route", "", "answers"), rows))


def settings() -> str:
    """Every variable of the environment that the product reads."""
    rows = [(f"`{_variable(name, field)}`", _default(field), field.description or "") for name, field in Environment.model_fields.items()]
    own = table(("variable", "default", ""), rows)
    others = table(("variable", "default", ""), [(f"`{name}`", *words) for name, words in ELSEWHERE.items()])
    intro = "All are optional; a plain start needs none."
    return page("Settings", intro, f"{own}\n\n## Read by tests and scripts only\n\n{others}")


def _variable(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    return str(alias.choices[0]) if alias is not None and hasattr(alias, "choices") else f"XIUHAO_{name.upper()}"


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, Path):  # never the path of the machine that printed the page
        return f"`{value.relative_to(ROOT)}`" if value.is_relative_to(ROOT) else f"`../{value.name}`"
    if isinstance(value, SecretStr) or value in ("", [], None):
        return "empty"
    return f"`{value}`"


def hostile() -> str:
    """The hostile cases that tests name, by id."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for match in _HOSTILE.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(match[2], []).append(f"{path.relative_to(ROOT).as_posix()} {match[1]}")
    rows = [
        (id_, "<br>".join(f"`{test}`" for test in tests))
        for id_, tests in sorted(found.items(), key=lambda pair: (pair[0][0], int(pair[0][1:])))
    ]
    return page("Hostile cases", f"{len(found)} ids are covered: {code(id_ for id_, _tests in rows)}.", table(("id", "tests"), rows))
