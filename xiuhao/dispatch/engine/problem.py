"""A day to be planned: jobs, engineers, travel, and what things cost. Plain data, in and out as JSON.

Moments and lengths are seconds (from the day's midnight, fractions allowed); costs are equivalent minutes of travel. `travel[a, b]` are the
seconds from place a to place b; a place is a row of that matrix. An engineer whose day has begun brings what is `frozen`: the stops that
are done or may not move any more; the rest of the plan starts where and when the last of them ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from xiuhao.dispatch.engine.plan import Plan

DAY = 86_400.0
LOW, NORMAL, HIGH, VIP = range(4)


@dataclass(frozen=True)
class Stop:
    """One thing that an engineer does. `kind` is job, lunch or store; `travel` are the seconds of the way to it (none to lunch)."""

    kind: str
    start: float
    end: float
    job: str = ""
    arrive: float = 0.0
    travel: float = 0.0


@dataclass(frozen=True)
class Job:
    """One visit. It starts within `opens` … `closes` (promised to the customer, hard), better not after `due` (the service level, soft).

    `work` is its length for an engineer of speed 1. `skills` maps what is needed to its level. `parts` are used up,
    `tools` are not. `pinned` may only go to that engineer; `assigned` has it in the published plan (`soon`: within 24 h);
    `preferred` have served this customer before (`personal`: a contract says so).
    """

    key: str
    place: int
    work: float
    opens: float = 0.0
    closes: float = DAY
    due: float | None = None
    priority: int = NORMAL
    skills: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    area: str = ""
    preferred: tuple[str, ...] = ()
    personal: bool = False
    banned: tuple[str, ...] = ()
    pinned: str = ""
    assigned: str = ""
    soon: bool = False


@dataclass(frozen=True)
class Engineer:
    """Who works, from `home` and back, `start` … `end` and at most `overtime` longer.

    `lunch` seconds are taken at some moment that begins within `lunch_opens` … `lunch_closes`, wherever that is, if the shift goes on
    after it. `speed` divides the work of a job. `expired` are skills whose certificate does not hold that day. On the van are `tools`
    and `stock`; at `store` (a place) they may stop once, for `picking` seconds, and have what lies on its `shelf` (None: everything)
    from then on.
    """

    key: str
    home: int
    start: float
    end: float
    overtime: float = 3_600.0
    lunch: float = 0.0
    lunch_opens: float = 0.0
    lunch_closes: float = DAY
    skills: Mapping[str, int] = field(default_factory=dict)
    expired: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    stock: Mapping[str, float] = field(default_factory=dict)
    store: int | None = None
    shelf: tuple[str, ...] | None = None
    picking: float = 0.0
    banned_areas: tuple[str, ...] = ()
    speed: float = 1.0
    frozen: tuple[Stop, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What things cost, in equivalent minutes of travel; by priority from low to VIP where there are four.

    `compact`: a day is as short as its windows allow, even if something starts later for it (only where nothing is due).
    `fairness` is multiplied by the square of the hours that somebody is busy.
    """

    unserved: tuple[float, ...] = (120.0, 240.0, 600.0, 1_800.0)
    breaking: float = 2.0
    late: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    breach: float = 120.0
    travel: float = 1.0
    waiting: float = 0.2
    overtime: float = 2.0
    stranger: float = 15.0
    stranger_personal: float = 60.0
    overqualified: float = 2.0
    changed: float = 15.0
    changed_soon: float = 60.0
    pinned: float = 6_000.0
    fairness: float = 0.0
    compact: bool = False


