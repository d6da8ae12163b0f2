"""Why a deadline is when it is: every stretch of working time, every pause, every holiday, the rule and its version, the sum."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import clocks
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.clockwork import Line
from xiuhao.kernel.models import CaseClock
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.kernel.words import pgettext_lazy
from xiuhao.ui.desk import actor_of, case_of, process_of, show, staff

REASONS = {
    "working": gettext_lazy("工作时间"),
    "workday": pgettext_lazy("时段", "调休上班"),
    "holiday": pgettext_lazy("时段", "节假日"),
    "rest_day": gettext_lazy("休息日"),
    "off_hours": gettext_lazy("非工作时间"),
}


@staff
def trace(request: HttpRequest, process: str, number: str, clock: int) -> HttpResponseBase:
    """GET …/clock/<id>."""
    actor, declared = actor_of(request), process_of(process)
    case = case_of(actor, declared, number)
    row = CaseClock.objects.filter(case_id=case.pk, pk=clock).select_related("policy", "calendar").first()
    if row is None:
        raise Refused("not_found", {"number": str(clock)}, status=404)
    row.case = case
    at = now()
    found = clocks.trace(row, at)
    longest = max((line.seconds for line in found.lines), default=0)
    return show(
        request, "ui/trace.html", case=case, process=declared, clock=row, said=declared.clock(row.key), trace=found, now=at,
        lines=[(line, reason(declared, line), round(100 * line.seconds / longest) if longest else 0) for line in found.lines],
        adds_up=found.due is None or found.counted == row.limit,
    )  # fmt: skip


def reason(process: Process, line: Line) -> str:
    """Why a stretch counts or does not, in words; a holiday by its name."""
    if line.kind == "pause":
        state = next((s.label for s in process.states if s.key == line.why), line.why)
        return _("暂停：{state}").format(state=state)
    name = said(line.day.name, line.day.name_en) if line.day else ""
    word = str(REASONS.get(line.why, line.why))
    return _("{word}（{name}）").format(word=word, name=name) if name else word
