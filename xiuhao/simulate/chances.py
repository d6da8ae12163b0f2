"""Common random numbers: what chance says at an occasion depends on whose it is and on the occasion, on nothing that was drawn before.

So two companies that differ in one thing meet the same people: as patient, as quick, as content. What then differs comes of that one
thing, not of a die that was thrown once more (Law, Simulation Modeling and Analysis, ch. 11.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from random import Random


class Chances:
    """The chances of one request, by occasion. `seed` names the request."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._times: Counter[str] = Counter()

    def of(self, occasion: str) -> Random:
        """The chance of an occasion, another one each time that it comes."""
        self._times[occasion] += 1
        return Random(f"{self.seed}/{occasion}/{self._times[occasion]}")

    def pick(self, occasion: str, among: Sequence[str]) -> str:
        """One of these, each time the same of the same; see `pick`."""
        return pick(f"{self.seed}/{occasion}", among)


def pick(name: str, among: Sequence[str]) -> str:
    """One of these by a name: among more of them it is the same one or one of the new ones, among fewer the same if still there."""
    return max(among, key=lambda each: blake2b(f"{name}/{each}".encode(), digest_size=8).digest())
