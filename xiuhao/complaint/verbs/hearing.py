"""Taken in, heard, graded, passed to the responsible department."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.complaint import handling, intake
from xiuhao.complaint.authority import LIMITS
from xiuhao.complaint.elements import (
    ABOUT,
    AGREED,
    AGREED_NOW,
    AMOUNT,
    APOLOGISED,
    AT_ONCE,
    BASIS,
    CHANNEL,
    CONTACT,
    CONTENT,
    DEMAND,
    DEPARTMENT,
    DISPATCHED,
    FAULT,
    HANDLE,
    HEARD,
    MACHINE,
    NO_LOSS,
    NOT_WAITING,
    PROMISED,
    PROOF,
    REASON,
    REGRADED,
    RESTATED,
    RESTATED_NOW,
    SELDOM,
    SMALL,
    SYMPTOM,
    UNBIASED,
    paid,
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

BORN = (NO_LOSS, REGRADED, replace(SMALL, clauses=()))  # what is answered at once is counted by `settle`
UNOWNED = Guard("owned_already", _("这件投诉已经有经办人。"), lambda s: s.case.owner_id is None, early=True)
PARENT_OPEN = Guard("parent_closed", _("这张工单已经结束，不能再由它转投诉；请直接登记投诉。"), lambda s: s.context["parent"].is_open)

GRAVE = Notice("complaint_serious", {r.LEAD, r.MANAGER}, when=lambda s: s.record.severity != "normal")
WAITS = Notice("complaint_waits", {r.LEAD, r.MANAGER}, when=lambda s: s.case.owner_id is None and s.record.severity == "normal")
COLLEAGUE = Ref(key="colleague", label=_("转给"), find=people.colleague, offers=handling.colleagues)
NOT_THEIRS = Guard("about_them", _("这件投诉与该同事本人有关，不能交给他办理。"), lambda s: s.given["colleague"] != s.record.about_id)
SOME_PROOF = replace(PROOF, required=False, at_least=0, when=paid, help=_("答应金额的，至少附一份凭据"))
OPTIONAL_REASON = replace(REASON, required=False, help=_("不按流程派的要写理由"))
ON_FILE = {"model", "symptom", "purchased_on"}
OF_TICKET = tuple(replace(need, help=_("不填就按工单")) if need.key in ON_FILE else need for need in (SYMPTOM, *MACHINE))
SAID, SAID_NOW = (DEMAND, RESTATED, AGREED), (DEMAND, RESTATED_NOW, AGREED_NOW)

HEARING_VERBS = (
    Transition(
        "receive", _("登记投诉"), (), RECEIVED, may=INTAKERS, guards=BORN, gather=intake.gather, do=intake.receive,
        needs=(CHANNEL, *CONTACT, CONTENT, SYMPTOM, *SAID, *MACHINE, AT_ONCE, PROMISED, *SELDOM),
        notify=(told("complaint_received"), GRAVE, WAITS),
    ),
    Transition(
        "raise", _("转投诉"), (), RECEIVED, may=INTAKERS, on="ticket", guards=(PARENT_OPEN, *BORN), prefill=intake.prefill,
        gather=intake.gather, do=intake.raised, needs=(CONTENT, *SAID_NOW, *OF_TICKET, AT_ONCE, PROMISED, *SELDOM),
        notify=(told("complaint_received"), GRAVE, WAITS),
    ),
    Transition("take", _("领取"), OPEN, None, may=DESK, guards=(UNOWNED,), do=handling.take),
    Transition(
        "hand", _("转交同事"), OPEN, None, may=HANDLERS, needs=(COLLEAGUE, REASON), guards=(NOT_THEIRS,), do=handling.hand,
        notify=(Notice("complaint_handed", {r.OWNER}),),
    ),
    Transition(
        "restate", _("复述诉求"), HEARING, None, may=DESK | HANDLERS, needs=(RESTATED_NOW, AGREED_NOW, replace(DEMAND, required=False)),
    ),
    Transition(
        "grade", _("调整严重程度"), OPEN, None, may=CHIEFS, do=handling.regrade,
        needs=(Choice(key="severity", label=_("严重程度"), options=SEVERITIES), REASON),
    ),
    Transition("name", _("登记被投诉人"), OPEN, None, may=HANDLERS, needs=(replace(ABOUT, required=True), REASON), do=handling.accuse),
    Transition(
        "settle", _("当场答复"), (RECEIVED,), EXECUTED, may=DESK | HANDLERS, do=intake.answer_at_once,
        guards=(HEARD, replace(SMALL, early=True), *LIMITS),
        needs=(wording.Said(key="text", label=_("答复内容"), longest=2000), AMOUNT, FAULT, APOLOGISED, BASIS, SOME_PROOF),
        notify=(told("complaint_settled"),),
    ),
    Transition(
        "assign", _("派责任部门"), (RECEIVED, ASSIGNED), ASSIGNED, may=DESK | HANDLERS, needs=(DEPARTMENT, OPTIONAL_REASON),
        guards=(UNBIASED, NOT_WAITING, DISPATCHED), prefill=handling.dispatching, opens=(HANDLE,), do=handling.dispatch,
        notify=(Notice("complaint_assigned", {r.ASKED}), told("complaint_passed_on")),
    ),
)  # fmt: skip
