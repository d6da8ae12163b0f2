"""Live hints: which topics have changed, told by NOTIFY to the processes that have pages open.

They are read off the journal, so nothing is written for them. A hint may be lost with the process that would have told it; who
starts therefore tells everybody to look again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection

from xiuhao.kernel import rulebook
from xiuhao.kernel.words import _

LIVE = rulebook.bind("JD-4.3", "kernel", _("新单和变动实时出现在各人的队列里"))
EVERYTHING = "*"  # the topic that everybody has subscribed to
PAYLOAD = 7_900  # bytes; PostgreSQL takes less than 8,000 in one notification
# What this statement sees and the snapshot of the last one did not: every line once, in whatever order transactions end.
_NEW = """
SELECT pg_current_snapshot()::text, array(
  SELECT DISTINCT topic FROM kernel_journal j JOIN kernel_case c ON c.id = j.case_id
  CROSS JOIN LATERAL (VALUES ('case:' || c.id), ('queue:' || c.process), ('account:' || c.owner_id)) AS t (topic)
  WHERE j.txid >= pg_snapshot_xmin(%s::pg_snapshot)::text::bigint AND topic IS NOT NULL
    AND NOT pg_visible_in_snapshot(j.txid::text::xid8, %s::pg_snapshot))
"""


class Hints:
    """Tells of what was committed between two rounds."""

    def __init__(self) -> None:
        self.seen = ""

    def round(self) -> int:
        """Tell the topics of the lines that are new since the last round; how many topics. One statement where nothing is new."""
        with connection.cursor() as cursor:  # not prepared: its plan stands and falls with how old the snapshot is
            if not self.seen:
                cursor.execute("SELECT pg_current_snapshot()::text, ARRAY[%s]", [EVERYTHING])
            else:
                cursor.execute(_NEW, [self.seen, self.seen])
            self.seen, topics = cursor.fetchone()
        if topics and not LIVE.active:
            topics = [topic for topic in topics if not topic.startswith("queue:")]
        hint(topics)
        return len(topics)


def hint(topics: Iterable[str]) -> None:
    """Tell the live updates which topics changed: one NOTIFY, split where it grows too long. Sent with the commit."""
    parts: list[list[str]] = [[]]
    size = 2
    for topic in sorted(set(topics)):
        wide = len(json.dumps(topic)) + 2
        if size + wide > PAYLOAD:
            parts.append([])
            size = 2
        parts[-1].append(topic)
        size += wide
    with connection.cursor() as cursor:
        for part in filter(None, parts):
            cursor.execute("SELECT pg_notify('live', %s)", [json.dumps(part)])
