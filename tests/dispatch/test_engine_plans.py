"""The optimiser against all plans there are, its checker against plans that are wrong, and the same plan from the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.dispatch import days
from xiuhao.dispatch import engine
from xiuhao.dispatch.engine import HIGH, VIP, Engineer, Job, Plan, Problem, Stop, Terms
from xiuhao.dispatch.engine.arrays import day
from xiuhao.dispatch.engine.native import BIG
from xiuhao.dispatch.engine.timetable import timetable

HOUR = days.HOUR
SECONDS = 60.0  # more than a machine under load needs for the iterations; they bind


def city(jobs: int = 60, people: int = 8, seed: int = 3) -> Problem:
    """A day large enough for a search to matter."""
    chance = np.random.default_rng(seed)
    at = chance.uniform(0, 20, (jobs + people + 1, 2))
    travel = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2)) * 120
    skills = ("a", "b", "c")
    wanted = tuple(
        Job(
            f"j{n}", n, float(chance.choice((1_200, 1_800, 3_600))), float(chance.choice((8, 9, 13))) * HOUR, 18 * HOUR,
            due=float(chance.choice((10, 14, 40))) * HOUR, priority=int(chance.integers(0, 4)), skills={str(chance.choice(skills)): 1},
            parts={"p": 1.0} if n % 3 == 0 else {},
        )
        for n in range(jobs)
    )  # fmt: skip
    hands = tuple(
        Engineer(
            f"e{n}", jobs + n, 8 * HOUR, 17 * HOUR, lunch=HOUR, lunch_opens=11 * HOUR, lunch_closes=13 * HOUR,
            skills={skills[n % 3]: 2, skills[(n + 1) % 3]: 1}, stock={"p": 1.0}, store=jobs + people,
        )
        for n in range(people)
    )  # fmt: skip
    return Problem(wanted, hands, travel)


@settings(max_examples=25, deadline=None)
@given(problem=days.problems())
def test_on_small_days_the_search_finds_the_best_plan_of_all(problem: Problem) -> None:
    plan = engine.solve(problem, seconds=SECONDS, iterations=600)
    assert engine.check(problem, plan) == []
    assert plan.cost == pytest.approx(days.best(problem), abs=1e-3)
    assert all(left.reasons for left in plan.left), "a job left out has a reason"


@settings(max_examples=10, deadline=None)
@given(problem=days.problems(compact=True))
def test_a_compact_day_is_as_short_as_any(problem: Problem) -> None:
    plan = engine.solve(problem, seconds=SECONDS, iterations=600)
    assert engine.check(problem, plan) == []
    assert plan.cost == pytest.approx(days.best(problem), abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(problem=days.problems(most=6))
def test_every_backend_keeps_every_hard_rule(problem: Problem) -> None:
    for backend in engine.BACKENDS:
        plan = engine.solve(problem, backend, seconds=SECONDS, iterations=100)
        assert engine.check(problem, plan) == [], backend
        assert engine.score(problem, plan).total == pytest.approx(plan.cost)
        assert Plan.from_json(plan.to_json()) == plan
    again = Problem.from_json(problem.to_json())
    assert again.jobs == problem.jobs and again.engineers == problem.engineers and (again.travel == problem.travel).all()


@settings(max_examples=30, deadline=None)
@given(problem=days.problems(most=6))
def test_the_arrays_forbid_what_the_rules_forbid(problem: Problem) -> None:
    forbidden = day(problem).affinity >= BIG
    for j, job in enumerate(problem.jobs):
        for e, engineer in enumerate(problem.engineers):
            assert forbidden[j, e] == bool(engine.failing(problem, job, engineer))


def test_the_same_seed_gives_the_same_plan_and_the_search_betters_the_hand() -> None:
    problem = city()
    one, other = (engine.solve(problem, seconds=SECONDS, iterations=2_000, seed=7) for _ in range(2))
    assert (one.routes, one.left, one.cost) == (other.routes, other.left, other.cost) and not one.cut
    hand = engine.solve(problem, "greedy")
    assert engine.check(problem, hand) == []
    assert one.cost < 0.7 * hand.cost
    assert engine.solve(problem, seconds=SECONDS, iterations=2_000, seed=8).routes != one.routes


def test_a_search_tells_how_far_it_is_and_can_be_stopped() -> None:
    problem, told = city(), []

    def progress(share: float, cost: float, make: object) -> bool:
        told.append((share, cost, make))
        return len(told) == 3

    plan = engine.solve(problem, seconds=SECONDS, iterations=100_000, progress=progress)
    assert len(told) == 3 and plan.iterations < 100_000
    assert [share for share, _cost, _make in told] == sorted(share for share, _cost, _make in told)
    assert engine.check(problem, told[-1][2]()) == []  # type: ignore[operator]
    cut = engine.solve(problem, seconds=0.01, iterations=100_000)
    assert cut.cut and engine.check(problem, cut) == []


def sound() -> tuple[Problem, Plan]:
    problem = city()
    plan = engine.solve(problem, seconds=SECONDS, iterations=300)
    assert engine.check(problem, plan) == []
    return problem, plan


def test_the_checker_sees_what_is_wrong_with_a_plan() -> None:
    problem, plan = sound()
    n, route = next((n, r) for n, r in enumerate(plan.routes) if len(r.jobs) > 2 and any(stop.kind == "lunch" for stop in r.stops))

    def having(stops: list[Stop]) -> list[str]:
        routes = (*plan.routes[:n], replace(route, stops=tuple(stops)), *plan.routes[n + 1 :])
        return engine.check(problem, replace(plan, routes=routes))

    stops = list(route.stops)
    first = next(i for i, stop in enumerate(stops) if stop.kind == "job")
    earlier = replace(stops[first], start=stops[first].start - 7_200, end=stops[first].end - 7_200, arrive=stops[first].arrive - 7_200)
    assert any("sooner" in word for word in having([*stops[:first], earlier, *stops[first + 1 :]]))
    shorter = replace(stops[first], end=stops[first].end - 600)
    assert any("lasts otherwise" in word for word in having([*stops[:first], shorter, *stops[first + 1 :]]))
    assert any("no lunch" in word for word in having([stop for stop in stops if stop.kind != "lunch"]))
    assert any("told 0 times" in word for word in having([*stops[:first], *stops[first + 1 :]]))
    assert any("told 2 times" in word for word in having([*stops, stops[first]]))
    assert any("cost" in word for word in engine.check(problem, replace(plan, cost=plan.cost - 1)))


def test_who_is_home_by_lunch_has_none_and_waiting_is_not_rest() -> None:
    early, late = Job("early", 0, 1_800.0, 8 * HOUR, 8.5 * HOUR), Job("late", 0, 1_800.0, 13 * HOUR, 13.5 * HOUR)
    person = Engineer("e", 1, 8 * HOUR, 13 * HOUR, lunch=HOUR, lunch_opens=11.5 * HOUR, lunch_closes=13 * HOUR)
    problem = Problem((early, late), (person,), np.zeros((2, 2)))
    waits, rests = (timetable(problem, [((0, 1), leg)]) for leg in (-1, 1))
    assert engine.check(problem, waits) == [] and rests.cost < waits.cost
    assert any("a lunch that the shift does not have" in word for word in engine.check(problem, rests))
    longer = replace(problem, engineers=(replace(person, end=14 * HOUR),))
    assert engine.check(longer, timetable(longer, [((0, 1), 1)])) == []


def test_lunch_gives_way_where_another_hour_of_it_makes_room_for_a_job() -> None:
    """Both jobs need what lies at the store, and the second fits between store and first only if lunch is taken elsewhere."""
    travel = np.array([[0, 2100, 3189, 3300], [2100, 0, 2121, 1200], [3189, 2121, 0, 2285], [3300, 1200, 2285, 0]], dtype=float)
    fixed = Job("fixed", 0, 1_440.0, 13 * HOUR, 13.5 * HOUR, priority=HIGH, parts={"p": 1.0})
    free = Job("free", 1, 1_440.0, 8 * HOUR, 14 * HOUR, parts={"p": 1.0})
    person = Engineer("e", 2, 9 * HOUR, 17 * HOUR, lunch=HOUR, lunch_opens=11.5 * HOUR, lunch_closes=13 * HOUR, store=3)
    problem = Problem((fixed, free), (person,), travel, Terms(compact=True, waiting=1.0))
    for seed in range(5):
        plan = engine.solve(problem, seconds=SECONDS, iterations=600, seed=seed)
        assert plan.left == () and plan.cost == pytest.approx(days.best(problem), abs=1e-3)


def test_the_checker_knows_every_rule_of_who_may_do_what() -> None:
    problem, plan = sound()
    route = next(r for r in plan.routes if r.jobs)
    job, person = problem.jobs[problem.job_index[route.jobs[0]]], problem.engineers[problem.engineer_index[route.engineer]]
    skill = next(iter(job.skills))
    for changed in (
        replace(job, skills={"unheard": 1}), replace(job, skills={skill: 9}), replace(job, banned=(person.key,)),
        replace(job, pinned="somebody"), replace(job, opens=0.0, closes=1.0), replace(job, parts={"none": 1.0}),
        replace(job, work=job.work + 60),
    ):  # fmt: skip
        other = problem.changed(jobs={job.key: changed}, engineers={person.key: replace(person, shelf=("p",))})
        assert any(job.key in word for word in engine.check(other, plan)), changed
    for changed_person in (
        replace(person, expired=(skill,)), replace(person, end=person.start, overtime=0.0),
        replace(person, lunch_closes=person.lunch_opens - 60),
    ):  # fmt: skip
        assert engine.check(problem.changed(engineers={person.key: changed_person}), plan)


def test_what_is_frozen_stays_and_little_else_moves() -> None:
    problem, plan = sound()
    now = 11 * HOUR
    today = engine.frozen_until(problem, plan, now + 1_800, now)
    assert today.frozen
    again = engine.solve(today, seconds=SECONDS, iterations=1_000, start=plan)
    assert engine.check(today, again) == []
    for engineer in today.engineers:
        kept = again.route(engineer.key)
        assert kept is not None and kept.stops[: len(engineer.frozen)] == engineer.frozen
    open_jobs = [key for key in plan.places if key not in today.frozen]
    moved = [key for key in open_jobs if key in again.places and again.places[key][0] != plan.places[key][0]]
    assert len(moved) <= len(open_jobs) * 0.3
    first = min(
        (stop.start - stop.travel for r in again.routes for stop in r.stops if stop.job and stop.job not in today.frozen), default=now
    )
    assert first >= now - 1


def test_a_problem_that_cannot_be_is_refused() -> None:
    travel = np.zeros((1, 1))
    one = Job("a", 0, HOUR)
    with pytest.raises(ValueError, match="twice"):
        Problem((one, one), (), travel)
    with pytest.raises(ValueError, match="place"):
        Problem((replace(one, place=3),), (), travel)
    with pytest.raises(ValueError, match="matrix"):
        Problem((), (), np.array([[np.nan]]))
    with pytest.raises(ValueError, match="compact"):
        Problem((replace(one, due=HOUR),), (), travel, Terms(compact=True))
    with pytest.raises(ValueError, match="unknown backend"):
        engine.solve(Problem((one,), (), travel), "abacus")
    empty = engine.solve(Problem((one,), (), travel), seconds=0.1)
    assert empty.left[0].job == "a" and engine.check(Problem((one,), (), travel), empty) == []


def test_a_pinned_job_and_a_vips_are_served_before_others() -> None:
    travel = np.array([[0.0, 600.0], [600.0, 0.0]])
    person = Engineer("e", 0, 8 * HOUR, 12 * HOUR, overtime=0.0)
    jobs = tuple(Job(f"j{n}", 1, 3 * HOUR, priority=HIGH) for n in range(2))
    vip = engine.solve(Problem((*jobs, Job("vip", 1, 3 * HOUR, priority=VIP)), (person,), travel), seconds=SECONDS, iterations=50)
    assert list(vip.places) == ["vip"]
    pinned = Problem((*jobs, Job("vip", 1, 3 * HOUR, priority=VIP), Job("mine", 1, 3 * HOUR, pinned="e")), (person,), travel)
    plan = engine.solve(pinned, seconds=SECONDS, iterations=50)
    assert list(plan.places) == ["mine"]
    assert {left.reasons[0].rule for left in plan.left} <= {"shift", "full"}
