"""Other departments asked for help on a ticket, which stays with its owner (JD-3.9)."""

from __future__ import annotations

from datetime import datetime

from xiuhao.kernel import asks, outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.process import Ask, Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

DEPARTMENTS = (
    (r.EXPERT, _("技术")),
    (r.DEALER, _("销售")),
    (r.SALES, _("业务部门")),
    (r.QUALITY, _("质量")),
    (r.PRODUCTION, _("生产制造")),
    (r.RESEARCH, _("研发")),
    (r.FINANCE, _("财务")),
    (r.WAREHOUSE, _("备件")),
    (r.DISPATCHER, _("派工")),
    (r.MANAGER, _("管理层")),
)
HELP = Ask("help", _("部门协助"), to=r.MANAGER, to_choice="department", clauses=("JD-3.9",))


def _not_waiting(step: Step) -> bool:
    return not any(ask.to_role == step.given["department"] for ask in step.asked("help", ""))


def _somebody_there(step: Step) -> bool:
    return bool(outbox.nearest(step.given["department"], step.case.unit_path))


NOT_WAITING = Guard("help_waiting", _("已请该部门协助，对方还没有答复。"), _not_waiting)
SOMEBODY_THERE = Guard("nobody_to_help", _("该部门没有人负责这张工单所在的单位，请选别的部门。"), _somebody_there)


def ask(step: Step) -> None:
    """The nearest of the times by which departments are to answer."""
    due: datetime = step.given["due_at"]
    step.record.help_due = min(due, step.record.help_due or due)


def answered(step: Step) -> None:
    """What remains: the nearest time of those still asked; none ends the clock."""
    step.record.help_due = asks.nearest_due(step, HELP.key)
