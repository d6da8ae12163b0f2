"""The generic matrix over every declared process: each verb refused from each wrong state, to each wrong role, without each
piece of evidence that it must have; and let through where all is right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processes.samples import given
from xiuhao.kernel import gate, registry, roles
from xiuhao.kernel.process import Process, State, Transition, fits
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def verbs() -> Iterator[tuple[Process, Transition]]:
    for process in registry.processes():
        for transition in process.transitions:
            yield process, transition


def named(pair: object) -> str:
    return pair.key if isinstance(pair, Process | Transition) else str(pair)


every = pytest.mark.parametrize(("process", "transition"), list(verbs()), ids=named)


def sources(transition: Transition) -> tuple[State | None, ...]:
    return transition.source or (None,)


@every
def test_a_verb_passes_from_its_states_to_its_roles_and_nowhere_else(process: Process, transition: Transition) -> None:
    for state in (None, *process.states):
        for role in roles.LABELS:
            right = fits(transition, state) and role in transition.may
            if right:
                gate.may(process, transition, state, {role})
                continue
            with pytest.raises(Refused) as caught:
                gate.may(process, transition, state, {role})
            assert caught.value.status in (403, 409)


@every
def test_a_verb_is_refused_without_each_piece_of_evidence_that_it_must_have(process: Process, transition: Transition) -> None:
    full = given(transition)
    found, wrong = gate.clean(transition, full)
    assert not wrong, wrong
    for need in transition.needs:
        without = {key: value for key, value in full.items() if key != need.key}
        _found, wrong = gate.clean(transition, without)
        wanted = need.wanted({**found, need.key: need.blank})
        assert (need.key in wrong) == wanted, f"{process.key}.{transition.key}: {need.key}"
        if wanted:
            assert wrong[need.key].code == "missing"


@every
def test_a_verb_refuses_what_it_does_not_know(process: Process, transition: Transition) -> None:
    _found, wrong = gate.clean(transition, {**given(transition), "priority_of_the_attacker": 1, "is_staff": True})
    assert {"priority_of_the_attacker", "is_staff"} <= set(wrong)


@every
def test_every_schema_is_one_that_its_own_sample_satisfies(process: Process, transition: Transition) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for need in transition.needs:
        schema = need.schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        sample = given(transition)[need.key]
        jsonschema.validate(float(sample) if need.widget == "money" else sample, {k: v for k, v in schema.items() if k != "multipleOf"})


@pytest.mark.parametrize("process", registry.processes(), ids=named)
def test_every_clock_can_start_and_can_be_met(process: Process) -> None:
    for clock in process.clocks:
        starts = [t for t in process.transitions if t.key == clock.starts] or [t for t in process.transitions if t.births]
        assert starts
        leaves = [t for t in process.transitions if t.key in clock.stops or (t.target and clock.runs_in and t.target not in clock.runs_in)]
        assert leaves, f"{process.key}.{clock.key} is never met"
