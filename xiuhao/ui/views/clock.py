"""Why a deadline is when it is: every stretch of working time, every pause, every holiday, the rule and its version, the sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import calendars, clocks, policy
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.clockwork import Held, Line
from xiuhao.kernel.models import CaseClock
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.kernel.words import pgettext_lazy
from xiuhao.ui.desk import actor_of, case_of, process_of, show, staff
from xiuhao.ui.words import exact, second

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
    found, terms = clocks.explained(row, clocks.lines_of([case.pk])[case.pk], at)
    longest = max((line.seconds for line in found.lines), default=0)
    return show(
        request, "ui/trace.html", case=case, process=declared, clock=row, said=declared.clock(row.key), trace=found, now=at,
        lines=[(line, reason(declared, line, terms), round(100 * line.seconds / longest) if longest else 0) for line in found.lines],
        first=terms[0] if len(terms) > 1 else None, calendars=_one_after_the_other(calendar_of(each) for each in terms),
        begun=begun(terms[0]), adds_up=found.due is None or found.counted == row.limit,
    )  # fmt: skip


def calendar_of(held: Held) -> str:
    """The name of the calendar of these terms."""
    return calendars.label(calendars.named(held.calendar.key))


def _one_after_the_other(names: Iterable[str]) -> str:
    return " → ".join(name for name, _again in groupby(names))


def begun(held: Held) -> str:
    """The terms that a clock began with, in words."""
    return _("起算：限时 {limit}，按{calendar}计").format(limit=exact(held.limit), calendar=calendar_of(held)) + _rule(held)


def changed(was: Held, held: Held) -> str:
    """How terms changed, in words: facts that chose another rule, or a correction of what was wrong since."""
    found = []
    if was.limit != held.limit:
        found.append(_("限时由 {was} 改为 {limit}").format(was=exact(was.limit), limit=exact(held.limit)))
    if was.calendar.key != held.calendar.key:
        found.append(_("日历由{was}改为{calendar}").format(was=calendar_of(was), calendar=calendar_of(held)))
    what = _("，").join(found) or _("限时与日历不变")
    if held.since < held.told:
        return _("更正：{what}，自 {since} 起重算").format(what=what, since=second(held.since)) + _rule(held)
    return _("{what}，此前已用的照计").format(what=what) + _rule(held)


def _rule(held: Held) -> str:
    row = policy.row(held.policy) if held.policy else None
    return _("（规则：{rule}）").format(rule=policy.naming(row)) if row else ""


def reason(process: Process, line: Line, terms: Sequence[Held]) -> str:
    """Why a stretch counts or does not, in words; a holiday by its name; what changed where the terms did."""
    if line.held is not None:
        used_up = _("；已经用完，即刻到期") if line.total >= line.held.limit else ""
        return changed(terms[terms.index(line.held) - 1], line.held) + used_up
    if line.kind == "pause":
        state = next((s.label for s in process.states if s.key == line.why), line.why)
        return _("暂停：{state}").format(state=state)
    name = said(line.day.name, line.day.name_en) if line.day else ""
    word = str(REASONS.get(line.why, line.why))
    return _("{word}（{name}）").format(word=word, name=name) if name else word
