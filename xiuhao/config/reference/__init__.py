"""docs/reference, printed from the code: the same code gives the same text, without a database."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import translation

from xiuhao.config.environment import ROOT
from xiuhao.config.reference import processes, regulation, surfaces

FOLDER = ROOT / "docs" / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "processes.md": processes.processes,
    "permissions.md": processes.permissions,
    "reactions.md": processes.reactions,
    "rulebook.md": regulation.rulebook,
    "policies.md": regulation.policies,
    "api.md": surfaces.api,
    "settings.md": surfaces.settings,
    "hostile.md": surfaces.hostile,
}


def pages() -> dict[str, str]:
    """File name → text. Labels are those of the code (Chinese), keys and words are English."""
    with translation.override("zh-hans"):
        return {name: page().rstrip() + "\n" for name, page in PAGES.items()}


def stale() -> list[str]:
    """The pages that are not what the code says."""
    return [name for name, text in pages().items() if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text]


def write() -> list[str]:
    """Print every page; the names of those that changed."""
    changed = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed
