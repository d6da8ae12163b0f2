"""What must be known before a request goes to the technical team: by kind, as rows of `ticket.handover` (JD-1.7)."""

from __future__ import annotations

from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Grant
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket import routing
from xiuhao.ticket.models import Ticket

BASICS = (
    ("contact_name", _("联系人")),
    ("contact_phone", _("联系电话")),
    ("contact_address", _("地址")),
    ("category", _("品类")),
    ("serial", _("序列号")),
    ("purchased_on", _("购买日期")),
    ("verdict", _("保修判定")),
)
CODE = "basics_missing"


def missing(step: Step) -> list[str]:
    """The labels of what is asked for this kind and not known yet."""
    record: Ticket = step.record
    row = policy.decide("ticket.handover", routing.facts(record), step.at)
    if row is None:
        return []
    step.policies.append(row.pk)
    labels = dict(BASICS)
    return [str(labels[field]) for field in row.value["fields"] if not _known(record, field)]


def _known(record: Ticket, field: str) -> bool:
    if field == "verdict":
        return record.verdict != "uncertain"
    return bool(getattr(record, f"{field}_id" if field == "category" else field))


def _complete(step: Step) -> bool:
    """True if nothing is missing. The system's own escalation of what is overdue waits for nobody: it goes on, and counts as without."""
    if not _technical(step):
        return True
    step.context["missing"] = missing(step)
    if step.context["missing"] and step.actor.kind == "system":
        step.waived.append(CODE)
        return True
    return not step.context["missing"]


def gather(steps: list[Step]) -> None:
    """Which of those whom the work is to be given to are experts and no members of the desk: one statement."""
    wanted = {step.given["to"] for step in steps}
    held = set(Grant.objects.filter(account_id__in=wanted, role__in=(r.EXPERT, r.AGENT)).values_list("account_id", "role"))
    experts = {account for account, role in held if role == r.EXPERT and (account, r.AGENT) not in held}
    for step in steps:
        step.context["experts"] = experts


def _technical(step: Step) -> bool:
    """True if it goes to an expert: by escalation, or to somebody who is one."""
    return "to" not in step.given or step.given["to"] in step.context["experts"]


COMPLETE = Guard(
    CODE,
    _("转技术前请先补齐：{missing}。"),
    _complete,
    ("JD-1.7",),
    why=lambda step: {"missing": _("、").join(step.context["missing"])},
)
