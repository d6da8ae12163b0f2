"""The board as the page draws it: hours, rows of bars, the list of what waits, the map. Places are minutes; the script makes pixels of
them, since the content policy allows no style in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiuhao.dispatch import drawing, judging
from xiuhao.dispatch.judging import Row, Stop
from xiuhao.dispatch.situation import BEGUN, DONE, Job, Situation
from xiuhao.dispatch.travel import Place
from xiuhao.kernel import registry
from xiuhao.kernel.time import now
from xiuhao.ui.words import exact

OPENS, CLOSES = 7 * 60, 22 * 60  # of the grid, in minutes of the day
SHOWN = 100  # of the list of what waits
COLOURS = 8  # of routes on the map
WIDTH, HEIGHT, MARGIN = 320.0, 320.0, 14.0  # of the map, in its own units

Look = tuple[str, str]  # the tone and the name of a state


@dataclass(frozen=True)
class Bar:
    """A job on the grid: from `at` for `length` minutes, after `stub` minutes on the road."""

    stop: Stop
    at: int
    length: int
    stub: int
    tone: str
    label: str
    time: str

    @property
    def job(self) -> Job:
        return self.stop.job

    @property
    def words(self) -> str:
        """What is wrong with it, in one line."""
        return judging.said(self.stop.wrongs)

    @property
    def look(self) -> str:
        """How it is drawn: done, begun, or still to come."""
        return "done" if self.job.state in DONE else "begun" if self.job.state in BEGUN else "plan"


@dataclass(frozen=True)
class Line:
    """Somebody's row. `off` are [from, length, kind] stretches in which nobody works; `skills` as key:level for the script."""

    account: int
    name: str
    row: Row
    bars: Sequence[Bar]
    off: Sequence[tuple[int, int, str]]
    skills: str
    told: str
    colour: int
    seen: str

    @property
    def wrong(self) -> int:
        return sum(1 for bar in self.bars if bar.stop.wrongs)

    @property
    def track(self) -> SafeString:
        """What stands along the hours."""
        return drawing.track(self.off, self.bars)


def hours() -> list[tuple[int, str]]:
    """(minute, label) of each hour of the grid."""
    return [(minute, f"{minute // 60:02d}:00") for minute in range(OPENS, CLOSES, 60)]


def lines(
    day: Situation, accounts: Sequence[int] | None = None, actual: bool = False, seen: Mapping[int, datetime] | None = None
) -> list[Line]:
    """The rows of these engineers (everybody's), by name. `actual`: where they began and ended, not where they were planned; `seen`: when
    somebody's place was last told."""
    judged = judging.rows(day, accounts)
    states = {state.key: (state.tone, str(state.label)) for state in registry.process("work").states}
    names = _names(day)
    order = {account: n for n, account in enumerate(sorted(day.rows, key=lambda one: (one not in day.duties, names[one], one)))}
    told = {account: _fresh(at) for account, at in (seen or {}).items()}
    return [_line(day, judged[a], states, names, order[a], actual, told.get(a, "")) for a in sorted(judged, key=lambda a: order[a])]


def _names(day: Situation) -> dict[int, str]:
    """Who they are; somebody who has jobs and is not on duty is told by the roster of accounts."""
    from xiuhao.kernel.models import Account

    missing = [account for account in day.rows if account not in day.duties]
    found = dict(Account.objects.filter(pk__in=missing).values_list("pk", "name")) if missing else {}
    return {account: day.duties[account].name if account in day.duties else found.get(account, "") for account in day.rows}


def _line(
    day: Situation,
    row: Row,
    states: Mapping[str, Look],
    names: Mapping[int, str],
    place: int,
    actual: bool,
    seen: str,
) -> Line:
    duty = day.duties.get(row.account)
    held = duty.skills if duty else {}
    told = _("、").join(f"{day.skills.get(key, key)} {level}" for key, level in sorted(held.items(), key=lambda item: -item[1]))
    return Line(
        row.account, names[row.account], row, [_bar(day, stop, states, actual) for stop in row.stops], _off(day, row.account),
        " ".join(f"{key}:{level}" for key, level in held.items() if duty and key not in duty.expired), told, place % COLOURS, seen,
    )  # fmt: skip


