"""Who works when, how fast, and what they have to do: work is put into the first gap of somebody's hours that is long enough."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from xiuhao.kernel import calendars
from xiuhao.kernel.time import local, zone

# Hours of the early, the late and the night shift, local, in minutes after midnight.
SHIFTS = (
    ((480, 720), (780, 1020)),
    ((720, 1050), (1110, 1290)),
    ((480, 720), (780, 1020)),
    ((720, 1050), (1110, 1290)),
    ((0, 485), (1285, 1440)),
)
NIGHT = 4  # the place of the night shift, which knows no days off
BACKLOG = 0.12  # share of what is waiting that even an urgent thing waits for
WEEKENDS = 3  # every third of them works on a day off
FASTEST, SLOWEST = 0.8, 1.3  # times what the work takes on average
FAR = 60  # days ahead, at most, that work is looked for a place

DOUBLE = ".more"  # in the log-in of who works as somebody else does, before it

Span = tuple[datetime, datetime]


class Rota:
    """The hours of these people (log-ins in a fixed order) and what is in them already, by log-in."""

    def __init__(self, logins: list[str], busy: dict[str, list[list[float]]] | None = None) -> None:
        place = {login: place for place, login in enumerate(logins)}
        like = {login: login.partition(DOUBLE)[0] for login in logins}
        self.place = {login: place.get(like[login], place[login]) for login in logins}
        self.speed = {login: Random(like[login]).uniform(FASTEST, SLOWEST) for login in logins}
        self.busy = busy or {}
        self._spans: dict[tuple[str, date], tuple[Span, ...]] = {}

    def spans(self, login: str, day: date) -> tuple[Span, ...]:
        """The hours of somebody on a day; none where they are off."""
        key = login, day
        if key not in self._spans:
            place = self.place.get(login, 0)
            shift = place % len(SHIFTS)
            on = shift == NIGHT or calendars.is_workday(day) or (place + day.toordinal()) % WEEKENDS == 0
            hours = SHIFTS[shift] if on else ()
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone())
            self._spans[key] = tuple((midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in hours)
        return self._spans[key]

    def on(self, login: str, at: datetime) -> bool:
        """Whether somebody is at work."""
        return any(begin <= at < end for begin, end in self.spans(login, local(at).date()))

    def idle(self, login: str, at: datetime) -> bool:
        """Whether somebody is at work and not occupied: who takes a call."""
        stamp = at.timestamp()
        return self.on(login, at) and not any(begin <= stamp < end for begin, end in self.busy.get(login, ()))

    def book(self, login: str, at: datetime, minutes: float) -> datetime:
        """Put so much work (minutes of an average person) into the first gap from `at` on; when it is done."""
        length = minutes * self.speed.get(login, 1.0) * 60
        begin = next(self._gaps(login, at, length), at.timestamp())
        insort(self.busy.setdefault(login, []), [begin, begin + length])
        return at + timedelta(seconds=begin + length - at.timestamp())

    def squeeze(self, login: str, at: datetime, minutes: float) -> datetime:
        """Do something urgent before what is planned: when it is done. The time is missing later, and who has much to do comes later."""
        self.book(login, at, minutes)
        begin = next(
            (
                max(at, since)
                for day in range(FAR)
                for since, until in self.spans(login, local(at).date() + timedelta(days=day))
                if until > at
            ),
            at,
        )
        stamp = begin.timestamp()
        waiting = sum(
            min(until, stamp + 28_800) - max(since, stamp) for since, until in self.busy[login] if stamp < until and since < stamp + 28_800
        )
        return begin + timedelta(minutes=minutes * self.speed.get(login, 1.0), seconds=BACKLOG * max(0.0, waiting))

    def _gaps(self, login: str, at: datetime, length: float) -> Iterator[float]:
        """Where so many seconds of work fit, from early to late."""
        day, taken = local(at).date(), self.busy.get(login, [])
        for _day in range(FAR):
            for begin, end in self.spans(login, day):
                start, last = max(begin, at).timestamp(), end.timestamp()
                for since, until in taken:
                    if until <= start:
                        continue
                    if since >= start + length:
                        break
                    start = until
                if start + length <= last:
                    yield start
            day += timedelta(days=1)

    def forget(self, before: datetime) -> None:
        """Drop what was done before."""
        stamp = before.timestamp()
        self.busy = {login: [one for one in spans if one[1] > stamp] for login, spans in self.busy.items()}
