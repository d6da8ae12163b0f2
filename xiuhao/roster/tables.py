"""The decision tables of the roster: the hours of a unit, and which skills need a certificate."""

from __future__ import annotations

from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _

HOURS, CERTIFICATE = "roster.hours", "roster.certificate"

policy.table(
    HOURS,
    _("工程师班次"),
    (Column("station", _("服务站")),),
    (
        Column("calendar", _("工作历"), "calendar"),
        Column("lunch_from", _("午休自"), "text"),
        Column("lunch_until", _("午休至"), "text"),
    ),
)
policy.table(
    CERTIFICATE,
    _("持证上岗"),
    (Column("skill", _("技能")),),
    (Column("needed", _("需要证书"), "flag"), Column("warn_days", _("到期前提醒天数"), "number")),
)
