"""What their words are to us: `state:<key>` a state that the event leads to, `verb:<key>` something done that moves nothing, `=` only a
line that it happened. A guess is made of the words that desks use everywhere; a person confirms it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from xiuhao.kernel import facts, past
from xiuhao.kernel.access import Actor
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.migration.reading import BETWEEN
from xiuhao.ui.cells import plain

ONLY_A_LINE = "="
NAMESPACE = uuid.UUID("0f3c6a56-8a0b-5b7e-9c53-3f7b0c7d2e10")  # ours alone: an event has the same key whenever its file is read
# For the states of a ticket: target → words of theirs.
_KNOWN = facts.read(Path(__file__).with_name("words.yaml"))
WORDS: dict[str, list[str]] = _KNOWN["meanings"]
LINES = frozenset(map(plain, _KNOWN["lines"]))  # what changed, where it is no state


def targets(process: Process) -> list[tuple[str, str]]:
    """What a word may be, with its label: the states, then the verbs that move nothing, then only a line."""
    from django.utils.translation import gettext as _

    states = [(f"state:{state.key}", str(state.label)) for state in process.states]
    verbs = [(f"verb:{t.key}", _("动作：{verb}").format(verb=t.label)) for t in process.transitions if not t.targets and not t.quiet]
    return [*states, *verbs, (ONLY_A_LINE, _("只记一笔，状态不变"))]


def guess(process: Process, words: Sequence[str]) -> dict[str, str]:
    """What each word probably is; words that say nothing to us are left to a person."""
    able = {key for key, _label in targets(process)}
    known = sorted(((w, key) for key, names in WORDS.items() if key in able for w in names), key=lambda pair: -len(pair[0]))
    found = dict.fromkeys(LINES, ONLY_A_LINE) | {plain(str(state.label)): f"state:{state.key}" for state in process.states}
    found |= {plain(state.key): f"state:{state.key}" for state in process.states}

    def meant(word: str) -> str:
        said = plain(word)
        return found.get(said) or next((key for name, key in known if name in said), "")

    # what a state is in particular says more than the state: "accepted", waiting for the user
    made = {word: next(filter(None, map(meant, reversed(word.split(BETWEEN)))), "") for word in words}
    return {word: key for word, key in made.items() if key}


def checked(process: Process, words: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping, each word with a target that exists. Refused map_missing, map_unknown (422)."""
    able = {key for key, _label in targets(process)}
    if wrong := [word for word in words if mapping.get(word, "") and mapping[word] not in able]:
        raise Refused("map_unknown", {"words": "、".join(f"{w} → {mapping[w]}" for w in wrong)[:300]}, status=422)
    if missing := [word for word in words if not mapping.get(word)]:
        raise Refused("map_missing", {"words": "、".join(missing)[:300], "count": len(missing)}, status=422)
    return {word: mapping[word] for word in words}


@dataclass
class Told:
    """One case of theirs: its number there, what is said of it, its events as (moment, word, actor) in order."""

    case: str
    given: dict[str, Any]
    events: list[tuple[datetime, str, str]]
    row: int = 0
    unit: tuple[int, str] | None = None  # where it lands, as id and path


@dataclass(frozen=True)
class Here:
    """A case that is here already: the key of a line that it has, and its state."""

    key: uuid.UUID
    state: str


def history(
    process: Process, told: Told, mapping: Mapping[str, str], source: str, who: Callable[[str], Actor], here: Here | None = None
) -> past.History:
    """Their case as events of ours. Where the first word is no state in which a case is born, it is born and moved in one moment.
    With `here` its beginning was brought before and is not told again: what is told goes on from there."""
    birth = past.birth(process)
    assert birth.target is not None
    state, made = birth.target, list[past.Happened]()
    met: Counter[tuple[datetime, str]] = Counter()
    if here is not None:
        state = process.state(here.state)
        made.append(past.Happened(birth.key, key=here.key, state=here.state))

    def add(verb: str, at: datetime, word: str, actor: str, part: str, **more: Any) -> None:
        name = f"{process.key}|{source}|{told.case}|{at.isoformat()}|{_short(word)}|{met[at, _short(word)]}|{part}"
        by = who(actor) if actor else None
        made.append(past.Happened(verb, key=uuid.uuid5(NAMESPACE, name), occurred=at, state=state.key, by=by, called=word, **more))

    for place, (at, word, actor) in enumerate(told.events):
        met[at, _short(word)] += 1
        kind, _colon, key = mapping[word].partition(":")
        after = process.state(key) if kind == "state" else state
        if place == 0 and here is None:
            called = f"{source} {told.case}".strip()
            more = {"given": {**told.given, "external": told.case, "external_source": source}, "unit": told.unit}
            state = next((s for s in birth.targets if s is after), birth.target)
            add(birth.key, at, word if state is after else called, actor, "birth", **more)
            if state is after and kind == "state":
                continue
        verb = past.move(process, state, after) if kind == "state" else _done(process, key, state.key) if kind == "verb" else past.IMPORTED
        state = after
        add(verb, at, word, actor, "")
    return past.History(tuple(made))


def _short(word: str) -> str:
    """By what an event is known again, whether or not what it was in particular is read too."""
    return word.partition(BETWEEN)[0]


def _done(process: Process, verb: str, state: str) -> str:
    """A verb that moves nothing, where it is possible in that state; else only a line."""
    return verb if any(s.key == state for s in process.verb(verb).source) else past.IMPORTED


@dataclass
class Forecast:
    """What a mapping will make of a log: verbs by their count, moves that our shape does not know, states in which cases end."""

    verbs: Counter[str] = field(default_factory=Counter)
    strange: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)


def forecast(process: Process, cases: Sequence[Told], mapping: Mapping[str, str]) -> Forecast:
    """Nothing is written."""
    found = Forecast()
    for told in cases:
        before = ""
        for event in history(process, told, mapping, "", lambda name: _NOBODY).events:
            found.verbs[event.verb] += 1
            if event.verb == past.IMPORTED and event.state != before:
                found.strange[before, event.state] += 1
            before = event.state
        found.ends[before] += 1
    return found


_NOBODY = Actor(kind="import")
