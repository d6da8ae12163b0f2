"""Why jobs are left out of a plan: the rules that forbid them, counted over the engineers, the commonest first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from xiuhao.dispatch.engine import moves
from xiuhao.dispatch.engine.columns import PENALTY
from xiuhao.dispatch.engine.native import BIG, Floats
from xiuhao.dispatch.engine.opening import opened, seeded, twin
from xiuhao.dispatch.engine.plan import Left, Plan, Reason
from xiuhao.dispatch.engine.problem import Problem
from xiuhao.dispatch.engine.relaxed import Lifted
from xiuhao.dispatch.engine.rules import failing


def explained(problem: Problem, plan: Plan) -> Plan:
    """The plan with the reasons of every job that is left out. `dear`: it would fit, but for more than leaving it out costs."""
    if not plan.left:
        return plan
    day, state = opened(problem, plan)
    lifted, spare = Lifted(problem, day, state), twin(state)
    costs, starts = np.zeros(len(state.tally)), np.zeros(len(state.tally))
    found = []
    for left in plan.left:
        index = problem.job_index[left.job]
        moves.fits(day, state, spare, index, costs, starts, seeded(0))
        today = lifted.forbid(index, costs)
        found.append(Left(left.job, _reasons(problem, index, costs, today, float(day.job[index, PENALTY]))))
    return replace(plan, left=tuple(found))


def _reasons(problem: Problem, index: int, costs: Floats, today: list[tuple[Reason, ...]], penalty: float) -> tuple[Reason, ...]:
    counted: Counter[tuple[str, Any]] = Counter()
    dear = (Reason("dear", {"cost": round(float(costs.min()), 1), "left": round(penalty, 1)}),) if len(costs) else ()
    for e, engineer in enumerate(problem.engineers):
        always = failing(problem, problem.jobs[index], engineer)
        for reason in always[:1] or (dear if costs[e] < BIG else today[e][:1]):
            counted[reason.rule, tuple(sorted(reason.words.items()))] += 1
    return tuple(Reason(rule, dict(words), n) for (rule, words), n in counted.most_common())
