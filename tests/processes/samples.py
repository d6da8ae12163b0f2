"""Good values for all the evidence of a verb, so that every declared verb can be tried without knowing what it is about."""

from __future__ import annotations

from typing import Any

from xiuhao.kernel.process import Transition


def given(transition: Transition) -> dict[str, Any]:
    """Everything that the verb can be given."""
    return {need.key: need.example() for need in transition.needs}
