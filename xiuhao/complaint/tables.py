"""The decision tables of complaints: what their rows may ask, and what they answer."""

from __future__ import annotations

from xiuhao.complaint.models import CHANNELS, CONTENTS, DEPARTMENTS, SEVERITIES
from xiuhao.kernel import policy
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.policy import Column
from xiuhao.kernel.roles import GRANTED
from xiuhao.kernel.words import _


def _choice(key: str, label: str, options: Options) -> Column:
    return Column(key, label, "choice", lambda: {value: str(text) for value, text in options})


CONTENT = _choice("content", _("投诉内容"), CONTENTS)
SEVERITY = _choice("severity", _("严重程度"), SEVERITIES)
CHANNEL = _choice("channel", _("渠道"), CHANNELS)
DEPARTMENT = _choice("department", _("责任部门"), DEPARTMENTS)
ROLE = _choice("role", _("岗位"), tuple(GRANTED.items()))
SAFETY = Column("safety", _("涉及人身或财产安全"), "flag")
REPEATS = Column("repeats", _("此前投诉"), "number")
CLAIMED = Column("claimed", _("客户要求的金额"), "number", unit="¥")
DAYS = Column("days", _("天数"), "number", unit=_("天"))
LIMIT, CALENDAR = Column("limit", _("时限"), "limit"), Column("calendar", _("工作历"), "calendar")

policy.facts("complaint", SEVERITY, CONTENT, CHANNEL, DEPARTMENT, SAFETY, REPEATS)
policy.facts("tipoff", Column("director", _("涉及总经理"), "flag"), Column("office", _("涉及总经理室"), "flag"))
policy.table("complaint.severity", _("投诉分级"), (CONTENT, SAFETY, REPEATS, CLAIMED, CHANNEL), (SEVERITY,))
policy.table("complaint.flow", _("投诉流程"), (SEVERITY, CONTENT), (DEPARTMENT, Column("at_once", _("可当场答复"), "flag")))
policy.table("complaint.at_once", _("当场答复权限"), (ROLE, SEVERITY, CONTENT), (Column("amount", _("金额上限"), "number", unit="¥"),))
policy.table("complaint.update_every", _("严重投诉告知进展"), (SEVERITY,), (Column("first", _("首次告知"), "limit"), LIMIT, CALENDAR))
policy.table("complaint.opinion", _("征求意见"), (Column("asked", _("已征求次数"), "number"), SEVERITY), (LIMIT, CALENDAR))
policy.table("complaint.settle_within", _("当场答复时限"), (), (LIMIT, CALENDAR))
policy.table("complaint.promise_most", _("投诉最远的承诺"), (), (DAYS,))
policy.table("complaint.repeat", _("重复投诉"), (), (DAYS,))
policy.table("complaint.batch", _("批量投诉"), (), (Column("cases", _("投诉数"), "number"), DAYS))
