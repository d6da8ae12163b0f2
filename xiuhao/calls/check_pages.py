"""The checklist of a call as a sheet, and what came of it on the call's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.calls import checking, queries
from xiuhao.calls.models import Call, CallMark
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, LongText
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as lazy
from xiuhao.ui.desk import actor_of, staff
from xiuhao.ui.sheet import Sheet, answer

JUDGEMENTS = (("kept", lazy("做到")), ("missed", lazy("没做到")))


@staff
def check(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET and POST /calls/<number>/check: each item of the checklist, and a remark."""
    actor = actor_of(request)
    call = queries.visible(actor).filter(case__number=number).first()
    if call is None:
        raise Refused("not_found", {"number": number}, status=404)
    if not actor.holds(*checking.CHECKERS, path=call.case.unit_path):
        raise Refused("not_allowed", {"verb": _("通话质检")}, status=403)
    items = checking.items()
    needs = (
        *(Choice(key=key, label=item.label, options=JUDGEMENTS, help=" ".join(item.clauses)) for key, item in items.items()),
        LongText(key="remark", label=_("评语"), longest=2000, required=False),
    )
    page = f"/c/call/{number}/"

    def act(given: dict[str, Any]) -> tuple[str, str]:
        judged = {kind: ",".join(key for key in items if given[key] == kind) for kind, _label in JUDGEMENTS}
        engine.perform("call", "check", actor=actor, number=number, given={**judged, "remark": given["remark"]})
        return _("质检已保存"), page

    intro = _("{agent} · {call}").format(agent=call.case.owner or _("未分到坐席"), call=call)
    return answer(request, Sheet("check", _("通话质检"), request.path, needs, back=page, intro=intro), act)


def on_call(case: Case, record: Call, actor: Actor) -> Mapping[str, Any]:
    """What was judged of a call, or the way to judge it."""
    judged = dict(CallMark.objects.filter(call=record).values_list("item", "kept")) if record.checked_at else {}
    known = [item for key, item in checking.items(record.checked_at).items() if key in judged]
    kinds = ((_("没做到"), "red", False), (_("做到"), "green", True))
    may = record.checked_at is None and record.answered_at is not None and record.ended_at is not None
    may = may and actor.holds(*checking.CHECKERS, path=case.unit_path) and actor.id not in (case.owner_id, case.keeper_id)
    marks = [(label, tone, [item for item in known if judged[item.key] is kept]) for label, tone, kept in kinds]
    return {"marks": marks, "may_check": may}
