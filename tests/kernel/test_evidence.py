"""Evidence that is wanted has to be there; a tick that has to be made is not made by leaving it out."""

from __future__ import annotations

import pytest

from xiuhao.kernel.evidence import Flag
from xiuhao.kernel.gate import clean
from xiuhao.kernel.process import State, Transition

HERE = State("here", "在", "green", end=True)


@pytest.mark.parametrize(
    ("given", "code"), [({}, "missing"), ({"seen": ""}, "missing"), ({"seen": False}, "must_confirm"), ({"seen": "on"}, None)]
)
def test_a_tick_that_must_be_made_is_missed_when_it_is_left_out(given: dict[str, object], code: str | None) -> None:
    verb = Transition(
        "see", "看", (), HERE, may=frozenset(), needs=(Flag(key="seen", label="看过", must=True), Flag(key="liked", label="喜欢"))
    )
    found, wrong = clean(verb, given)
    assert {key: refused.code for key, refused in wrong.items()} == ({"seen": code} if code else {})
    assert found["liked"] is False
