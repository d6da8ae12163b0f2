"""The customer has the last word: confirmed and archived, disputed, reopened."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.ticket import actions, serving
from xiuhao.ticket.elements import ARCHIVED, CALLED, CONTENT, DESK, IN_PROGRESS, REASON, REPLIED, SIGNATURE, SOLVED
from xiuhao.ticket.family import NO_OPEN_CHILD

DISPUTE = Transition(
    "dispute",
    _("未解决"),
    (SOLVED,),
    IN_PROGRESS,
    may=DESK | {r.OWNER, r.CUSTOMER, r.SYSTEM},
    reopens=True,
    public=True,
    gather=serving.gather,
    do=actions.dispute,
    needs=(REASON,),
    notify=(Notice("ticket_disputed", {r.OWNER, r.LEAD}),),
)
ENDING = (
    Transition(
        "confirm",
        _("确认并归档"),
        (SOLVED,),
        ARCHIVED,
        may=DESK | {r.OWNER, r.CUSTOMER},
        guards=(CONTENT, REPLIED, CALLED, NO_OPEN_CHILD),
        public=True,
        gather=serving.gather,
        do=actions.confirm,
        needs=(
            Choice(key="satisfied", label=_("客户是否满意"), options=(("yes", _("满意")), ("no", _("不满意")))),
            Choice(
                key="confirmed_by",
                label=_("确认方式"),
                options=(("link", _("客户链接")), ("phone", _("电话")), ("signature", _("签字"))),
                only=(("link", "customer"), ("phone", "staff"), ("signature", "staff")),
            ),
            SIGNATURE,
        ),
        clauses=("HA-3.5.2",),
    ),
    DISPUTE,
    replace(DISPUTE, key="reopen", label=_("重新打开"), source=(ARCHIVED,), may=DESK | {r.CUSTOMER, r.SYSTEM}),
)
