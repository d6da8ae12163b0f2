"""The demo's own sentences are such as the house may say: where one is only warned of, a story of the first start ends early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from xiuhao.kernel import facts, policy
from xiuhao.simulate.speech import FOLDER
from xiuhao.wording import queries as wording
from xiuhao.wording.promises import gives

pytestmark = pytest.mark.django_db


def texts(found: Any) -> Iterator[str]:
    """Every text within."""
    if isinstance(found, str):
        yield found
    for each in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from texts(each)


def test_nothing_that_the_demo_says_is_warned_of() -> None:
    policy.current()
    said = [text for path in sorted(FOLDER.glob("*.yaml")) for text in texts(facts.read(path))]
    assert len(said) > 200
    assert not {text: found for text in said if (found := wording.found(text))}
    assert wording.found("人为损坏"), "and it would be"


def test_what_is_said_on_a_ticket_promises_no_more_than_whoever_says_it_may() -> None:
    most = min(row.value["amount"] for row in policy.rows("complaint.at_once"))
    promised = {text: gives(text) for text in texts(facts.read(FOLDER / "talk.yaml")) if gives(text)}
    assert promised and max(promised.values()) <= most
