"""Translations: Chinese is the key, each module keeps its English in locale/en/LC_MESSAGES/django.po; no system gettext."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from xiuhao.config.environment import ROOT
from xiuhao.config.ladder import MODULES
from xiuhao.kernel import facts

PACKAGE = ROOT / "xiuhao"
_LAZY = {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")}
_KEYWORDS = {**DEFAULT_KEYWORDS, **_LAZY, "gettext_noop": None, "lazy": None}  # `lazy`: gettext_lazy beside a gettext that is `_`
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def modules() -> list[str]:
    """The packages that have texts."""
    return ["config", *MODULES]


def path(module: str) -> Path:
    """The English catalogue of a module."""
    return PACKAGE / module / "locale/en/LC_MESSAGES/django.po"


def used(module: str) -> Catalog:
    """Every text that the module's Python and templates mark for translation, and the notes of the policy rows that it ships."""
    catalog = Catalog(locale="en")
    for note in _notes(PACKAGE / module / "policies.yaml"):
        catalog.add(note, locations=[(f"xiuhao/{module}/policies.yaml", None)])  # type: ignore[list-item]
    for source in sorted((PACKAGE / module).rglob("*")):
        where = source.relative_to(ROOT).as_posix()
        if source.suffix == ".py" and "migrations" not in source.parts:
            code = source.read_bytes()
        elif source.suffix in (".html", ".txt") and "templates" in source.parts:
            # Django turns a template into lines that call gettext; indentation means nothing there.
            lines = templatize(source.read_text(), origin=where).splitlines()
            code = "\n".join(line.strip() for line in lines).encode()
        else:
            continue
        for _line, text, comments, context in extract("python", io.BytesIO(code), keywords=_KEYWORDS, options={"encoding": "utf-8"}):
            catalog.add(text, locations=[(where, None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    return catalog


def _notes(file: Path) -> list[str]:
    rows = (facts.read(file) or {}).values() if file.exists() else ()
    return [row["note"] for lines in rows for row in lines if row.get("note")]


def known(module: str) -> Catalog:
    """The module's English as it is on disk; empty when there is none."""
    if not path(module).exists():
        return Catalog(locale="en")
    with path(module).open("rb") as file:
        return read_po(file, locale="en")


def update() -> dict[str, int]:
    """Add what is used and not yet known (taking a translation that another module has), drop what is used no more.

    Returns the number of texts that still lack a translation, by module.
    """
    everywhere = {_key(message): message.string for module in modules() for message in _texts(known(module)) if _done(message)}
    lacking = {}
    for module in modules():
        fresh, old = used(module), known(module)
        for message in _texts(fresh):
            before = old.get(message.id, message.context)
            told = before.string if before and _done(before) else everywhere.get(_key(message), message.string)
            if isinstance(told, tuple) == isinstance(message.id, tuple):  # counted here and not there: `flaws` says so
                message.string = told
        lacking[module] = sum(not _done(message) for message in _texts(fresh))
        if len(fresh):
            path(module).parent.mkdir(parents=True, exist_ok=True)
            with path(module).open("wb") as file:
                write_po(file, fresh, width=140, omit_header=True, sort_output=True, include_lineno=False)
    return lacking


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a text, as a sentence for the person who mends it."""

    module: str
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.module}: {self.text!r} {self.reason}"


def flaws() -> Iterator[Flaw]:
    """Texts without English, translations that lose a placeholder, and one text with two translations."""
    seen: dict[tuple[str, str], tuple[str, object]] = {}
    for module in modules():
        translated = known(module)
        for message in _texts(used(module)):
            key, found = _key(message), translated.get(message.id, message.context)
            if found is None or not _done(found):
                yield Flaw(module, key[1], "has no English")
                continue
            strings = found.string if isinstance(found.string, tuple) else (found.string,)
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            if any(set(_PLACE.findall(str(string))) - set(_PLACE.findall(" ".join(map(str, ids)))) for string in strings) or (
                len(ids) == 1 and set(_PLACE.findall(str(ids[0]))) != set(_PLACE.findall(str(strings[0])))
            ):
                yield Flaw(module, key[1], "has other placeholders in English")
            other = seen.setdefault(key, (module, found.string))
            if other[1] != found.string:
                yield Flaw(module, key[1], f"has another English in {other[0]}")


def _texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _key(message: Message) -> tuple[str, str]:
    return (message.context or "", str(message.id[0] if isinstance(message.id, tuple | list) else message.id))


def _done(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)
