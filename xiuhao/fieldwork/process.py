"""THE DECLARATION of the work order: how a job on site runs from the ticket to the archive. Read this and you know the rules."""

from __future__ import annotations

from xiuhao.fieldwork import queries, stock
from xiuhao.fieldwork.app import forgetting
from xiuhao.fieldwork.elements import ABORTED, CANCELLED, CLOCKS
from xiuhao.fieldwork.finishing import recurred, signed_off
from xiuhao.fieldwork.verbs.arranging import ARRANGING
from xiuhao.fieldwork.verbs.finishing import FINISHING
from xiuhao.fieldwork.verbs.keeping import KEEPING
from xiuhao.fieldwork.verbs.visiting import VISITING
from xiuhao.kernel import erasure
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process, Reaction, Series
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.parts import process as parts


def given_up(case: Case) -> None:
    """Reaction to what may end a job unfinished: what was asked for it and is not sent stays in the store; where only a dearer price was
    declined, what that alone asked for."""
    if case.state in (CANCELLED.key, ABORTED.key):
        parts.drop_all(case)
    else:
        parts.reconsider(case, stock.unneeded(case.pk))


WORK = declare(
    Process(
        "work",
        _("派工单"),
        record="fieldwork.WorkOrder",
        related=("category", "device", "engineer"),
        series=Series("PG"),
        facts=queries.facts,
        relations=queries.relations,
        transitions=(*ARRANGING, *VISITING, *FINISHING, *KEEPING),
        clocks=CLOCKS,
        reactions=(
            Reaction("recur", recurred),
            Reaction("sign", signed_off),
            *(Reaction(verb, parts.inform) for verb in ("assign", "claim", "diagnose", "quote", "transfer")),
            *(Reaction(verb, given_up) for verb in ("cancel", "abort", "decline")),
        ),
        readers=frozenset({r.ENGINEER}),
    )
)

erasure.BESIDE.append(forgetting.empty)
