"""A plan of a day, made in the background and published by a person: started, worked out with the best so far, published or dropped.

Nothing moves before somebody publishes. Then every move is a verb of its own through the engine, with the key of run and order, so that
a worker that dies and begins again moves nothing twice; an order that was touched meanwhile stays as it is and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid5

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xiuhao.dispatch import engine, modelling, moves, situation
from xiuhao.dispatch.engine.plan import Plan
from xiuhao.dispatch.engine.problem import Problem
from xiuhao.dispatch.modelling import Model
from xiuhao.dispatch.models import PlanRun
from xiuhao.kernel import accounts, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now

PIECE = 50  # orders of one transaction
AT_ONCE = 60  # so many are published while the person waits
SHORTEST, LONGEST = 2, 300  # seconds of calculation
BACKENDS = (("sisr", _("本系统算法")), ("vroom", "VROOM"), ("greedy", _("按优先级依次（对照）")))
BEAT = 1.0  # seconds between two notes of progress
STALE = timedelta(minutes=10)  # a run that was begun so long ago and says nothing is nobody's any more


def start(actor: Actor, unit: Unit, day: date, kind: str, *, seconds: int, backend: str, scenario: Mapping[str, Any]) -> PlanRun:
    """Note what is wanted; the same day of the same station is worked out once at a time. Raises Refused plan_running (409)."""
    running = PlanRun.objects.visible_to(actor).filter(unit=unit, day=day, kind=kind, state__in=("waiting", "running"))
    if kind != "suppose" and running.filter(created_at__gt=now() - STALE).exists():
        raise Refused("plan_running", {"unit": str(unit), "day": f"{day:%Y-%m-%d}"})
    made = PlanRun(account_id=actor.account, unit=unit, day=day, kind=kind, backend=backend, scenario=dict(scenario))
    made.seconds = min(max(seconds, SHORTEST), LONGEST)
    made.language, made.created_at = get_language() or "zh-hans", now()
    made.save(force_insert=True)
    return made


def carry_out(run: PlanRun) -> None:
    """Work the plan out with the rights that whoever asked has now. Begun again after a crash it begins anew; a finished one stays."""
    if run.state not in ("waiting", "running"):
        return
    actor = accounts.actor_of(run.account_id)
    run.state = "running"
    run.save(update_fields=["state"])
    day = situation.read(actor, run.unit, run.day)
    made = modelling.model(day)
    problem = supposed(made, run.scenario)
    plan = engine.solve(problem, backend=run.backend, seconds=run.seconds, seed=run.seed, progress=_Beat(run, len(problem.jobs)))
    wrong = engine.check(problem, plan)
    if wrong:
        raise AssertionError(f"a plan that breaks its own rules is not shown: {wrong[:3]}")
    _note(run, made, problem, plan)


class _Beat:
    """Notes the best so far, about once a second; True asks the optimiser to stop, once somebody has dropped the run."""

    def __init__(self, run: PlanRun, jobs: int) -> None:
        self.run, self.jobs, self.last, self.began = run, jobs, monotonic(), monotonic()

    def __call__(self, share: float, cost: float, best: Callable[[], Plan]) -> bool:
        at = monotonic()
        if at - self.last < BEAT:
            return False
        self.last = at
        told = {
            "cost": round(cost),
            "served": len(best().places),
            "jobs": self.jobs,
            "share": round(share, 3),
            "seconds": round(at - self.began),
        }
        kept = PlanRun.objects.unscoped("a job works for whoever ordered it").filter(pk=self.run.pk, state="running")
        return not kept.update(progress=told)


def supposed(made: Model, scenario: Mapping[str, Any]) -> Problem:
    """The problem as it would be: somebody `ill`, a job (`over`) that takes `longer` minutes, one that lacks a part (`lacks`)."""
    problem, jobs, engineers = made.problem, {}, {}
    ill = str(scenario.get("ill") or "")
    for engineer in problem.engineers:
        if engineer.key == ill:
            last = max((stop.end for stop in engineer.frozen), default=engineer.start)
            engineers[ill] = replace(engineer, end=last, overtime=0.0, start=min(engineer.start, last))
    for job in problem.jobs:
        if job.key == scenario.get("over"):
            jobs[job.key] = replace(job, work=job.work + 60.0 * float(scenario.get("longer") or 0))
        if job.key == scenario.get("lacks"):
            jobs[job.key] = replace(job, parts={"?": 1.0})  # a part that nobody has
    return problem.changed(jobs=jobs, engineers=engineers)


def _note(run: PlanRun, made: Model, problem: Problem, plan: Plan) -> None:
    """What came of it, on the run; nothing for one that was dropped meanwhile."""
    before, after = engine.score(problem, made.standing), engine.score(problem, plan)
    run.terms = {"before": dict(before.terms), "after": dict(after.terms)}
    run.progress = {
        "cost": round(after.total), "cost_before": round(before.total), "served": len(plan.places), "jobs": len(problem.jobs),
        "seconds": round(plan.seconds), "travel": round(after.travel), "travel_before": round(before.travel),
    }  # fmt: skip
    run.changes = modelling.changes(made, plan)
    run.left_out = [[left.job, [[r.rule, dict(r.words), r.engineers] for r in left.reasons]] for left in plan.left]
    run.left_out += [[number, [[why, {}, 0]]] for number, why in made.elsewhere.items()]
    run.notes = [["travel_" + made.way, {}]] + ([["ran_out", {}]] if plan.cut else [])
    run.finished_at = now()
    fields = ["terms", "progress", "changes", "left_out", "notes", "finished_at"]
    mine = PlanRun.objects.unscoped("a job works for whoever ordered it").filter(pk=run.pk, state="running")
    if mine.update(state="ready", **{name: getattr(run, name) for name in fields}):
        run.state = "ready"


def failed(run: PlanRun) -> None:
    """It could not be worked out: said on its page, with nothing moved."""
    PlanRun.objects.unscoped("a job works for whoever ordered it").filter(pk=run.pk).update(state="failed", finished_at=now())


# What a person decides


def drop(run: PlanRun, actor: Actor) -> None:
    """Give it up. Raises Refused plan_state (409) once it is published."""
    _turn(run, actor, ("waiting", "running", "ready", "failed"), "dropped")


def publish(run: PlanRun, actor: Actor) -> None:
    """Decide to move what it moves. Raises Refused plan_state (409)."""
    _turn(run, actor, ("ready",), "publishing", account_id=actor.account)


def _turn(run: PlanRun, actor: Actor, before: Sequence[str], after: str, **more: Any) -> None:
    if not PlanRun.objects.visible_to(actor).filter(pk=run.pk, state__in=before).update(state=after, **more):
        run.refresh_from_db()
        raise Refused("plan_state", {"state": run.get_state_display()})
    run.refresh_from_db()


def publish_on(run: PlanRun) -> bool:
    """Move the next piece; True while there is more."""
    if run.state != "publishing":
        return False
    actor = accounts.actor_of(run.account_id)
    piece = run.changes[run.done : run.done + PIECE]
    wanted = [
        moves.Move(number, int(version), int(engineer), datetime.fromisoformat(start), uuid5(run.pk, number))
        for number, version, _was, _then, engineer, start in piece
    ]
    note = _("排程 {at}").format(at=f"{local(run.created_at):%m-%d %H:%M}")
    for move, result in zip(wanted, moves.make(actor, wanted, note, untouched=True), strict=True):
        if isinstance(result, Refused):
            run.refused.append([move.number, sentences.say(result)])
    run.done += len(piece)
    if run.done >= len(run.changes):
        run.state, run.published_at = "published", now()
    run.save(update_fields=["refused", "done", "state", "published_at"])
    return run.state == "publishing"
