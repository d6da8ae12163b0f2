"""Somebody judges the warranty where the rules could not, or against them: with a reason, by right, beside what the rules say."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket import intake

JUDGES = frozenset({r.EXPERT, r.LEAD, r.MANAGER})


def may_overrule(step: Step) -> bool:
    """What the rules leave open anybody at the desk settles; against them only an expert, a lead or a manager (HA-3.2.3)."""
    said = intake.computed(step).outcome
    return said in ("uncertain", step.given["verdict"]) or bool(JUDGES & step.roles)


OVERRULED = Guard(
    "may_not_overrule", _("规则判定与此相反，只有专家、组长或经理可以改判；请升级或请他们处理。"), may_overrule, ("HA-3.2.3",)
)


def judge(step: Step) -> None:
    """The reason stands in the record, the verdict of the rules beside it in the journal."""
    rules = intake.computed(step)
    step.say(verdict_before=step.context["was"]["verdict"], verdict_of_rules=rules.outcome, verdict_code=rules.code)
    if rules.row:
        step.policies.append(rules.row.pk)
    step.record.verdict_reason, step.record.verdict_said, step.record.verdict_row = step.given["reason"][:300], {}, None
