"""How far a reader of an append-only table may go: ids of transactions at work, short ones beside long ones."""

from __future__ import annotations

import pytest
from django.db import connection

from xiuhao.kernel.horizon import ENDED, NEAREST

WRAP = 2**32


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("top", "low", "wide"),
    [
        (1000, 990, 990), (1000, 1000, 1000), (WRAP + 1000, 990, WRAP + 990),
        (1000, 1009, 1009), (7 * WRAP + 5, 9, 7 * WRAP + 9),  # began after the statement's snapshot was taken
        (WRAP + 5, WRAP - 3, WRAP - 3), (WRAP - 3, 5, WRAP + 5),  # on both sides of the turn
    ],
)  # fmt: skip
def test_a_short_id_is_the_long_one_nearest_to_the_present(top: int, low: int, wide: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NEAREST} FROM (SELECT %s::bigint AS top) s, (SELECT %s::bigint AS low) x", [top, low])
        assert cursor.fetchone() == (wide,)
        cursor.execute(f"SELECT {ENDED}, pg_current_xact_id()::text::bigint")
        ended, own = cursor.fetchone()
    assert 0 < ended <= own
