"""A plan: who does what when, what is left out and why. Plain data, in and out as JSON; moments in seconds as in `problem`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from xiuhao.dispatch.engine.problem import Stop


@dataclass(frozen=True)
class Reason:
    """Why not. `rule` is a key of `rules.RULES`; `words` say more (which skill, whose job); `engineers` for how many it holds."""

    rule: str
    words: Mapping[str, Any] = field(default_factory=dict)
    engineers: int = 1


@dataclass(frozen=True)
class Left:
    """A job that is not served, with the reasons, the commonest first."""

    job: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Route:
    """One engineer's day: leaves home at `leave`, is back at `back` after `home` seconds of way. Without stops nobody leaves."""

    engineer: str
    leave: float
    stops: tuple[Stop, ...]
    back: float
    home: float = 0.0

    @property
    def jobs(self) -> tuple[str, ...]:
        """Keys of the jobs in their order."""
        return tuple(stop.job for stop in self.stops if stop.kind == "job")


@dataclass(frozen=True)
class Plan:
    """Routes of all engineers. `cost` in equivalent minutes of travel as the solver counted it; `seconds` is how long it worked.

    `cut`: it ran out of time before its iterations, so another run may differ.
    """

    routes: tuple[Route, ...]
    left: tuple[Left, ...]
    cost: float
    backend: str = ""
    seed: int = 0
    iterations: int = 0
    seconds: float = 0.0
    cut: bool = False

    @cached_property
    def _routes(self) -> dict[str, Route]:
        return {route.engineer: route for route in self.routes}

    @cached_property
    def places(self) -> dict[str, tuple[str, Stop]]:
        """Job → (engineer, stop) for each job served."""
        return {stop.job: (route.engineer, stop) for route in self.routes for stop in route.stops if stop.kind == "job"}

    def route(self, engineer: str) -> Route | None:
        """That engineer's day; None if they are not in the plan."""
        return self._routes.get(engineer)

    def to_json(self) -> str:
        """The plan as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan that JSON text tells of; ValueError or TypeError if it does not."""
        told = json.loads(text)
        told["routes"] = tuple(Route(**{**one, "stops": tuple(Stop(**stop) for stop in one["stops"])}) for one in told["routes"])
        told["left"] = tuple(Left(one["job"], tuple(Reason(**reason) for reason in one["reasons"])) for one in told["left"])
        return cls(**told)
