"""When something happened, by a clock that may be wrong: measured back from the moment at which it reached us (O5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

SUSPECT = timedelta(minutes=5)  # from here on a clock's error is shown to people


@dataclass(frozen=True)
class Tick:
    """A moment as a handset knows it: its wall clock, and milliseconds of a counter that only runs forward while `run` lasts (one
    opening of the app)."""

    at: datetime
    count: float
    run: UUID


@dataclass(frozen=True)
class Anchor:
    """Our own time as an answer told it, at a count of the same opening of the app."""

    server: datetime
    count: float


def believed(anchor: Anchor | None, received: datetime, since: datetime) -> Anchor | None:
    """An answer of ours that the handset can have had: not before we knew it (`since`), nor later than now."""
    return anchor if anchor is not None and since <= anchor.server <= received else None


def guessed(done: Tick, sent: Tick, received: datetime, anchor: Anchor | None, since: datetime) -> bool:
    """Whether nothing but the wall clock, which anybody can set, says when it was; or it would have been before we knew the handset."""
    if done.run == sent.run:
        return received - timedelta(milliseconds=max(0.0, sent.count - done.count)) < since
    return believed(anchor, received, since) is None


def corrected(done: Tick, sent: Tick, received: datetime, anchor: Anchor | None = None) -> tuple[datetime, int]:
    """The moment of an action in our time, and by how many seconds its wall clock was ahead then.

    In the opening of the app in which it is sent the counter says how long ago it was, whatever was done to the wall clock in between.
    Else the counter goes from the last answer of ours in its own opening; without one the wall clock is put right by what it is off now.
    Never later than `received`.
    """
    ago = timedelta(milliseconds=max(0.0, sent.count - done.count))
    if done.run == sent.run:
        moment = received - ago
    elif anchor is not None:
        moment = anchor.server + timedelta(milliseconds=max(0.0, done.count - anchor.count))
    else:
        moment = done.at + (received - sent.at)
    moment = min(moment, received)
    return moment, round((done.at - moment).total_seconds())
