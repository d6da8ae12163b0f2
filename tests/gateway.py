"""A provider of text messages for tests that kill: it writes down what it sends where no kill and no database undoes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from xiuhao.config.environment import environment
from xiuhao.kernel.channels import Letter

SENT = "texts-sent"


class Gateway:
    """Sends as often as it is asked to; one line of the file in the installation's folder is one text message that somebody got."""

    kept: ClassVar[bool] = False
    idempotent: ClassVar[bool] = False

    def send(self, letter: Letter) -> None:
        with (environment.folder / SENT).open("a") as file:
            file.write(f"{letter.effect_key}\t{letter.to}\n")


class Told(NamedTuple):
    """What the product says of a message."""

    template: str
    sent: bool
    maybe_twice: bool


def sent(folder: Path) -> list[tuple[str, str]]:
    """What went out of that installation, in order: the key of the effect, and to whom."""
    path = folder / SENT
    lines = path.read_text().splitlines() if path.exists() else []
    return [(key, to) for key, _tab, to in (line.partition("\t") for line in lines)]


def doubled(went: Sequence[tuple[str, str]], told: Mapping[str, Told]) -> list[str]:
    """Where what went out and what the product says of it differ; for senders each of whom writes once, from a number of their own."""
    times = Counter(key for key, _to in went)
    wrong = [f"{key} went out without a message" for key in times if key not in told]
    wrong += [
        f"{key} went out {n} times and does not say so" for key, n in times.items() if n > 1 and key in told and not told[key].maybe_twice
    ]
    wrong += [f"{key} is marked as sent and never went out" for key, each in told.items() if each.sent and key not in times]
    got = Counter((to, told[key].template) for key, to in set(went) if key in told)
    return wrong + [f"{to} got {template} {n} times, under other keys" for (to, template), n in got.items() if n > 1]
