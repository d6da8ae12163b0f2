"""The script as a form: its steps as fields, and fields as steps again. Every button sends all of it, so nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from xiuhao.calls.script import KINDS, MOST_NODES
from xiuhao.kernel.bilingual import said

MOST_BRANCHES = 9
BRANCHING = ("choose", "look_up", "confirm", "goodbye")  # kinds that are offered one branch more than they have
ASKING = ("ask", "confirm")  # kinds whose answer goes into a field of the form
Raw = list[dict[str, Any]]


def read(data: QueryDict) -> Raw:
    """The steps in the order in which they stand; `step` are their places. What is blank is left out, `script.check` judges the rest."""
    return [_step(data, place) for place in data.getlist("step")[: MOST_NODES + 1]]


def _step(data: QueryDict, place: str) -> dict[str, Any]:
    def get(name: str) -> str:
        return data.get(f"{place}.{name}", "").strip()

    step: dict[str, Any] = {"key": get("key"), "kind": get("kind"), "title": _words(get("title"), get("title_en"))}
    step["say"] = _words(get("say"), get("say_en"))
    if get("next"):
        step["next"] = get("next")
    if get("always"):
        step["always"] = True
    if get("clauses"):
        step["clauses"] = get("clauses").replace("，", " ").replace(",", " ").split()
    if step["kind"] in ASKING and get("field"):
        step["field"] = get("field")
    options = [_option(get, f"o{at}") for at in range(MOST_BRANCHES) if get(f"o{at}.label")]
    return step | ({"options": options} if options else {})


def _option(get: Any, at: str) -> dict[str, Any]:
    option: dict[str, Any] = {"label": _words(get(f"{at}.label"), get(f"{at}.label_en"))}
    return option | {name: get(f"{at}.{name}") for name in ("to", "value", "sets") if get(f"{at}.{name}")}


def _words(zh: str, en: str) -> str | dict[str, str]:
    return {"zh": zh, "en": en} if en else zh


def changed(steps: Raw, wanted: str) -> tuple[Raw, str]:
    """The steps after a button ("up:3", "down:3", "drop:3", "add:3"), and the key of the one to look at. Another word changes nothing."""
    what, _colon, place = wanted.partition(":")
    at = int(place) if place.isdecimal() and len(place) < 4 else -1
    if not 0 <= at < len(steps):
        return steps, ""
    if what == "add" and len(steps) < MOST_NODES:
        return _added(steps, at)
    if what == "drop" and len(steps) > 1:
        return _dropped(steps, at), ""
    other = at + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(steps):
        steps[at], steps[other] = steps[other], steps[at]
    return steps, str(steps[other]["key"]) if 0 <= other < len(steps) else ""


def _added(steps: Raw, at: int) -> tuple[Raw, str]:
    """A step after another: where that one led on, the new one does, and that one leads to it."""
    taken, before = {step["key"] for step in steps}, steps[at]
    key = next(f"step_{n}" for n in range(1, MOST_NODES + 2) if f"step_{n}" not in taken)
    made = {"key": key, "kind": "say", "title": "", "say": "", **({"next": before["next"]} if before.get("next") else {})}
    if before["kind"] != "goodbye" and not before.get("options"):
        before["next"] = key
    return [*steps[: at + 1], made, *steps[at + 1 :]], key


def _dropped(steps: Raw, at: int) -> Raw:
    """What led to it leads to where it led."""
    gone = steps[at]
    kept = [*steps[:at], *steps[at + 1 :]]
    for step in kept:
        for link, name in ((step, "next"), *((option, "to") for option in step.get("options", ()))):
            if link.get(name) == gone["key"]:
                link[name] = gone.get("next", "")
    return kept


def rows(steps: Raw, shown: str = "") -> list[dict[str, Any]]:
    """The steps for the template: words in both languages, branches with a blank one where there may be more; `shown` stands open."""
    return [
        {
            **step, "place": place, "title": _both(step.get("title")), "say": _both(step.get("say")),
            "heading": _shown(step.get("title")), "spoken": _shown(step.get("say")),
            "label": KINDS.get(step.get("kind", "")), "clauses": " ".join(step.get("clauses", ())),
            "options": _branches(step), "open": bool(shown) and step.get("key") == shown,
        }
        for place, step in enumerate(steps)
    ]  # fmt: skip


def _branches(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [{**option, "label": _both(option.get("label"))} for option in step.get("options", ())]
    more = step.get("kind") in BRANCHING and len(found) < MOST_BRANCHES
    return [*found, *([{"label": _both("")}] if more else [])]


def _shown(words: Any) -> str:
    """As the reader reads them."""
    both = _both(words)
    return str(said(both["zh"], both["en"]))


def _both(words: Any) -> dict[str, str]:
    if isinstance(words, Mapping):
        return {"zh": str(words.get("zh", "")), "en": str(words.get("en", ""))}
    return {"zh": str(words or ""), "en": ""}
