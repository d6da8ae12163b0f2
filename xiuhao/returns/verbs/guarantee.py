"""The way of 三包 (YD-5): applied for, received by the region, appraised by a technician, reviewed and approved by the province."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Photos
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.returns import guarantee, judging
from xiuhao.returns.elements import (
    ALONE,
    ANALYSIS,
    APPLICANTS,
    APPLICATION,
    APPLIED,
    APPRAISAL,
    APPRAISED,
    APPROVAL,
    APPROVED,
    ARRIVED,
    CLOSED,
    DETAILED,
    DONE,
    EXAMINATION,
    EXECUTED,
    EXECUTION,
    EXPLANATION,
    FAIR,
    IMPROVING,
    MODELLED,
    NAMED,
    NOT_OWN,
    NOTE,
    ONCE,
    OPENED,
    PAID,
    PARCEL,
    REJECTED,
    REVIEWED,
    SENDERS,
    SHIPPED,
    STILL_AGREED,
    TAKEN,
    TECHNICIAN,
    TICKET_OPEN,
    TO_CUSTOMER,
    TO_EXAMINE,
    TO_REGION,
    UNMET,
    VALUE,
    WITHDRAWN,
)
from xiuhao.returns.impartial import APPROVABLE, LEADLESS, NOT_APPLICANT, OTHERS, TECHNICAL

GUARANTEE = (
    Transition(
        "apply", _("申请退换"), (), APPLIED, may=APPLICANTS, on="ticket", needs=APPLICATION, guards=(TICKET_OPEN, ALONE, ONCE, OPENED),
        prefill=judging.prefill, gather=guarantee.gather, do=guarantee.apply, public=True, notify=(TO_REGION,),
    ),
    Transition(
        "take", _("接待并交鉴定"), (APPLIED,), TAKEN, may={r.REGION, r.OWNER}, needs=(TECHNICIAN,), opens=(EXAMINATION,), do=guarantee.take,
        guards=(OTHERS, TECHNICAL), public=True, clauses=("YD-5.5",), notify=(TO_EXAMINE,),
    ),
    Transition(
        "reassign", _("改派鉴定人"), (TAKEN,), None, may={r.REGION, r.OWNER, r.LEAD, r.MANAGER}, needs=(TECHNICIAN, NOTE),
        opens=(EXAMINATION,), do=guarantee.reassign, guards=(OTHERS, TECHNICAL), notify=(TO_EXAMINE,),
    ),
    Transition(
        "appraise", _("鉴定"), (TAKEN,), APPRAISED, may={r.ASKED}, answers=EXAMINATION, outcome="agreed", needs=APPRAISAL,
        do=guarantee.appraise, or_else=(UNMET,), guards=(NOT_APPLICANT,),
        public=True, clauses=("YD-5.3",), notify=(Notice("return_appraised", {r.OWNER}),),
    ),
    Transition(
        "explain", _("告知不符合的原因"), (UNMET,), REJECTED, may={r.REGION, r.OWNER}, needs=(EXPLANATION,), guards=(DETAILED,),
        public=True, clauses=("YD-5.4",), notify=(TO_CUSTOMER,),
    ),
    Transition(
        "review", _("省公司审核"), (APPRAISED,), REVIEWED, may={r.LEAD, r.MANAGER, r.REGION}, needs=(VALUE, NOTE),
        guards=(LEADLESS, NOT_OWN, APPROVABLE, FAIR),
        opens=(APPROVAL,), clauses=("YD-5.5",), notify=(Notice("return_to_approve", {r.ASKED}),),
    ),
    Transition(
        "send_back", _("退回补充鉴定"), (APPRAISED,), TAKEN, may={r.LEAD, r.MANAGER}, needs=(TECHNICIAN, NOTE), opens=(EXAMINATION,),
        guards=(OTHERS, TECHNICAL), notify=(TO_EXAMINE,),
    ),
    Transition(
        "approve", _("省公司批准"), (REVIEWED,), APPROVED, may={r.ASKED}, answers=APPROVAL, outcome="agreed", needs=(NOTE,),
        guards=(NOT_OWN,), public=True, notify=(Notice("return_decided", {r.OWNER}),),
    ),
    Transition(
        "decline", _("不批准"), (REVIEWED,), UNMET, may={r.ASKED}, answers=APPROVAL, outcome="refused", needs=(NOTE,),
        notify=(Notice("return_decided", {r.OWNER}),),
    ),
    Transition(
        "execute", _("执行并备案"), (APPROVED,), EXECUTED, may={r.OWNER, r.REGION}, needs=EXECUTION, guards=(STILL_AGREED, NAMED, PAID),
        do=guarantee.execute, or_else=(CLOSED,), public=True, notify=(DONE,),
    ),
    Transition("ship", _("问题件发回总公司"), (EXECUTED,), SHIPPED, may=SENDERS, needs=PARCEL, clauses=("YD-5.7",)),
    Transition(
        "arrive", _("总公司签收"), (SHIPPED,), ARRIVED, may={r.PRODUCTION, r.WAREHOUSE},
        needs=(LongText(key="condition", label=_("到件状况"), longest=500), Photos(key="photos", label=_("到件照片"), at_least=1)),
        notify=(Notice("return_arrived", {r.RESEARCH}),),
    ),
    Transition(
        "analyse", _("技术分析备案"), (ARRIVED,), IMPROVING, may={r.RESEARCH, r.EXPERT}, needs=ANALYSIS, guards=(MODELLED,),
        clauses=("YD-5.7",),
    ),
    Transition(
        "improve", _("确认对策效果"), (IMPROVING,), CLOSED, may={r.RESEARCH, r.QUALITY, r.MANAGER},
        needs=(LongText(key="effect", label=_("对策效果"), longest=2000),),
    ),
    Transition(
        "withdraw", _("撤回申请"), (APPLIED, TAKEN, APPRAISED, REVIEWED, APPROVED), WITHDRAWN,
        may={r.CUSTOMER, r.OWNER, r.AGENT, r.LEAD}, needs=(NOTE,), do=guarantee.withdraw, public=True,
    ),
)  # fmt: skip
