"""THE DECLARATION of a loss and who bears it (CS5-9.10). Closed: only its readers, and who is asked, know of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xiuhao.claim import queries as claims
from xiuhao.complaint import queries as complaints
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Flag, Money, Number, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.liability import assessing, queries, sanctions
from xiuhao.liability.assessing import HEARD
from xiuhao.liability.models import DEPARTMENTS, LOSSES, PLACES, READERS
from xiuhao.party import queries as people

__all__ = ["LIABILITY", "sanctions"]

RESELLING, ASSESSED = assessing.RESELLING, assessing.ASSESSED
SPLIT = State("split", _("待部门认责"), "purple")
SUBMITTED = State("submitted", _("待批示"), "red")
DECIDED = State("decided", _("已核定"), "green", end=True)

OFFICE = frozenset({r.OFFICE})
DECISION = Ask("decision", _("责任核定"), to=r.DIRECTOR, covers=("loss", "ledger"), amount="loss", clauses=("CS5-9.10",))
NOTE = Text(key="note", label=_("批示"), longest=500)
OPINION = Text(key="opinion", label=_("意见"), longest=500)


def when(basis: str) -> dict[str, Any]:
    """Evidence that is wanted for that kind of loss only."""
    return {"required": False, "when": lambda given: given.get("basis") == basis}


def pieces(key: str, label: str, *, wanted: bool = False) -> Number:
    return Number(key=key, label=label, places=2, **(when("returned") if wanted else {"required": False}))


SALE = (
    pieces("sold", _("转售数量")),
    Money(key="sold_at", label=_("转售单价"), required=False),
    Money(key="actual", label=_("实际损失"), required=False, help=_("未能转售部分，或返工等的实际损失。")),
)
FIGURES = (
    Choice(key="basis", label=_("损失类别"), options=LOSSES, clauses=("CS5-9.10",)),
    Money(key="granted", label=_("实际折让金额"), **when("allowance")),
    Day(key="returned_on", label=_("退货入库日"), past=True, **when("returned")),
    pieces("quantity", _("退货数量"), wanted=True),
    Money(key="grade_a", label=_("A 级品单价"), **when("returned")),
    *SALE,
)
PARTS = tuple(
    each
    for place, (label, needed) in enumerate(((_("首要责任部门"), True), (_("本可发现的部门"), False), (_("本可发现的部门二"), False)), 1)
    for each in (
        Choice(key=f"department{place}", label=label, options=DEPARTMENTS, required=needed),
        Number(key=f"percent{place}", label=_("比率"), unit="%", places=2, most=Decimal(100), required=False, help=_("不填则按比率表。")),
    )
)

NO_PART = claims.no_part(lambda step: step.record.claim_id if step.before else step.context["parent"].pk)


def impartial(*verbs: Transition) -> tuple[Transition, ...]:
    """Whoever the complaint is about works out no loss of it, and says nothing of who bears it."""
    return complaints.impartial(verbs, NO_PART)


LIABILITY = declare(
    Process(
        "liability",
        _("责任核定"),
        record="liability.Liability",
        related=("claim",),
        series=Series("ZE"),
        facts=queries.facts,
        transitions=impartial(
            Transition(
                "assess",
                _("核算损失"),
                (),
                ASSESSED,
                may=OFFICE,
                on="claim",
                or_else=(RESELLING,),
                needs=FIGURES,
                guards=(assessing.CLAIM_DECIDED, assessing.ONCE, assessing.SOLD_WITHIN, assessing.GRANTED_WITHIN),
                do=assessing.assess,
            ),
            Transition(
                "resell",
                _("登记转售结果"),
                (RESELLING,),
                ASSESSED,
                may=OFFICE,
                or_else=(RESELLING,),
                needs=SALE,
                guards=(assessing.SOLD_WITHIN,),
                do=assessing.resell,
            ),
            Transition(
                "correct",
                _("更正核算"),
                (RESELLING, ASSESSED, SPLIT),
                ASSESSED,
                may=OFFICE,
                or_else=(RESELLING,),
                needs=FIGURES,
                guards=(assessing.SOLD_WITHIN, assessing.GRANTED_WITHIN),
                do=assessing.correct,
            ),
            Transition(
                "split",
                _("分摊责任"),
                (ASSESSED, SPLIT),
                SPLIT,
                may=OFFICE,
                needs=(*PARTS, Flag(key="foreseen", label=_("上级可以预见"))),
                guards=(assessing.DISTINCT, assessing.WHOLE),
                do=assessing.split,
                may_open=tuple(HEARD.values()),
                clauses=("CS5-9.10",),
                notify=(Notice("liability_heard", {r.ASKED}),),
            ),
            Transition(
                "charge",
                _("登记个人责任"),
                (SPLIT,),
                None,
                may=OFFICE,
                needs=(
                    Choice(key="department", label=_("部门"), options=DEPARTMENTS[:-1]),
                    Ref(key="person", label=_("人员"), find=people.colleague, offers=queries.colleagues),
                    Choice(key="place", label=_("责任"), options=PLACES),
                    Number(key="points", label=_("基点"), places=2, least=Decimal("0.01"), most=Decimal(10000)),
                    Money(key="bonus", label=_("当月效率奖金"), required=False),
                ),
                guards=(assessing.OF_THE_SPLIT, assessing.NOT_TWICE),
                do=assessing.charge,
            ),
            Transition("accept", _("认责"), (SPLIT,), None, may={r.ASKED}, answers=HEARD[r.PRODUCTION], outcome="agreed", needs=(OPINION,)),
            Transition(
                "object", _("提出异议"), (SPLIT,), None, may={r.ASKED}, answers=HEARD[r.PRODUCTION], outcome="refused", needs=(OPINION,)
            ),
            Transition(
                "submit",
                _("呈主管批示"),
                (SPLIT,),
                SUBMITTED,
                may=OFFICE,
                guards=(assessing.ALL_HEARD, assessing.CLAIM_STANDS, claims.decidable(DECISION, lambda step: step.record.claim_id)),
                opens=(DECISION,),
                notify=(Notice("liability_submitted", {r.ASKED}),),
            ),
            Transition(
                "approve", _("核定"), (SUBMITTED,), DECIDED, may={r.ASKED}, answers=DECISION, outcome="agreed", needs=(NOTE,),
                guards=(assessing.CLAIM_STANDS,), do=assessing.decide, clauses=("CS5-9.10",),
            ),
            Transition(
                "reassess", _("重新核定"), (DECIDED,), ASSESSED, may=OFFICE, needs=(Text(key="why", label=_("原因"), longest=500),),
                do=assessing.reassess, reopens=True, notify=(Notice("liability_reopened", {assessing.REGISTER}, when=assessing.charged),),
            ),
            Transition("reject", _("退回重核"), (SUBMITTED,), ASSESSED, may={r.ASKED}, answers=DECISION, outcome="refused", needs=(NOTE,)),
        ),
        clocks=(
            Clock("resale", _("转售期限"), runs_in=(RESELLING,), due="resale_until", escalates=(r.OFFICE,)),
            Clock("heard", _("认责时限"), runs_in=(SPLIT,), escalates=(r.OFFICE, r.DEPUTY), again=("split",)),
            Clock("decision", _("批示时限"), runs_in=(SUBMITTED,), escalates=(r.DIRECTOR,), again=("submit",)),
        ),
        readers=READERS,
        closed=True,
    )
)  # fmt: skip
