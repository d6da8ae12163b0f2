"""THE DECLARATION of a recourse: what is claimed of an outside party, until it is known what came of it; the claim may be closed by then
(CS5-9.17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from xiuhao.claim import queries, standing
from xiuhao.claim.elements import DROPPED, OFFICE, PURSUED, READERS, RECOVERED
from xiuhao.claim.models import ORIGINS, Claim, Recourse
from xiuhao.kernel import engine, policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.evidence import Day, LongText, Money, Text
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Clock, Process, Series, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ui.words import money

IMPARTIAL = queries.no_part(lambda step: step.record.claim_id)
CLAIMED = (Text(key="party", label=_("外部责任方"), longest=100), Money(key="amount", label=_("索赔金额")))
policy.facts("recourse", policy.Column("origin", _("责任来源"), "choice", lambda: dict(ORIGINS)))


def facts(record: Recourse) -> Mapping[str, Any]:
    """What the policy of its clock matches on."""
    return {"origin": record.claim.origin if record.claim_id else ""}


def title(record: Recourse) -> str:
    """Of whom how much is claimed."""
    return f"{record.party} {money(record.amount)}"


def relations(actor: Actor, case: Case | None, record: Recourse) -> Iterable[str]:
    """Whoever acts for the office in the claim does so here."""
    return standing.relations(actor, record.claim.case, record.claim) if case else ()


def begin(step: Step) -> None:
    """It hangs on the claim that it came of."""
    step.record.claim = Claim.objects.select_related("complaint", "case").get(pk=step.context["parent"].pk)


def claimed(case: Case) -> None:
    """Reaction to `involve` on a claim: what is claimed of an outsider is followed to its end; another amount than one that was settled
    is another matter."""
    claim = Claim.objects.get(pk=case.pk)
    known = list(Recourse.objects.filter(claim=claim).select_related("case").order_by("pk"))
    last, given = known[-1] if known else None, {"party": claim.external_party, "amount": str(claim.recourse)}
    if claim.recourse is None or (last and (last.party, last.amount) == (claim.external_party, claim.recourse)):
        return
    if last and last.case.is_open:
        engine.perform("recourse", "change", actor=SYSTEM, number=last.case.number, given=given)
    elif claim.recourse and not (last and last.amount == claim.recourse):
        key = uuid5(NAMESPACE_OID, f"claim {case.pk} recourse {len(known)}")
        engine.perform("recourse", "open", actor=SYSTEM, parent=case.number, given=given, key=key)


def dropped(case: Case) -> None:
    """Reaction to `withdraw` on a claim: nothing is claimed of anybody on it."""
    for one in Recourse.objects.filter(claim=case.pk, case__is_open=True).select_related("case"):
        engine.perform("recourse", "drop", actor=SYSTEM, number=one.case.number)


RECOURSE = declare(
    Process(
        "recourse", _("向外部责任方追偿"), record="claim.Recourse", related=("claim__complaint", "claim__case"), series=Series("ZC"),
        title=title, facts=facts, relations=relations, readers=READERS,
        transitions=(
            Transition("open", _("立案追偿"), (), PURSUED, may={r.SYSTEM}, on="claim", quiet=True, needs=CLAIMED, do=begin),
            Transition("change", _("更改索赔"), (PURSUED,), None, may={r.SYSTEM}, quiet=True, needs=CLAIMED),
            Transition(
                "recover", _("登记追偿结果"), (PURSUED,), RECOVERED, may=OFFICE, guards=(IMPARTIAL,),
                needs=(
                    Money(key="recovered", label=_("追偿所得"), help=_("没有追回的填 0，并在追偿结果里写明原因。")),
                    Day(key="recovered_on", label=_("追偿了结日期"), past=True),
                    LongText(key="recovery", label=_("追偿结果"), longest=2000),
                ),
            ),
            Transition("drop", _("客诉已撤回，不再追偿"), (PURSUED,), DROPPED, may={r.SYSTEM}, quiet=True),
            Transition(
                "note", _("内部备注"), (PURSUED, RECOVERED), None, may=OFFICE, guards=(IMPARTIAL,),
                needs=(Text(key="text", label=_("内容"), longest=2000),),
            ),
        ),
        clocks=(Clock("recovery", _("追偿期限"), runs_in=(PURSUED,), escalates=(r.OFFICE, r.DIRECTOR), clauses=("CS5-9.17",)),),
    )
)  # fmt: skip
