"""THE DECLARATION of returns: the way of 三包 from an application to the countermeasure, the factory's from the slip to the books."""

from __future__ import annotations

from xiuhao.complaint import queries as complaints
from xiuhao.kernel.process import Process, Series
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.returns import queries
from xiuhao.returns.elements import CLOCKS, READERS
from xiuhao.returns.impartial import NO_PART
from xiuhao.returns.verbs.factory import FACTORY
from xiuhao.returns.verbs.guarantee import GUARANTEE

RETURNS = declare(
    Process(
        "returns",
        _("退换货"),
        record="returns.Return",
        related=("model__category", "category", "device"),
        series=Series("TH"),
        facts=queries.facts,
        transitions=complaints.impartial((*GUARANTEE, *FACTORY), NO_PART),
        clocks=CLOCKS,
        readers=READERS,
    )
)
