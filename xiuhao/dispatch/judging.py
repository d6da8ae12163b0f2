"""What is wrong with somebody's day, in words: who may not do a job, what overlaps, what comes too late.

This looks at the plan as it stands and at a move before it is made. What stops a move (`HARD`) is refused with its sentence; the rest
is shown in red on the board, and who plans decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiuhao.dispatch import travel
from xiuhao.dispatch.situation import DONE, MOVABLE, Job, Situation
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as lazy
from xiuhao.roster.queries import Duty

HARD = frozenset({"absent", "unskilled"})
SLACK = 5  # minutes by which an arrival may differ before anybody is told


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a job where it stands; its words are made when they are read."""

    code: str
    text: str
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """In the language of the moment."""
        return str(self.text).format(**self.given)

    @property
    def hard(self) -> bool:
        return self.code in HARD


@dataclass(frozen=True)
class Stop:
    """A job on somebody's way: `travel` is seconds from where they were before, `wrongs` what is wrong with it there."""

    job: Job
    travel: int
    wrongs: tuple[Wrong, ...]


@dataclass(frozen=True)
class Row:
    """Somebody's day: the stops in order, minutes of work, seconds on the road (home included), minutes of the shift."""

    account: int
    stops: tuple[Stop, ...]
    work: int
    travel: int
    shift: int

    @property
    def load(self) -> int:
        """Per cent of the shift that is work and travel; over a hundred is too much."""
        return round(100 * (self.work + self.travel / 60) / self.shift) if self.shift else (100 if self.stops else 0)

    @property
    def done(self) -> int:
        return sum(stop.job.state in DONE for stop in self.stops)


def rows(day: Situation, accounts: Iterable[int] | None = None) -> dict[int, Row]:
    """The days of these engineers (all), looked at. The ways of all are estimated in one go."""
    wanted = {account: day.rows.get(account, []) for account in (day.rows if accounts is None else accounts)}
    pairs: list[tuple[travel.Place, travel.Place]] = []
    spans: dict[int, tuple[int, int]] = {}
    for account, jobs in wanted.items():
        spots = [day.home(account), *(day.spot(job) for job in jobs), day.home(account)]
        known = [spot for spot in spots if spot]
        legs = list(pairwise(known)) if len(known) == len(spots) and jobs else []
        spans[account] = (len(pairs), len(legs))
        pairs += legs
    ways = travel.legs(pairs)
    return {a: _row(day, a, jobs, ways[spans[a][0] : sum(spans[a])]) for a, jobs in wanted.items()}


def _row(day: Situation, account: int, jobs: Sequence[Job], ways: Sequence[int]) -> Row:
    ways = ways or [0] * (len(jobs) + 1)
    stops, free = [], None
    for job, way in zip(jobs, ways, strict=False):
        stops.append(Stop(job, way, tuple(_wrongs(day, account, job, way, free))))
        free = max(filter(None, (free, job.ends)), default=None)
    duty = day.duties.get(account)
    shift = round((duty.end - duty.start).total_seconds() / 60) if duty else 0
    return Row(account, tuple(stops), sum(job.minutes for job in jobs), sum(ways) if jobs else 0, shift)


def _wrongs(day: Situation, account: int, job: Job, way: int, free: datetime | None) -> Iterable[Wrong]:
    """What is wrong with a job at its time; a finished one is past helping."""
    if job.state in DONE or job.start is None or job.ends is None:
        return
    duty = day.duties.get(account)
    start, end = job.begins or job.start, job.ends
    if duty is None:
        yield Wrong("absent", lazy("当天不在岗"))
        return
    if words := _unskilled(duty, job):
        yield Wrong("unskilled", words)
    if free is not None and start < free:
        yield Wrong("overlap", lazy("与上一单重叠 {n} 分钟"), {"n": _whole(free - start)})
    elif free is not None and start < free + timedelta(seconds=way) - timedelta(minutes=SLACK):
        yield Wrong("rushed", lazy("路上来不及，差 {n} 分钟"), {"n": _whole(free + timedelta(seconds=way) - start)})
    if start < duty.start:
        yield Wrong("early", lazy("早于上班 {at}"), {"at": _clock(day, duty.start)})
    if end > duty.end:
        yield Wrong("overtime", lazy("超过下班 {n} 分钟"), {"n": _whole(end - duty.end)})
    first, last = job.window
    if last is not None and start > last:
        yield Wrong("window", lazy("晚于约定时段 {n} 分钟"), {"n": _whole(start - last)})
    if first is not None and start < first:
        yield Wrong("window", lazy("早于约定时段 {n} 分钟"), {"n": _whole(first - start)})
    if job.state in MOVABLE and start < now() - timedelta(minutes=SLACK):
        yield Wrong("past", lazy("计划时间已过 {n} 分钟"), {"n": _whole(now() - start)})
    if job.due is not None and start > job.due:
        yield Wrong("late", lazy("超出时限 {n} 分钟"), {"n": _whole(start - job.due)})


def _unskilled(duty: Duty, job: Job) -> str:
    """Why somebody may not do this work, "" if they may."""
    need, held = max(1, job.level), duty.skills.get(job.skill, 0)
    if not job.skill or (held >= need and job.skill not in duty.expired):
        return ""
    if not held:
        return _("没有这项技能")
    if job.skill in duty.expired:
        return _("没有有效证书")
    return _("技能不够：需要 {need} 级，有 {held} 级").format(need=need, held=held)


def effect(before: Mapping[int, Row], after: Mapping[int, Row], moved: Job) -> list[str]:
    """What a move means, in a few sentences: the road, the deadline, whom it pushes."""
    road = round((sum(row.travel for row in after.values()) - sum(row.travel for row in before.values())) / 60)
    found = [_("路程多 {n} 分钟").format(n=road)] if road > 0 else [_("路程少 {n} 分钟").format(n=-road)] if road < 0 else []
    old = {(stop.job.pk, wrong.code) for row in before.values() for stop in row.stops for wrong in stop.wrongs}
    for row in after.values():
        for stop in row.stops:
            for wrong in stop.wrongs:
                if stop.job.pk == moved.pk:
                    found.append(wrong.words)
                elif (stop.job.pk, wrong.code) not in old:
                    found.append(_("{number} {words}").format(number=stop.job.number, words=wrong.words))
    if moved.due and moved.start and moved.engineer is not None and moved.start <= moved.due:
        found.append(_("时限前 {span}").format(span=_span(moved.due - moved.start)))
    return found


def _span(span: timedelta) -> str:
    minutes = _whole(span)
    if minutes >= 2 * 24 * 60:
        return ngettext("{n} 天", "{n} 天", minutes // (24 * 60)).format(n=minutes // (24 * 60))
    if minutes >= 120:
        return ngettext("{n} 小时", "{n} 小时", minutes // 60).format(n=minutes // 60)
    return ngettext("{n} 分钟", "{n} 分钟", minutes).format(n=minutes)


def _whole(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))


def _clock(day: Situation, at: datetime) -> str:
    return f"{at.astimezone(day.zone):%H:%M}"


def said(wrongs: Iterable[Wrong]) -> str:
    """All of them in one line."""
    return _("；").join(wrong.words for wrong in wrongs)


def blocked(wrongs: Iterable[Wrong]) -> dict[str, Any] | None:
    """The parameters of a refusal, if one of them stops a move."""
    stopped = [wrong for wrong in wrongs if wrong.hard]
    return {"why": said(stopped)} if stopped else None