def _bar(day: Situation, stop: Stop, states: Mapping[str, Look], actual: bool) -> Bar:
    job = stop.job
    planned = job.start or now()
    start = (job.arrived or planned) if actual else planned
    end = (job.finished or start + timedelta(minutes=job.minutes)) if actual else planned + timedelta(minutes=job.minutes)
    at, until = _within(day.minutes(start)), _within(day.minutes(end))
    stub = min(round(stop.travel / 60), at - OPENS)
    return Bar(stop, at, max(until - at, 10), max(stub, 0), *states[job.state], f"{start.astimezone(day.zone):%H:%M}")


def _within(minute: float) -> int:
    return int(min(max(round(minute), OPENS), CLOSES))


def _off(day: Situation, account: int) -> list[tuple[int, int, str]]:
    """Before and after the shift, and lunch."""
    duty = day.duties.get(account)
    if duty is None:
        return [(OPENS, CLOSES - OPENS, "off")]
    first, last = _within(day.minutes(duty.start)), _within(day.minutes(duty.end))
    found = [(OPENS, first - OPENS, "off"), (last, CLOSES - last, "off")]
    if duty.lunch:
        since, until = (_within(day.minutes(at)) for at in duty.lunch)
        found.append((since, until - since, "lunch"))
    return [(at, length, kind) for at, length, kind in found if length > 0]


def _fresh(at: datetime) -> str:
    """How old the last place of somebody is: known only while on a job."""
    minutes = max(0, round((now() - at).total_seconds() / 60))
    return _("位置 {n} 分钟前").format(n=minutes) if minutes < 180 else ""


def now_at(day: Situation) -> int | None:
    """Where the line of the present stands on this day's grid."""
    minute = day.minutes(now())
    return round(minute) if OPENS <= minute <= CLOSES else None


# The list


@dataclass(frozen=True)
class Wait:
    """A job in the list of what waits: how near its deadline is, and the window that was promised."""

    job: Job
    look: str
    left: str
    due: str
    window: str


def waits(day: Situation, jobs: Sequence[Job]) -> list[Wait]:
    """As the list shows them."""
    return [Wait(job, *_nearness(job), clock(day, job.due), window(day, job)) for job in jobs]


def _nearness(job: Job) -> tuple[str, str]:
    if job.due is None:
        return "", ""
    left = (job.due - now()).total_seconds()
    return ("over" if left < 0 else "near" if left < 7200 else "ok"), (
        _("超时 {left}").format(left=exact(int(left))) if left < 0 else exact(int(left))
    )


def window(day: Situation, job: Job) -> str:
    """The promised window on the station's clock, "" if none was."""
    first, last = job.window
    if first is None or last is None:
        return ""
    there = f"{clock(day, first)}–{last.astimezone(day.zone):%H:%M}"
    return _("约 {window}").format(window=there)


def listed(day: Situation, asked: Mapping[str, str]) -> list[Job]:
    """What waits, narrowed by region, skill, deadline and words; what breaches first stands first."""
    at = now()
    limit = {"over": at, "near": at + timedelta(hours=2), "today": day.moment(24 * 60)}.get(asked.get("limit", ""))
    words = asked.get("q", "").strip().lower()
    return [
        job
        for job in day.waiting
        if (not asked.get("region") or job.region == asked["region"])
        and (not asked.get("skill") or job.skill == asked["skill"])
        and (limit is None or (job.due is not None and job.due <= limit))
        and (not words or words in job.number.lower() or words in job.title.lower())
    ]


def choices(day: Situation) -> dict[str, list[tuple[str, str]]]:
    """What the list can be narrowed by, of what is in it."""
    return {
        "region": [(region, region) for region in sorted({job.region for job in day.waiting if job.region})],
        "skill": [(key, day.skills.get(key, key)) for key in sorted({job.skill for job in day.waiting if job.skill})],
        "limit": [("over", _("已超时")), ("near", _("2 小时内")), ("today", _("今天内"))],
    }


