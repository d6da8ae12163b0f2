"""What people say: sentences drawn from the grammar in `words/`, the same for the same random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from xiuhao.kernel import facts

FOLDER = Path(__file__).with_name("words")
FIRST_PERSON = frozenset({"web", "mail", "chat"})
FIXED = frozenset({"aircon", "central_aircon", "water_heater", "gas_boiler", "range_hood", "gas_stove", "dishwasher", "water_purifier"})
VOICES = ("own", "told", "brief")


@cache
def words(name: str) -> dict[str, Any]:
    """One of the files of `words/`."""
    found: dict[str, Any] = facts.read(FOLDER / f"{name}.yaml")
    return found


class Speech:
    """Draws from the grammar. `rng` is the simulation's own, so that a seed says everything again."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.faults, self.talk = words("faults"), words("talk")

    def _one(self, value: Any) -> str:
        return str(self.rng.choice(value) if isinstance(value, list) else value)

    def _drawn(self, topics: list[dict[str, Any]]) -> dict[str, str]:
        return {key: self._one(value) for key, value in self.rng.choice(topics).items()}

    def symptom(self, category: str, model: str, kind: str, danger: bool | None = None) -> dict[str, str]:
        """What a request is about: the names that its sentences are filled with, the same to its end. `danger` asks for a fault
        that is dangerous (True) or not (False)."""
        product = self.faults[category]
        faults = [f for f in product["faults"] if f.get("of", "") in model]
        found = self._drawn([f for f in faults if danger is None or bool(f.get("danger")) == danger] or faults)
        if kind != "fault":
            found.pop("danger", None)
        if kind == "usage_question":
            found |= self._drawn([q for q in product["questions"] if q.get("of", "") in model])
        if "topics" in self.talk[kind]:
            found |= self._drawn([t for t in self.talk[kind]["topics"] if category in FIXED or "fixed" not in t])
        return {"danger": "", **found, "call": self.rng.choice(product["call"]), "model": model}

    def mood(self) -> str:
        """calm, worried, annoyed or angry."""
        moods = self.talk["moods"]
        return str(self.rng.choices(list(moods), [m["share"] for m in moods.values()])[0])

    def request(self, kind: str, channel: str, mood: str, age: str, about: Mapping[str, str]) -> str:
        """The text of a request, as the customer wrote it, a phone agent took it down, or a shop passed it on."""
        said = {**self.talk[kind], **{key: about[key] for key in VOICES if key in about}}
        voice = "own" if channel in FIRST_PERSON else "told" if channel != "api" else self.rng.choice(("own", "brief"))
        slots = {key: self._one(value) for key, value in said.items() if key not in (*VOICES, "topics")}
        tone = self.talk["moods"][mood]
        slots |= {
            "hello": self.rng.choice(tone["hello"]), "wish": self.rng.choice(tone["wish"]), "when": self.rng.choice(self.talk["when"][age]),
            "day": self.rng.choice(self.talk["days"]), "asks": self.rng.choice(self.talk["fault"]["asks"]),
        }  # fmt: skip
        return self.fill(self._one(said[voice]), {**slots, **about})

    def desk(self, what: str, about: Mapping[str, Any]) -> str:
        """A sentence of the desk's own work, by its key under `desk`."""
        patterns: Sequence[str] = self.talk["desk"][what]
        slots = {"greeting": self.fill(self.rng.choice(self.talk["desk"]["greeting"]), about), "day": self.rng.choice(self.talk["days"])}
        return self.fill(self.rng.choice(patterns), {**slots, **about})

    def fill(self, pattern: str, slots: Mapping[str, Any]) -> str:
        """A pattern with its names filled in; KeyError for one that nobody fills."""
        return pattern.format_map(slots).replace("。。", "。").replace("？。", "？").replace("！。", "！").strip()
