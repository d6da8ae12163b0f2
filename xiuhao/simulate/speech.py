"""What people say: sentences drawn from the grammar in `words/`, the same for the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("words")
FIRST_PERSON = frozenset({"web", "mail", "chat"})


@cache
def words(name: str) -> dict[str, Any]:
    """One of the files of `words/`."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


class Speech:
    """Draws from the grammar. `rng` is the simulation's own, so that a seed says everything again."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.faults, self.talk = words("faults"), words("talk")

    def symptom(self, category: str, kind: str, danger: bool | None = None) -> dict[str, str]:
        """What a request is about: the names that its sentences are filled with, the same to its end. `danger` asks for a fault
        that is dangerous (True) or not (False)."""
        product = self.faults[category]
        topics = (
            product["questions"]
            if kind == "usage_question"
            else [f for f in product["faults"] if danger is None or bool(f.get("danger")) == danger]
        )
        topic = self.rng.choice(topics or product["faults"])
        found = {key: self.rng.choice(value) if isinstance(value, list) else value for key, value in topic.items() if key != "danger"}
        other = self.rng.choice(product["faults"])
        spare = {
            key: self.rng.choice(other[key]) if isinstance(other[key], list) else other[key]
            for key in ("more", "ask", "tried", "part", "fix")
        }
        return {**spare, **found, "call": self.rng.choice(product["call"]), "danger": "yes" if topic.get("danger") else ""}

    def mood(self) -> str:
        """calm, worried, annoyed or angry."""
        moods = self.talk["moods"]
        return str(self.rng.choices(list(moods), [m["share"] for m in moods.values()])[0])

    def request(self, kind: str, channel: str, mood: str, age: str, about: Mapping[str, str]) -> str:
        """The text of a request, as the customer wrote it, a phone agent took it down, or a shop passed it on."""
        said = self.talk[kind]
        voice = "own" if channel in FIRST_PERSON else "brief" if channel == "api" and self.rng.random() < 0.7 else "told"
        if channel == "api" and voice == "told":
            voice = "own"
        slots = {key: self.rng.choice(value) for key, value in said.items() if key not in ("own", "told", "brief")}
        tone = self.talk["moods"][mood]
        slots |= {
            "hello": self.rng.choice(tone["hello"]), "wish": self.rng.choice(tone["wish"]), "when": self.rng.choice(self.talk["when"][age]),
            "day": self.rng.choice(self.talk["days"]), "asks": self.rng.choice(self.talk["fault"]["asks"]),
        }  # fmt: skip
        return self.fill(self.rng.choice(said[voice]), {**slots, **about})

    def desk(self, what: str, about: Mapping[str, Any]) -> str:
        """A sentence of the desk's own work, by its key under `desk`."""
        patterns: Sequence[str] = self.talk["desk"][what]
        slots = {"greeting": self.fill(self.rng.choice(self.talk["desk"]["greeting"]), about), "day": self.rng.choice(self.talk["days"])}
        return self.fill(self.rng.choice(patterns), {**slots, **about})

    def fill(self, pattern: str, slots: Mapping[str, Any]) -> str:
        """A pattern with its names filled in; KeyError for one that nobody fills."""
        return pattern.format_map(slots).replace("。。", "。").replace("？。", "？").replace("！。", "！").strip()
