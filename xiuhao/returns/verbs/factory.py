"""The factory's way (CS5-13): a slip of the claim, approved before goods are taken in, received at the actual, matched, booked, resold."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Money, Photos
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.returns import slip
from xiuhao.returns.elements import (
    ACTUAL,
    AGREES,
    ANSWERED,
    ASKED,
    ASKED_NOW,
    AT_GATE,
    CHECKED,
    CLOSED,
    COST,
    COUNTED,
    DECIDED,
    DIFFERENCE,
    DIFFERS,
    ENDORSED,
    FILLED,
    GATE,
    IN_FORCE,
    INSTRUCTED,
    ISSUED,
    KNOWN,
    MONTH_OVER,
    NOT_RECEIVED,
    NOTE,
    ON_SLIP,
    ONLY,
    OVER,
    OVERAGE,
    PROOF,
    PROPOSED,
    PROVEN,
    QUANTITY,
    RECEIVED,
    RED,
    REFUSED,
    REMARK,
    RESALE,
    REWORKING,
    SLIP,
    TO_BOOK,
    UNKNOWN,
    WITHDRAWN,
)

SALES = frozenset({r.SALES, r.OWNER})

FACTORY = (
    Transition(
        "slip", _("开退货单"), (), PROPOSED, may={r.SALES}, on="claim", needs=(*ON_SLIP, ISSUED, QUANTITY, GATE),
        guards=(DECIDED, ONLY), gather=slip.gather, do=slip.make, opens=(SLIP,), notify=(ASKED,),
    ),
    Transition(
        "endorse", _("批示同意"), (PROPOSED,), ENDORSED, may={r.ASKED}, answers=SLIP, outcome="agreed", needs=(NOTE,), do=slip.endorse,
        gather=slip.under_claim, guards=(IN_FORCE,), notify=(AT_GATE, Notice("slip_answered", {r.OWNER})),
    ),
    Transition(
        "refuse", _("退回修改"), (PROPOSED,), REFUSED, may={r.ASKED}, answers=SLIP, outcome="refused", needs=(NOTE,),
        notify=(Notice("slip_answered", {r.OWNER}),),
    ),
    Transition(
        "revise", _("修改退货单"), (REFUSED,), PROPOSED, may=SALES, needs=(*ON_SLIP, QUANTITY), do=slip.revise, opens=(SLIP,),
        notify=(ASKED,),
    ),
    Transition(
        "fill", _("补填数量"), (PROPOSED, ENDORSED), PROPOSED, may=SALES, needs=(FILLED,), guards=(UNKNOWN,), do=slip.fill,
        may_open=(SLIP,), notify=(ASKED_NOW,),
    ),
    Transition(
        "receive", _("按单核收"), (ENDORSED, INSTRUCTED), RECEIVED, may={r.WAREHOUSE}, needs=(COUNTED, REMARK), guards=(KNOWN, IN_FORCE),
        gather=slip.under_claim, do=slip.receive, or_else=(DIFFERS,), may_open=(DIFFERENCE,), notify=(TO_BOOK, ASKED_NOW),
    ),
    Transition(
        "instruct", _("答复：按实收签收"), (DIFFERS,), INSTRUCTED, may={r.ASKED}, answers=DIFFERENCE, outcome="agreed", needs=(NOTE,),
        notify=(ANSWERED,),
    ),
    Transition(
        "turn_away", _("答复：不收，退回客户"), (DIFFERS,), ENDORSED, may={r.ASKED}, answers=DIFFERENCE, outcome="refused", needs=(NOTE,),
        do=slip.turn_away, notify=(ANSWERED,),
    ),
    Transition(
        "sign", _("按实签收"), (INSTRUCTED,), RECEIVED, may={r.WAREHOUSE}, do=slip.sign,
        gather=slip.under_claim, guards=(IN_FORCE,),
        needs=(ACTUAL, Photos(key="photos", label=_("签收单照片"), at_least=1)), notify=(TO_BOOK,),
    ),
    Transition("prove", _("提交退货证明"), (ENDORSED, DIFFERS, INSTRUCTED, RECEIVED, OVER), None, may=SALES, needs=PROOF),
    Transition(
        "book", _("核对入账"), (RECEIVED,), RESALE, may={r.FINANCE}, needs=(CHECKED, COST, RED), guards=(IN_FORCE, PROVEN, AGREES),
        gather=slip.under_claim, do=slip.book, or_else=(REWORKING, OVER), may_open=(OVERAGE,),
        notify=(Notice("slip_booked", {r.OWNER}), ASKED_NOW),
    ),
    Transition(
        "accept_over", _("核定超量"), (OVER,), RECEIVED, may={r.ASKED}, answers=OVERAGE, outcome="agreed", needs=(NOTE,),
        gather=slip.under_claim, guards=(IN_FORCE,), do=slip.accept_over, notify=(TO_BOOK,),
    ),
    Transition(
        "reject_over", _("不核定，超量退回客户"), (OVER,), INSTRUCTED, may={r.ASKED}, answers=OVERAGE, outcome="refused", needs=(NOTE,),
        do=slip.reject_over, notify=(ANSWERED,),
    ),
    Transition(
        "resold", _("登记转售"), (RESALE,), CLOSED, may=SALES, needs=(Money(key="resale", label=_("转售收入")), NOTE), do=slip.resold,
    ),
    Transition(
        "write_off", _("认列损失"), (RESALE,), CLOSED, may={r.FINANCE}, needs=(Money(key="loss", label=_("实际损失")), NOTE),
        guards=(MONTH_OVER,), do=slip.write_off,
    ),
    Transition(
        "reworked", _("重处理完成"), (REWORKING,), CLOSED, may={r.PRODUCTION},
        needs=(LongText(key="finding", label=_("重处理情况"), longest=2000), Money(key="loss", label=_("重处理费用"))), do=slip.reworked,
    ),
    Transition(
        "cancel", _("作废退货单"), (PROPOSED, REFUSED, ENDORSED, DIFFERS, INSTRUCTED, RECEIVED, OVER), WITHDRAWN, may=SALES, needs=(NOTE,),
        gather=slip.under_claim, guards=(NOT_RECEIVED,), do=slip.cancel,
    ),
)  # fmt: skip
