"""One job while somebody waits: who could have it, which rule stands in the way, who would make way for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from tests.dispatch import days
from tests.dispatch.test_engine_plans import HOUR, SECONDS, city
from xiuhao.dispatch import engine
from xiuhao.dispatch.engine import LOW, VIP, Engineer, Job, Problem


@settings(max_examples=80, deadline=None)
@given(problem=days.problems(most=5))
def test_a_candidate_can_be_taken_at_its_word_and_a_lifted_rule_lets_the_job_in(problem: Problem) -> None:
    plan = engine.solve(problem, seconds=SECONDS, iterations=30)
    job = problem.jobs[-1]
    rest = plan if job.key not in plan.places else None
    for one in engine.candidates(problem, plan, job.key):
        if one.feasible:
            after = engine.placed(problem, plan, job.key, one)
            assert engine.check(problem, after) == []
            assert after.places[job.key][0] == one.engineer and after.places[job.key][1].start == pytest.approx(one.start, abs=0.01)
            if rest is not None:
                gained = problem.penalty(job)
                assert after.cost == pytest.approx(plan.cost + one.cost - gained, abs=1e-3)
        else:
            assert one.reasons and {reason.rule for reason in one.reasons} <= set(engine.RULES)


def test_every_engineer_is_told_the_exact_rule() -> None:
    travel = np.array([[0.0, 600.0, 60_000.0], [600.0, 0.0, 60_000.0], [60_000.0, 60_000.0, 0.0]])
    job = Job("x", 1, HOUR, 9 * HOUR, 10 * HOUR, skills={"gas": 2}, parts={"valve": 1.0}, tools=("gauge",), area="north")
    able = Engineer("able", 0, 8 * HOUR, 17 * HOUR, skills={"gas": 2}, stock={"valve": 1.0}, tools=("gauge",))
    people = {
        "able": able,
        "unskilled": replace(able, skills={}),
        "beginner": replace(able, skills={"gas": 1}),
        "expired": replace(able, expired=("gas",)),
        "empty": replace(able, stock={}),
        "unequipped": replace(able, tools=()),
        "elsewhere": replace(able, banned_areas=("north",)),
        "late": replace(able, start=11 * HOUR),
        "early": replace(able, end=9.5 * HOUR, overtime=0.0),
        "far": replace(able, home=2),
        "busy": replace(able),
    }
    hands = tuple(replace(one, key=key) for key, one in people.items())
    other = Job("other", 1, 2 * HOUR, 8.5 * HOUR, 9 * HOUR, pinned="busy")
    problem = Problem((job, other), hands, travel)
    plan = engine.arranged(problem, [("busy", ["other"])])
    found = {one.engineer: one for one in engine.candidates(problem, plan, "x")}
    assert [key for key, one in found.items() if one.feasible] == ["able"]
    first = {key: one.reasons[0].rule for key, one in found.items() if not one.feasible}
    assert first == {
        "unskilled": "skill", "beginner": "level", "expired": "certificate", "empty": "part", "unequipped": "tool", "elsewhere": "area",
        "late": "window", "early": "shift", "far": "full", "busy": "window",
    }  # fmt: skip
    assert dict(found["beginner"].reasons[0].words) == {"skill": "gas", "level": 2, "had": 1}


def full() -> tuple[Problem, engine.Plan, Job]:
    """Two engineers, a morning full of cheap jobs, and somebody important on the telephone."""
    travel = np.full((3, 3), 600.0)
    np.fill_diagonal(travel, 0.0)
    people = tuple(Engineer(f"e{n}", 0, 8 * HOUR, 12 * HOUR, overtime=0.0) for n in range(2))
    jobs = tuple(Job(f"j{n}", 1, 1.1 * HOUR, 8 * HOUR, 12 * HOUR, priority=LOW) for n in range(6))
    vip = Job("vip", 2, HOUR, 9 * HOUR, 10.5 * HOUR, priority=VIP)
    problem = Problem((*jobs, vip), people, travel)
    plan = engine.arranged(problem, [("e0", ["j0", "j1", "j2"]), ("e1", ["j3", "j4", "j5"])])
    assert set(plan.places) == {job.key for job in jobs}
    return problem, plan, vip


def test_where_nobody_has_room_less_important_jobs_make_way_and_pinned_ones_do_not() -> None:
    problem, plan, vip = full()
    assert not any(one.feasible for one in engine.candidates(problem, plan, vip.key))
    best = engine.candidates(problem, plan, vip.key, bump=True)[0]
    assert best.feasible and best.bumped
    after = engine.placed(problem, plan, vip.key, best)
    assert engine.check(problem, after) == [] and vip.key in after.places
    assert {key for key, _to in best.bumped} == set(plan.places) - set(after.places) | {key for key, to in best.bumped if to}
    pinned = problem.changed(jobs={job.key: replace(job, pinned=plan.places[job.key][0]) for job in problem.jobs if job.key != "vip"})
    assert not any(one.feasible for one in engine.candidates(pinned, plan, vip.key, bump=True))
    equal = problem.changed(jobs={job.key: replace(job, priority=VIP) for job in problem.jobs})
    assert not any(one.feasible for one in engine.candidates(equal, plan, vip.key, bump=True))


def test_windows_for_the_telephone_come_cheapest_first_and_hold() -> None:
    problem = city()
    plan = engine.solve(problem, seconds=SECONDS, iterations=300)
    asked = replace(problem.jobs[0], key="new")
    wider = problem.with_job(asked, problem.travel[0], problem.travel[:, 0])
    windows = [(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 13, 15)]
    found = engine.slots(wider, plan, "new", [*windows, (3 * HOUR, 4 * HOUR)])
    assert found and [one.best.cost for one in found] == sorted(one.best.cost for one in found)
    assert all(one.opens in {opens for opens, _closes in windows} for one in found), "nobody comes at night"
    for one in found:
        promised = wider.changed(jobs={"new": replace(asked, place=len(problem.travel), opens=one.opens, closes=one.closes)})
        after = engine.placed(promised, plan, "new", one.best)
        assert engine.check(promised, after) == []
        assert one.opens <= after.places["new"][1].start <= one.closes


@settings(max_examples=40, deadline=None)
@given(problem=days.problems(most=4))
def test_a_manual_order_is_timed_or_what_does_not_fit_is_left_out(problem: Problem) -> None:
    assume(len(problem.jobs) > 1)
    plan = engine.arranged(problem, [("e0", [job.key for job in problem.jobs])])
    assert engine.check(problem, plan) == []
    assert {left.job for left in plan.left} == {job.key for job in problem.jobs} - set(plan.places)


def test_a_frozen_job_is_nobodys_candidate() -> None:
    problem = city()
    plan = engine.solve(problem, seconds=SECONDS, iterations=200)
    today = engine.frozen_until(problem, plan, 11 * HOUR, 10 * HOUR)
    with pytest.raises(ValueError, match="frozen"):
        engine.candidates(today, plan, min(today.frozen))
    with pytest.raises(KeyError):
        engine.candidates(today, plan, "unknown")
