"""A complaint is heard before it is answered: its points restated and agreed to, what the customer wants of us, what comes next."""

from __future__ import annotations

from xiuhao.kernel import rulebook
from xiuhao.kernel.evidence import Choice, LongText, Text
from xiuhao.kernel.models import Journal
from xiuhao.kernel.process import Guard, Transition
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket.elements import HANDLERS, WAITING, WORKING

HEARD_FIRST = rulebook.bind("CS4-1.1", "ticket", _("投诉先复述、后定方案"))
DEMANDS = (("repair", _("维修")), ("compensation", _("补偿")), ("explanation", _("解释")))


def heard(step: Step) -> bool:
    """What is no complaint need not be restated; a complaint was, and the customer agreed the last time it was (CS4-1.1)."""
    if step.record.kind != "complaint" or not HEARD_FIRST.active:
        return True
    line = Journal.objects.filter(case_id=step.case.pk, verb="restate").order_by("-seq").values_list("data", flat=True).first()
    return bool(line and line["given"].get("agreed") == "yes")


def heard_at_once(step: Step) -> bool:
    """A complaint is not solved in the breath in which it is taken down."""
    return not (step.given.get("at_once") and step.given.get("kind") == "complaint" and HEARD_FIRST.active)


# No clauses here: what is no complaint would be counted as having kept them. The verb counts.
HEARD = Guard("complaint_unheard", _("投诉要先复述要点并请客户确认，再定方案。请先做“复述诉求”。"), heard)
NOT_AT_ONCE = Guard("complaint_at_once", _("投诉不能建单时直接解决：请先保存，复述要点并请客户确认，再填写解决办法。"), heard_at_once)

HEARING = (
    Transition(
        "restate",
        _("复述诉求"),
        (*WORKING, *WAITING),
        None,
        may=HANDLERS,
        guards=(Guard("no_complaint", _("只有投诉需要复述诉求。"), lambda step: step.record.kind == "complaint", early=True),),
        needs=(
            LongText(key="restated", label=_("复述的要点"), longest=2000, clauses=("CS4-1.1",)),
            Choice(key="agreed", label=_("客户是否认可"), options=(("yes", _("认可")), ("no", _("不认可"))), clauses=("CS4-1.1",)),
            Choice(key="demand", label=_("核心诉求"), options=DEMANDS, clauses=("JD-1.8",)),
            Text(key="next_step", label=_("下一步"), longest=300, clauses=("CS6-2.2",)),
        ),
    ),
)
