"""The line of the work bench that tells how far the demo's past is filled in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from xiuhao.kernel import kept, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.time import now
from xiuhao.simulate import queries
from xiuhao.simulate.models import History

pytestmark = pytest.mark.django_db


def test_nobody_asks_how_far_the_past_is_while_nothing_moves_and_every_step_is_seen() -> None:
    def told(edition: int) -> tuple[int | None, int]:
        with kept.look(), CaptureQueriesContext(connection) as seen:
            kept.seen({queries.PAST: edition})
            found = queries.unfinished()
        return found.done if found else None, len(seen)

    assert told(0)[0] is None and told(0) == (None, 0)
    rows = History.objects.visible_to(SYSTEM)
    rows.create(pk=1, begin=now(), days=2, requests=1, seed=1, done=1)
    first = policy.moved(queries.PAST)
    assert told(first) == (1, 1) and told(first) == (1, 0)
    rows.update(done=2)
    assert told(policy.moved(queries.PAST)) == (None, 1)
