"""Tests of one group run in one process, so that what they share is made once."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("of this test")
def test_the_runner_knows_the_group_of_a_test(request: pytest.FixtureRequest) -> None:
    if not hasattr(request.config, "workerinput"):
        pytest.skip("run in one process: there is nothing to spread")
    assert request.node.nodeid.endswith("@of this test"), "this pytest gives pytest-xdist no groups: see pyproject.toml"
