"""The first statement of a transaction: the moment, the edition of the rules, ids for what is born, and keys seen before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from xiuhao.kernel import calendars, kept, numbering, policy, time
from xiuhao.kernel.models import Journal
from xiuhao.kernel.process import Series

_OPEN = """
SELECT clock_timestamp(),
  (SELECT coalesce(jsonb_object_agg(name, edition), '{}') FROM kernel_stamp),
  array(SELECT nextval(pg_get_serial_sequence('kernel_case', 'id')) FROM generate_series(1, %s)),
  array(SELECT nextval('kernel_case_serial') FROM generate_series(1, %s)),
  array(SELECT id FROM kernel_journal WHERE key = ANY(%s))
"""


@dataclass(frozen=True)
class Birth:
    """The id and number of a case to be born; the number of a gapless series is taken at the very end instead."""

    id: int
    number: str


@dataclass
class Opened:
    """`at` is the transaction's moment; `lines` are those that keys of this call have already written."""

    at: datetime
    edition: dict[str, int]
    births: list[Birth]
    lines: dict[UUID | None, Journal]


def open_moment(births: int, keys: Sequence[UUID], series: Series) -> Opened:
    """One statement (two if a key was seen before). The policies and calendars kept in this process are refreshed if they moved.

    The moment is the present, or the simulated one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [births, 0 if series.gapless else births, list(keys)])
        at, editions, ids, serials, seen = cursor.fetchone()
    edition: dict[str, int] = json.loads(editions)  # Django's connections leave jsonb as text
    kept.seen(edition)
    policy.refresh(edition.get("policy", 0))
    calendars.refresh(edition.get("calendar", 0))
    if time.is_simulated():
        at = time.now()
    numbers = numbering.numbers(series, serials, at) if serials else [""] * births
    lines = {line.key: line for line in Journal.objects.filter(pk__in=seen)} if seen else {}
    return Opened(at, edition, [Birth(*pair) for pair in zip(ids, numbers, strict=True)][::-1], lines)
