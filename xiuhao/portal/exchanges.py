"""Returns and exchanges as their customer sees them: how an application stands and what happened, in a few words, no codes."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiuhao.kernel.discretion import spoken
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.portal.visits import Told
from xiuhao.returns import queries as returns
from xiuhao.returns.models import Return

# What happened, of what the customer may read. What else is public there is not told here.
SAID = {
    "apply": gettext_lazy("收到退换申请"),
    "take": gettext_lazy("区域负责人已接待，正在鉴定"),
    "appraise": gettext_lazy("产品已鉴定"),
    "explain": gettext_lazy("申请不符合退换条件，原因已告知您"),
    "approve": gettext_lazy("退换申请已批准"),
    "execute": gettext_lazy("退换已办理"),
    "withdraw": gettext_lazy("退换申请已撤回"),
}
WANTED = {  # what may be asked for, as a customer would say it
    "return": gettext_lazy("退货退款"),
    "exchange": gettext_lazy("换一台"),
    "rework": gettext_lazy("免费修好"),
    "allowance": gettext_lazy("留下产品，补差价"),
}
HEADLINES = {
    "applied": gettext_lazy("退换申请已收到，等区域负责人接待"),
    "taken": gettext_lazy("退换申请正在由技术人员鉴定"),
    "appraised": gettext_lazy("产品已鉴定，等公司审核"),
    "reviewed": gettext_lazy("产品已鉴定，等公司审核"),
    "unmet": gettext_lazy("产品已鉴定，会向您说明结果"),
    "approved": gettext_lazy("退换申请已批准，正在为您办理"),
    "rejected": gettext_lazy("申请不符合退换条件"),
}


@dataclass(frozen=True)
class Application:
    """How one application stands; `why` it was not granted, for whoever has proven to be the customer."""

    headline: str
    done: bool
    why: str = ""


def of(ticket: Case, proven: bool) -> tuple[list[Application], list[Told]]:
    """The applications of a ticket whose customer asks, and what happened to them. Two statements, one where there is none."""
    found = returns.of_ticket(ticket.pk)
    if not found:
        return [], []
    lines = Journal.objects.filter(case_id__in=[one.pk for one in found], public=True, verb__in=list(SAID)).order_by("-occurred_at")
    told = [Told(line.occurred_at, str(SAID[line.verb])) for line in lines[:60]]
    return [_standing(one, proven) for one in found], told


def _standing(record: Return, proven: bool) -> Application:
    headline = str(HEADLINES.get(record.case.state) or _("退换已办理完成"))
    why = spoken(record.explanation) if proven and record.case.state == "rejected" else ""
    return Application(headline, record.filing_no is not None or not record.case.is_open, why)
