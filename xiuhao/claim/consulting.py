"""Several departments asked at once for their opinion, each with the same time to answer; and the party outside that is liable."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.claim.elements import CONSULTED, OPINIONS
from xiuhao.kernel import asks, outbox
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _


def chosen(step: Step) -> list[str]:
    """The departments that are to be asked."""
    return [role for role in CONSULTED if step.given.get(f"ask_{role}")]


def waiting(step: Step) -> list[str]:
    """Those that still owe their opinion."""
    return [ask.to_role for ask in step.asked(OPINIONS.key, "")]


SOMEBODY = Guard("nobody_consulted", _("请至少勾选一个会签部门。"), lambda step: bool(chosen(step)))
NOT_WAITING = Guard(
    "already_consulted", _("有部门已在会签、还没有答复，请先等其答复。"), lambda step: not set(chosen(step)) & set(waiting(step))
)
THERE = Guard(
    "department_empty",
    _("勾选的部门里有的没有人负责这个单位，请改选。"),
    lambda step: all(outbox.nearest(role, step.case.unit_path) for role in chosen(step)),
)
ANSWERED = Guard("opinions_missing", _("会签的部门还没有全部答复，请等答复后再提交审议。"), lambda step: not waiting(step))


def consult(step: Step) -> None:
    """All that are chosen are asked at once; the first of the moments by which an answer is due counts."""
    due = step.given["due_at"]
    step.record.consult_due = min(due, step.record.consult_due or due)
    step.context.setdefault("asking", []).append(replace(OPINIONS, each=tuple(chosen(step))))


def advise(step: Step) -> None:
    """An opinion came: the nearest moment of those still asked counts; none ends the clock."""
    step.record.consult_due = asks.nearest_due(step, OPINIONS.key)
