"""Taken in, heard, graded, passed to the responsible department."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.complaint import handling, intake
from xiuhao.complaint.authority import WITHIN
from xiuhao.complaint.elements import (
    AGREED,
    AMOUNT,
    APOLOGISED,
    AT_ONCE,
    BASIS,
    CHANNEL,
    CONTACT,
    DEMAND,
    DEPARTMENT,
    DISPATCHED,
    FAULT,
    HANDLE,
    HEARD,
    HEARD_AT_ONCE,
    MATTER,
    NO_LOSS,
    NOT_WAITING,
    PROMISED,
    PROOF,
    REASON,
    REGRADED,
    RESTATED,
    SMALL,
    UNBIASED,
    told,
)
from xiuhao.complaint.models import SEVERITIES
from xiuhao.complaint.stages import ASSIGNED, CHIEFS, DESK, EXECUTED, HANDLERS, HEARING, INTAKERS, OPEN, RECEIVED
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Ref
from xiuhao.kernel.process import Guard, Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.wording import queries as wording

BORN = (NO_LOSS, REGRADED, HEARD_AT_ONCE, SMALL, WITHIN)
UNOWNED = Guard("owned_already", _("这件投诉已经有经办人。"), lambda s: s.case.owner_id is None, early=True)
PARENT_OPEN = Guard("parent_closed", _("这张工单已经结束，不能再由它转投诉；请直接登记投诉。"), lambda s: s.context["parent"].is_open)

HEARING_VERBS = (
    Transition(
        "receive", _("登记投诉"), (), RECEIVED, may=INTAKERS, needs=(CHANNEL, *CONTACT, *MATTER, DEMAND, RESTATED, AGREED, PROMISED, *AT_ONCE),
        guards=BORN, gather=intake.gather, do=intake.receive, or_else=(EXECUTED,), public=True,
        notify=(told("complaint_received"), Notice("complaint_serious", {r.LEAD, r.MANAGER}, when=lambda s: s.record.severity != "normal")),
    ),
    Transition(
        "raise", _("转投诉"), (), RECEIVED, may=INTAKERS, on="ticket",
        needs=(*MATTER, DEMAND, replace(RESTATED, when=None), replace(AGREED, when=None), PROMISED, *AT_ONCE),
        guards=(PARENT_OPEN, *BORN), prefill=intake.prefill, gather=intake.gather, do=intake.raised, or_else=(EXECUTED,), public=True,
        notify=(told("complaint_received"), Notice("complaint_serious", {r.LEAD, r.MANAGER}, when=lambda s: s.record.severity != "normal")),
    ),
    Transition("take", _("领取"), OPEN, None, may=DESK, guards=(UNOWNED,), do=handling.take),
    Transition(
        "hand", _("转交同事"), OPEN, None, may=HANDLERS, needs=(Ref(key="colleague", label=_("转给"), find=people.colleague, offers=handling.colleagues), REASON),
        guards=(Guard("about_them", _("这件投诉与该同事本人有关，不能交给他办理。"), lambda s: s.given["colleague"] != s.record.about_id),),
        do=handling.hand, notify=(Notice("complaint_handed", {r.OWNER}),),
    ),
    Transition(
        "restate", _("复述诉求"), HEARING, None, may=DESK | HANDLERS,
        needs=(replace(RESTATED, when=None), replace(AGREED, when=None), replace(DEMAND, required=False)),
    ),
    Transition(
        "grade", _("调整严重程度"), OPEN, None, may=CHIEFS, needs=(Choice(key="severity", label=_("严重程度"), options=SEVERITIES), REASON),
        do=handling.regrade,
    ),
    Transition(
        "name", _("登记被投诉人"), OPEN, None, may=HANDLERS,
        needs=(Ref(key="about", label=_("被投诉人"), find=people.colleague, offers=handling.colleagues), REASON),
    ),
    Transition(
        "settle", _("当场答复"), (RECEIVED,), EXECUTED, may=DESK | HANDLERS, public=True,
        needs=(wording.Said(key="text", label=_("答复内容"), longest=2000), AMOUNT, FAULT, APOLOGISED, BASIS, replace(PROOF, required=False, at_least=0, when=lambda given: bool(given.get("amount")))),
        guards=(HEARD, SMALL, WITHIN), do=intake.answer_at_once, notify=(told("complaint_settled"),),
    ),
    Transition(
        "assign", _("派责任部门"), (RECEIVED, ASSIGNED), ASSIGNED, may=DESK | HANDLERS, needs=(DEPARTMENT, replace(REASON, required=False)),
        guards=(UNBIASED, NOT_WAITING, DISPATCHED), prefill=handling.dispatching, opens=(HANDLE,), do=handling.dispatch,
        notify=(Notice("complaint_assigned", {r.ASKED}), told("complaint_passed_on")),
    ),
)  # fmt: skip
