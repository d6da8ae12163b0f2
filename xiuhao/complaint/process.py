"""THE DECLARATIONS of complaints, of anomaly slips and of reports of wrongdoing. Read this and `verbs`, and you know the rules."""

from __future__ import annotations

from xiuhao.complaint import handling, queries
from xiuhao.complaint import reaching as reaching  # who the customer is registers itself
from xiuhao.complaint import tables as tables  # the tables declare themselves
from xiuhao.complaint.elements import CLOCKS, NOT_ABOUT
from xiuhao.complaint.slips import ANOMALY, TIPOFF
from xiuhao.complaint.stages import READERS
from xiuhao.complaint.verbs.answering import ANSWERING_VERBS
from xiuhao.complaint.verbs.ending import ENDING_VERBS
from xiuhao.complaint.verbs.hearing import HEARING_VERBS
from xiuhao.kernel import erasure
from xiuhao.kernel.process import Process, Series
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _

COMPLAINT = declare(
    Process(
        "complaint",
        _("投诉"),
        record="complaint.Complaint",
        related=("model", "about", "chosen"),
        series=Series("TS"),
        facts=queries.facts,
        relations=queries.relations,
        transitions=queries.impartial((*HEARING_VERBS, *ANSWERING_VERBS, *ENDING_VERBS), NOT_ABOUT),
        clocks=CLOCKS,
        readers=READERS,
    )
)
declare(ANOMALY)
declare(TIPOFF)

erasure.BESIDE.append(handling.empty)
