"""How far a reader of an append-only table may go without missing a transaction that ends late."""

from __future__ import annotations

# An id of 32 bits as the one of 64 bits that lies nearest to `s.top`. An id a little above it is of a transaction that began while
# this statement was already running, not of one four billion transactions ago.
NEAREST = "(s.top - 2147483648 + mod(x.low - (s.top & 4294967295) + 6442450944, 4294967296))"

# A number that every transaction of this database with a lower id has ended below: rows with a lower `txid` are all there for the
# NEXT statement to see. The oldest transaction of the whole server would do as well, but another database's long work would then
# hold us back; so the transactions at work are asked for, those of this database only. Their ids have 32 bits, ours 64.
ENDED = f"""
(SELECT least(s.top, coalesce((
    SELECT min({NEAREST})
    FROM (SELECT backend_xid::text::bigint AS low FROM pg_stat_activity
          WHERE datname = current_database() AND backend_xid IS NOT NULL) x), s.top))
 FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS top) s)
"""  # noqa: S608  # made of our own constant
