"""The first statement of a transaction: the moment, the edition of the rules, ids for what is born, and keys seen before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiuhao.kernel import calendars, kept, numbering, policy, time
from xiuhao.kernel.models import Journal
from xiuhao.kernel.process import Series
from xiuhao.kernel.rows import many, prepared

_OPEN = """
SELECT clock_timestamp(),
  (SELECT coalesce(jsonb_object_agg(name, edition), '{}') FROM kernel_stamp),
  array(SELECT nextval('kernel_case_id_seq') FROM generate_series(1, %s::integer)),
  array(SELECT nextval('kernel_case_serial') FROM generate_series(1, %s::integer)),
  array(SELECT nextval('kernel_journal_id_seq') FROM generate_series(1, %s::integer)),
  array(SELECT id FROM kernel_journal WHERE key = ANY(%s::uuid[]))
"""
_LINES = "SELECT nextval('kernel_journal_id_seq') FROM generate_series(1, %s::integer)"


@dataclass(frozen=True)
class Birth:
    """The id and number of a case to be born; the number of a gapless series is taken at the very end instead."""

    id: int
    number: str


@dataclass
class Opened:
    """`at` is the transaction's moment; `lines` are ids for the lines to be written, `known` those that keys of this call have already
    written."""

    at: datetime
    edition: dict[str, int]
    births: list[Birth]
    lines: list[int]
    known: dict[UUID | None, Journal]


def open_moment(births: int = 0, lines: int = 0, keys: Sequence[UUID] = (), series: Series = Series("")) -> Opened:  # noqa: B008  # frozen
    """One statement (two if a key was seen before). The policies and calendars kept in this process are refreshed if they moved.

    The moment is the present, or the simulated one.
    """
    given = [births, 0 if series.gapless else births, lines, many(keys)]
    [(at, editions, ids, serials, free, seen)] = prepared(_OPEN, given)
    edition: dict[str, int] = json.loads(editions)  # Django's connections leave jsonb as text
    taken(edition)
    if time.is_simulated():
        at = time.now()
    else:
        time.prime(at)  # so that the present after this step is never before its moment, however late the reading carried so far came in
    numbers = numbering.numbers(series, serials, at) if serials else [""] * births
    known = {line.key: line for line in Journal.objects.filter(pk__in=seen)} if seen else {}
    return Opened(at, edition, [Birth(*pair) for pair in zip(ids, numbers, strict=True)][::-1], free, known)


def taken(editions: dict[str, int]) -> None:
    """The stamps as they stand: what is kept in this process of an older edition is read again when it is asked for."""
    kept.seen(editions)
    policy.refresh(editions.get("policy", 0))
    calendars.refresh(editions.get("calendar", 0))


def more_lines(count: int) -> list[int]:
    """Ids for further lines, where only the work shows how many there will be. One statement."""
    return [pk for (pk,) in prepared(_LINES, [count])]
