"""THE DECLARATION of allowance: the two-part certificate of an allowance or compensation, signed, sealed by the customer, booked."""

from __future__ import annotations

from xiuhao.allowance import certifying
from xiuhao.allowance.elements import (
    AMOUNT,
    APPROVING,
    BOOKED,
    CLAUSE,
    CLOCKS,
    DAY,
    DECIDED,
    ENDORSING,
    HEAD,
    IN_FORCE,
    INVOICE,
    NOT_OWN,
    NOTE,
    READERS,
    REASON,
    RED,
    SALES,
    SEAL,
    SEALED,
    SEALED_ON,
    SIGNED,
    SIGNED_BOTH,
    TOP,
    VOID,
    WHY,
    WITHIN,
)
from xiuhao.claim import queries as claims
from xiuhao.complaint import queries as complaints
from xiuhao.kernel import roles as r
from xiuhao.kernel.process import Notice, Process, Series, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _

TO_SIGN = Notice("allowance_asked", {r.ASKED})
REFUSED = Notice("allowance_refused", {r.OWNER})

NO_PART = claims.no_part(lambda step: step.record.claim_id if step.before else step.context["parent"].pk)


def impartial(*verbs: Transition) -> tuple[Transition, ...]:
    """Whoever the complaint is about gives and signs nothing for it."""
    return complaints.impartial(verbs, NO_PART)


ALLOWANCE = declare(
    Process(
        "allowance",
        _("销货折让证明单"),
        record="allowance.Allowance",
        related=("claim", "voucher"),
        series=Series("ZR"),
        facts=lambda record: {"kind": record.kind},
        title=str,
        transitions=impartial(
            Transition(
                "certify", _("开折让证明"), (), ENDORSING, may=SALES, on="claim", needs=(AMOUNT, INVOICE, REASON), gather=certifying.gather,
                guards=(DECIDED, WITHIN), do=certifying.certify, opens=(HEAD,), clauses=CLAUSE, notify=(TO_SIGN,),
            ),
            Transition(
                "endorse", _("经（副）理签核"), (ENDORSING,), APPROVING, may={r.ASKED}, answers=HEAD, outcome="agreed", needs=(NOTE,),
                opens=(TOP,), clauses=CLAUSE, notify=(TO_SIGN,),
            ),
            Transition(
                "decline", _("不予签核"), (ENDORSING,), VOID, may={r.ASKED}, answers=HEAD, outcome="refused", needs=(WHY,),
                notify=(REFUSED,),
            ),
            Transition(
                "approve", _("总（副）经理签核"), (APPROVING,), SIGNED, may={r.ASKED}, answers=TOP, outcome="agreed", needs=(NOTE,),
                guards=(NOT_OWN,), clauses=CLAUSE, notify=(Notice("allowance_signed", {r.OWNER}),),
            ),
            Transition(
                "reject", _("不予批准"), (APPROVING,), VOID, may={r.ASKED}, answers=TOP, outcome="refused", needs=(WHY,),
                notify=(REFUSED,),
            ),
            Transition(
                "amend", _("更正金额"), (ENDORSING, SIGNED), ENDORSING, may=SALES, needs=(AMOUNT, WHY), gather=certifying.gather,
                guards=(DECIDED, WITHIN), do=certifying.amend, may_open=(HEAD,), notify=(TO_SIGN,),
            ),
            Transition(
                "seal", _("客户已盖章"), (SIGNED,), SEALED, may=SALES, needs=(SEAL, SEALED_ON), guards=(SIGNED_BOTH, IN_FORCE),
                gather=certifying.gather,
                notify=(Notice("allowance_sealed", {r.FINANCE}),),
            ),
            Transition(
                "book", _("入账"), (SEALED,), BOOKED, may={r.FINANCE}, needs=(DAY, RED), guards=(SIGNED_BOTH, IN_FORCE),
                gather=certifying.gather, do=certifying.book,
                notify=(Notice("allowance_booked", {r.OWNER}),),
            ),
            Transition(
                "withdraw", _("作废证明"), (ENDORSING, APPROVING, SIGNED, SEALED), VOID, may=SALES, needs=(WHY,),
            ),
        ),
        clocks=CLOCKS,
        readers=READERS,
    )
)  # fmt: skip