# More than one day


@dataclass(frozen=True)
class Cell:
    """Somebody's day in small: how many jobs, how full, how many with something wrong."""

    day: date
    jobs: int
    load: int
    wrong: int
    absent: bool


def weeks(days: Sequence[Situation]) -> list[tuple[str, list[Cell]]]:
    """Name and days of everybody who works or has a job on one of them."""
    judged = [(day, judging.rows(day), _names(day)) for day in days]
    people: dict[int, str] = {account: name for _day, _rows, names in judged for account, name in names.items()}
    return [
        (name, [_cell(day, rows.get(account), account) for day, rows, _names_ in judged])
        for account, name in sorted(people.items(), key=lambda item: (item[1], item[0]))
    ]


def _cell(day: Situation, row: Row | None, account: int) -> Cell:
    stops = row.stops if row else ()
    wrong = sum(1 for stop in stops if stop.wrongs)
    return Cell(day.day, len(stops), row.load if row else 0, wrong, account not in day.duties)


# The map


@dataclass(frozen=True)
class Spot:
    """A point of the map, in its own units."""

    x: float
    y: float
    number: str
    words: str
    colour: int
    kind: str


def chart(day: Situation, shown: Sequence[Line]) -> dict[str, Any]:
    """Points and ways for an SVG without any map service: equal degrees of longitude and latitude at the middle of the district."""
    spots = [spot for job in day.jobs if (spot := job.place)] + [home for account in day.duties if (home := day.home(account))]
    if not spots:
        return {"spots": [], "ways": []}
    scale = _Scale(spots)
    ways, points = [], []
    for line in shown:
        home = day.home(line.account)
        stops = [(bar, spot) for bar in line.bars if (spot := bar.job.place)]
        if home and stops:
            ways.append((line, " ".join(f"{x:.1f},{y:.1f}" for x, y in (scale(p) for p in (home, *(s for _b, s in stops), home)))))
        if home:
            points.append(scale.spot(home, "", line.name, line.colour, "home"))
        points += [
            scale.spot(spot, bar.job.number, f"{bar.time} {line.name} {bar.job.title}", line.colour, bar.look) for bar, spot in stops
        ]
    points += [scale.spot(job.place, job.number, job.title, 0, "waits") for job in day.waiting[:500] if job.place]
    return {"spots": drawing.points(points), "ways": ways, "width": WIDTH, "height": HEIGHT, "scale": scale.ruler()}


class _Scale:
    """From degrees to the map."""

    def __init__(self, spots: Sequence[Place]) -> None:
        from math import cos, radians

        self.south, self.north = min(lat for lat, _lon in spots), max(lat for lat, _lon in spots)
        self.west, self.east = min(lon for _lat, lon in spots), max(lon for _lat, lon in spots)
        self.narrow = cos(radians((self.south + self.north) / 2))
        wide, high = max((self.east - self.west) * self.narrow, 1e-3), max(self.north - self.south, 1e-3)
        self.unit = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.left = (WIDTH - wide * self.unit) / 2
        self.top = (HEIGHT - high * self.unit) / 2

    def __call__(self, place: Place) -> tuple[float, float]:
        lat, lon = place
        return self.left + (lon - self.west) * self.narrow * self.unit, self.top + (self.north - lat) * self.unit

    def spot(self, place: Place, number: str, words: str, colour: int, kind: str) -> Spot:
        x, y = self(place)
        return Spot(round(x, 1), round(y, 1), number, words, colour, kind)

    def ruler(self) -> tuple[int, float]:
        """(kilometres, length): a round distance that takes about a quarter of the map."""
        per_km = self.unit / 111.2
        km = next((n for n in (1, 2, 5, 10, 20, 50, 100, 200) if n * per_km >= WIDTH / 6), 500)
        return km, round(km * per_km, 1)


def clock(day: Situation, at: datetime | None) -> str:
    """A moment on the station's clock, with the date where it is another."""
    if at is None:
        return ""
    there = at.astimezone(day.zone)
    return f"{there:%H:%M}" if there.date() == day.day else f"{there:%m-%d %H:%M}"
