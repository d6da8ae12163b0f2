"""THE DECLARATION of the claim: how a complaint with a loss runs through the departments (CS5)."""

from __future__ import annotations

from xiuhao.claim import after, queries, recourse, standing
from xiuhao.claim.elements import CHASED, CLOCKS, READERS
from xiuhao.claim.improving import IMPROVEMENT
from xiuhao.claim.recourse import RECOURSE
from xiuhao.claim.verbs.deciding import DECIDING_VERBS
from xiuhao.claim.verbs.filing import FILING, NOT_ABOUT
from xiuhao.claim.verbs.studying import STUDYING
from xiuhao.complaint import queries as complaints
from xiuhao.kernel.process import Process, Reaction, Series
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _

__all__ = ["CLAIM", "IMPROVEMENT", "RECOURSE"]


CLAIM = declare(
    Process(
        "claim",
        _("客户抱怨处理表"),
        record="claim.Claim",
        related=("complaint__case", "previous__case"),
        series=Series("KS"),
        facts=queries.facts,
        relations=standing.relations,
        title=queries.title,
        transitions=complaints.impartial((*FILING, *STUDYING, *DECIDING_VERBS), NOT_ABOUT),
        clocks=CLOCKS,
        reactions=(
            Reaction("review", after.reviewed),
            Reaction("approve", after.decided),
            Reaction("amend", after.reopened),
            *(Reaction(verb, after.reopened) for verb in ("object", "dispute", "refuse", "withdraw")),
            Reaction("close", after.closed),
            Reaction("involve", recourse.claimed),
            Reaction("withdraw", recourse.dropped),
            *(Reaction(verb, after.replaced) for verb in ("submit", "resubmit")),
            *(Reaction(f"clock.{key}.breach", after.overdue(key)) for key in CHASED),
        ),
        readers=READERS,
    )
)