@dataclass(frozen=True, eq=False)
class Problem:
    """A day to be planned. A job whose `due` is not after `horizon` breaks its service level if it is not served that day."""

    jobs: tuple[Job, ...]
    engineers: tuple[Engineer, ...]
    travel: npt.NDArray[np.float64]
    terms: Terms = field(default_factory=Terms)
    horizon: float = DAY

    def __post_init__(self) -> None:
        """Raises ValueError for what no plan could be made of."""
        import numpy as np  # here, so that the plain data load nothing heavy

        size = len(self.travel)
        if self.travel.shape != (size, size) or not np.isfinite(self.travel).all() or (size and self.travel.min() < 0):
            raise ValueError("travel: a square matrix of finite seconds is wanted")
        places = [job.place for job in self.jobs] + [p for e in self.engineers for p in (e.home, e.store) if p is not None]
        if places and not 0 <= min(places) <= max(places) < size:
            raise ValueError("place: outside of the travel matrix")
        for name, keys in (("job", [j.key for j in self.jobs]), ("engineer", [e.key for e in self.engineers])):
            if len(set(keys)) < len(keys):
                raise ValueError(f"{name}: a key is there twice")
        if self.terms.compact and any(job.due is not None for job in self.jobs):
            raise ValueError("compact: not where something is due")

    @cached_property
    def job_index(self) -> dict[str, int]:
        """Key of a job → its place in `jobs`."""
        return {job.key: n for n, job in enumerate(self.jobs)}

    @cached_property
    def engineer_index(self) -> dict[str, int]:
        """Key of an engineer → the place in `engineers`."""
        return {engineer.key: n for n, engineer in enumerate(self.engineers)}

    @cached_property
    def frozen(self) -> frozenset[str]:
        """Keys of the jobs that may not move any more."""
        return frozenset(stop.job for engineer in self.engineers for stop in engineer.frozen if stop.job)

    def penalty(self, job: Job) -> float:
        """What it costs not to serve a job this day."""
        terms = self.terms
        doubled = terms.breaking if job.due is not None and job.due <= self.horizon else 1.0
        return terms.unserved[job.priority] * doubled + (terms.pinned if job.pinned else 0.0)

    def with_job(self, job: Job, out: npt.ArrayLike, back: npt.ArrayLike) -> Problem:
        """The same day with one job more at a new place: `out` seconds from it to every place known, `back` from each of them to it."""
        import numpy as np

        size = len(self.travel)
        travel = np.zeros((size + 1, size + 1))
        travel[:size, :size] = self.travel
        travel[size, :size], travel[:size, size] = out, back
        return replace(self, jobs=(*self.jobs, replace(job, place=size)), travel=travel)

    def changed(self, *, jobs: Mapping[str, Job] | None = None, engineers: Mapping[str, Engineer] | None = None) -> Problem:
        """What if: the same day with some jobs or engineers otherwise."""
        new, others = jobs or {}, engineers or {}
        return replace(
            self,
            jobs=tuple(new.get(job.key, job) for job in self.jobs),
            engineers=tuple(others.get(engineer.key, engineer) for engineer in self.engineers),
        )

    def to_json(self) -> str:
        """The problem as JSON text."""
        return json.dumps(
            {
                "jobs": [_lean(job) for job in self.jobs],
                "engineers": [_lean(engineer) for engineer in self.engineers],
                "travel": self.travel.tolist(),
                "terms": asdict(self.terms),
                "horizon": self.horizon,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Problem:
        """The problem that JSON text tells of; ValueError or TypeError if it does not."""
        import numpy as np

        told = json.loads(text)
        terms: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.get("terms", {}).items()}
        return cls(
            jobs=tuple(Job(**_tuples(one)) for one in told["jobs"]),
            engineers=tuple(Engineer(**_tuples(one)) for one in told["engineers"]),
            travel=np.asarray(told["travel"], dtype=np.float64),
            terms=Terms(**terms),
            horizon=told.get("horizon", DAY),
        )


def frozen_until(problem: Problem, plan: Plan, until: float, now: float) -> Problem:
    """The same day from `now` on: what begins (travel included) before `until` is frozen, the rest is somebody's already (`assigned`).

    Nobody starts anything new before `now`.
    """
    at = {stop.job: (route.engineer, stop) for route in plan.routes for stop in route.stops if stop.job}
    engineers = []
    for engineer in problem.engineers:
        route = plan.route(engineer.key)
        begun = [stop for stop in route.stops if stop.start - stop.travel < until] if route else []
        engineers.append(replace(engineer, frozen=tuple(begun), start=max(engineer.start, now)))
    jobs = tuple(replace(job, assigned=at[job.key][0] if job.key in at else job.assigned) for job in problem.jobs)
    return replace(problem, jobs=jobs, engineers=tuple(engineers))


def _lean(one: Job | Engineer) -> dict[str, Any]:
    """Its fields as JSON has them, without those that are as by default."""
    plain = asdict(one)
    found = {f.name: plain[f.name] for f in fields(one)}
    needed: tuple[str, ...] = ("place", "work") if isinstance(one, Job) else ("home", "start", "end")
    zeros: dict[str, Any] = dict.fromkeys(needed, 0)
    blank = type(one)(key="", **zeros)
    return {name: value for name, value in found.items() if name in ("key", *needed) or value != getattr(blank, name)}


def _tuples(one: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
    if "frozen" in found:
        found["frozen"] = tuple(Stop(**stop) for stop in found["frozen"])
    return found
