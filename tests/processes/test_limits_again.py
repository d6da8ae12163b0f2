"""Every stage that can come twice in a round has its limit twice, or is done anew by a moment that is given with the way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xiuhao.kernel import registry
from xiuhao.kernel.process import Clock, Process, State, Transition

RUN = (
    "complaint",
    "anomaly",
    "tipoff",
    "claim",
    "improvement",
    "liability",
    "sanction",
    "discipline",
    "returns",
    "allowance",
    "statistics",
)
# Whoever sends a claim back says by when: `quality_again` and `production_again`.
BY_THEIR_DAY = {("claim", "quality", "send_back"), ("claim", "report", "investigate"), ("claim", "production", "send_back")}


def moves(process: Process) -> list[tuple[State, Transition, State]]:
    """Every step from state to state within a round."""
    return [(here, t, there) for t in process.transitions if not t.reopens for here in t.source for there in (t.targets or (here,))]


def within_reach(process: Process, start: State) -> set[State]:
    found, more = {start}, True
    while more:
        new = {there for here, _verb, there in moves(process) if here in found} - found
        found, more = found | new, bool(new)
    return found


def entering(process: Process, clock: Clock) -> set[str]:
    """The verbs that lead into a clock's states and can do so after its states were left before, in the same round."""
    runs = set(clock.runs_in)
    left = {there for here, _verb, there in moves(process) if here in runs and there not in runs and not there.waits}
    again = {state for one in left for state in within_reach(process, one)}
    return {verb.key for here, verb, there in moves(process) if here in again - runs and there in runs}


def granted_once() -> Iterator[tuple[str, Clock]]:
    for key in RUN:
        for clock in registry.process(key).clocks:
            if clock.runs_in and not clock.due and (not clock.starts or clock.starts == "approve"):
                yield key, clock


@pytest.mark.parametrize(("key", "clock"), list(granted_once()), ids=lambda one: one if isinstance(one, str) else one.key)
def test_a_stage_that_comes_again_has_its_limit_again(key: str, clock: Clock) -> None:
    wanted = {verb for verb in entering(registry.process(key), clock) if (key, clock.key, verb) not in BY_THEIR_DAY}
    assert wanted == set(clock.again)


def test_this_looks_at_ways_back_at_all() -> None:
    claim = registry.process("claim")
    assert entering(claim, claim.clock("opinion")) == {"read", "refuse"} and not entering(claim, claim.clock("registration"))
