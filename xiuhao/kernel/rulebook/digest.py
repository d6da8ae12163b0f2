"""The clauses as they are shipped: read once from the YAML files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from xiuhao.kernel import facts
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

FOLDER = Path(__file__).parent
ORDER = ("HA", "CS1", "CS2", "CS3", "CS4", "CS5", "CS6", "YD", "JD", "SL")

KINDS = {
    "deadline": _("时限"),
    "guard": _("约束"),
    "evidence": _("凭据"),
    "routing": _("流转"),
    "approval": _("核决"),
    "role": _("岗位"),
    "record": _("记录"),
    "metric": _("指标"),
    "notification": _("告知"),
    "script": _("话术"),
    "periodic-duty": _("定期义务"),
    "pricing": _("价格"),
    "entitlement": _("权益"),
    "privacy": _("隐私"),
}
MODES = {
    "block": _("拦截：条件不成立就不放行"),
    "timer": _("计时：开表、提醒并记下超时"),
    "record": _("记录：把事实存下来"),
    "measure": _("度量：事后计算或评分"),
    "assist": _("辅助：建议或预填"),
}


@dataclass(frozen=True)
class Words:
    """A text in both languages; as a string it is the one of the moment."""

    zh: str
    en: str

    def __str__(self) -> str:
        return said(self.zh, self.en)


@dataclass(frozen=True)
class Clause:
    """One clause of the regulation, in our words.

    `kind` is what sort of rule it is, `mode` what the software does with it (`KINDS`, `MODES`). `params` are the figures and lists
    that the clause gives, "missing" and "configurable" where its source gives none. `parts` are the modules that must serve it
    for it to be whole, `covers` the ids of the sources' own numbering that it digests.
    """

    id: str
    regulation: str
    kind: str
    mode: str
    zh: str
    en: str
    trigger: Words
    actor: Words
    enforce: Words
    parts: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    note: Words | None = None
    covers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return said(self.zh, self.en)

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def mode_label(self) -> str:
        return str(MODES[self.mode])


@dataclass(frozen=True)
class Regulation:
    """A regulation and the ids of its clauses, in its own order."""

    key: str
    title: Words
    clauses: tuple[str, ...]


@cache
def _files() -> tuple[dict[str, Clause], tuple[Regulation, ...]]:
    found: dict[str, Clause] = {}
    books = []
    for key in ORDER:
        book = facts.read(FOLDER / f"{key}.yaml")
        ids = []
        for row in book["clauses"]:
            made = _clause(key, row)
            if made.id in found:
                raise ValueError(f"clause {made.id} stands twice in the rulebook")
            found[made.id] = made
            ids.append(made.id)
        books.append(Regulation(key, Words(**book["title"]), tuple(ids)))
    return found, tuple(books)


def _clause(regulation: str, row: dict[str, Any]) -> Clause:
    words = {key: Words(**row[key]) for key in ("trigger", "actor", "enforce")}
    note = Words(**row["note"]) if "note" in row else None
    if row["kind"] not in KINDS or row["mode"] not in MODES or not row["parts"] or not row["id"].startswith(f"{regulation}-"):
        raise ValueError(f"clause {row['id']}: kind, mode, parts or id is wrong")
    return Clause(
        id=row["id"], regulation=regulation, kind=row["kind"], mode=row["mode"], zh=row["zh"], en=row["en"], params=row.get("params", {}),
        note=note, covers=tuple(row.get("covers", ())), parts=tuple(row["parts"]), **words,
    )  # fmt: skip


def clauses() -> dict[str, Clause]:
    """Every clause by its id, in the order of the regulations."""
    return _files()[0]


def regulations() -> tuple[Regulation, ...]:
    """The regulations in their order."""
    return _files()[1]


def clause(id_: str) -> Clause:
    """The clause of that id; Refused("unknown_clause", 404) if there is none."""
    try:
        return clauses()[id_]
    except KeyError:
        raise Refused("unknown_clause", {"clause": id_[:20]}, status=404) from None


@cache
def _dictionary() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = facts.read(FOLDER / "words.yaml")
    return found


def phrase(value: Any) -> str:
    """A key or value of a clause's `params` as a person reads it: "value" → 数值, ["name", "phone"] → 姓名、电话."""
    if isinstance(value, Mapping):
        return said("；", "; ").join(f"{phrase(k)} {phrase(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return said("、", ", ").join(phrase(item) for item in value)
    words, text = _dictionary(), str(value)
    english = words["en"].get(text, text.replace("_", " "))
    return said(words["zh"].get(text, text), english)
