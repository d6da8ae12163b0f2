"""Which rule stands in the way today: the rules are lifted one by one, and those without which the job would fit are named."""

from __future__ import annotations

import numpy as np

from xiuhao.dispatch.engine import anneal, moves
from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import CLOSES, LIMIT, LUNCH, OPENS
from xiuhao.dispatch.engine.native import BIG, Floats
from xiuhao.dispatch.engine.opening import seeded, twin
from xiuhao.dispatch.engine.plan import Reason
from xiuhao.dispatch.engine.problem import Problem
from xiuhao.dispatch.engine.state import State

FULL = (Reason("full"),)


def _with(table: Floats, column: int, value: float) -> Floats:
    found = table.copy()
    found[:, column] = value
    return found


class Lifted:
    """The day of a plan without this rule and without that one. Made once, asked for as many jobs as there are."""

    def __init__(self, problem: Problem, day: Day, state: State) -> None:
        self.problem, self.day = problem, day
        self.days = {
            "shift": day._replace(hand=_with(day.hand, LIMIT, BIG)),
            "lunch": day._replace(hand=_with(day.hand, LUNCH, 0.0)),
            "stock": day._replace(stock=np.full_like(day.stock, BIG), lacking=np.zeros_like(day.lacking)),
            "window": day._replace(job=day.job.copy()),
            "promises": day._replace(job=_with(day.job, CLOSES, BIG)),
        }
        self.states: dict[str, tuple[State, State]] = {}
        for rule, lifted in self.days.items():
            relaxed = twin(state)
            anneal.open_day(lifted, relaxed)
            self.states[rule] = (relaxed, twin(relaxed))

    def forbid(self, job: int, costs: Floats) -> list[tuple[Reason, ...]]:
        """Engineer by engineer the rules of today that forbid a job that nobody has, where `costs` says BIG; `full`: several at once."""
        found: list[tuple[Reason, ...]] = [() for _ in costs]
        if (costs < BIG).all():
            return found
        without, starts = np.zeros(len(costs)), np.zeros(len(costs))
        for rule, lifted in self.days.items():
            if rule in ("window", "promises"):
                lifted.job[job, OPENS : CLOSES + 1] = (0.0, BIG) if rule == "window" else self.day.job[job, OPENS : CLOSES + 1]
            moves.fits(lifted, *self.states[rule], job, without, starts, seeded(0))
            for e in np.flatnonzero((costs >= BIG) & (without < BIG)):
                found[e] += (Reason(rule, self._words(rule, int(e), job)),)
            if rule in ("window", "promises"):
                lifted.job[job, OPENS : CLOSES + 1] = (self.day.job[job, OPENS], BIG if rule == "promises" else self.day.job[job, CLOSES])
        return [reasons or FULL for reasons in found]

    def _words(self, rule: str, e: int, job: int) -> dict[str, float]:
        """The figures of the rule, in seconds."""
        engineer, wanted = self.problem.engineers[e], self.problem.jobs[job]
        if rule == "shift":
            return {"until": engineer.end + engineer.overtime}
        if rule == "lunch":
            return {"from": engineer.lunch_opens, "until": engineer.lunch_closes}
        return {"from": wanted.opens, "until": wanted.closes} if rule == "window" else {}
