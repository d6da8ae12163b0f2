"""How far a reader of an append-only table may go without missing a transaction that ends late."""

from __future__ import annotations

# A number that every transaction of this database with a lower id has ended below: rows with a lower `txid` are all there for the
# NEXT statement to see. The oldest transaction of the whole server would do as well, but another database's long work would then
# hold us back; so the transactions at work are asked for, those of this database only. Their ids have 32 bits, ours 64.
ENDED = """
(SELECT least(s.top, coalesce((
    SELECT min(CASE WHEN x.low <= (s.top & 4294967295) THEN (s.top & ~4294967295) + x.low
                    ELSE (s.top & ~4294967295) - 4294967296 + x.low END)
    FROM (SELECT backend_xid::text::bigint AS low FROM pg_stat_activity
          WHERE datname = current_database() AND backend_xid IS NOT NULL) x), s.top))
 FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS top) s)
"""
