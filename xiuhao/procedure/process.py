"""THE DECLARATION of a regulation's edition (HA-1.1)."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, LongText, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, Process, Reaction, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.procedure import actions, queries

DRAFTED = State("drafted", _("草案"), "amber")
CIRCULATED = State("circulated", _("会签中"), "blue")
ISSUED = State("issued", _("已发布"), "green")
REPLACED = State("replaced", _("已被新版替代"), "grey", end=True)
WITHDRAWN = State("withdrawn", _("已撤回"), "grey", end=True)

WRITERS = frozenset({r.LEAD, r.QUALITY, r.MANAGER})
TEXT = ("purpose", "principles", "scope", "duties")  # an opinion is on this text; another text asks for another opinion
SERVICE = Ask("service", _("客服部门意见"), to=r.LEAD, to_person="service_by", covers=TEXT)
TECHNICAL = Ask("technical", _("技术部门意见"), to=r.EXPERT, to_person="technical_by", covers=TEXT)
QUALITY = Ask("quality", _("质量部门意见"), to=r.QUALITY, to_person="quality_by", covers=TEXT)
EVERYBODY_HEARD = Guard("procedure_not_heard", _("还有部门没有会签，请等意见到齐再发布。"), actions.heard, clauses=("HA-1.1",))
PARTS = (
    Choice(key="regulation", label=_("规章"), options=queries.regulations),
    Text(key="name", label=_("名称"), longest=100),
    LongText(key="purpose", label=_("目的"), longest=4000, clauses=("HA-1.1",)),
    LongText(key="principles", label=_("原则"), longest=4000, clauses=("HA-1.1",)),
    LongText(key="scope", label=_("范围"), longest=4000, clauses=("HA-1.1",)),
    LongText(key="duties", label=_("职责"), longest=4000, clauses=("HA-1.1",)),
)
OPINION = LongText(key="opinion", label=_("意见"), longest=4000)
REASON = Text(key="reason", label=_("原因"), longest=500)


def opinion(ask: Ask, key: str, label: str) -> Transition:
    """The answer of one department."""
    return Transition(key, label, (CIRCULATED,), None, may={r.ASKED}, answers=ask, outcome="agreed", needs=(OPINION,))


PROCEDURE = declare(
    Process(
        "procedure",
        _("规程"),
        record="procedure.Procedure",
        series=Series("GC"),
        transitions=(
            Transition("draft", _("起草规程"), (), DRAFTED, may=WRITERS, needs=PARTS, do=actions.draft),
            Transition("amend", _("修改草案"), (DRAFTED,), None, may=WRITERS | {r.OWNER}, needs=PARTS),
            Transition(
                "circulate",
                _("送各部门会签"),
                (DRAFTED,),
                CIRCULATED,
                may=WRITERS | {r.OWNER},
                needs=(
                    Ref(key="service_by", label=_("客服部门由谁会签"), find=people.colleague, offers=queries.colleagues),
                    Ref(key="technical_by", label=_("技术部门由谁会签"), find=people.colleague, offers=queries.colleagues),
                    Ref(key="quality_by", label=_("质量部门由谁会签"), find=people.colleague, offers=queries.colleagues),
                ),
                opens=(SERVICE, TECHNICAL, QUALITY),
                notify=(Notice("procedure_circulated", {r.ASKED}),),
            ),
            opinion(SERVICE, "opine_service", _("客服部门会签")),
            opinion(TECHNICAL, "opine_technical", _("技术部门会签")),
            opinion(QUALITY, "opine_quality", _("质量部门会签")),
            Transition("recall", _("退回修改"), (CIRCULATED,), DRAFTED, may=WRITERS | {r.OWNER}, needs=(REASON,), do=actions.recall),
            Transition(
                "issue",
                _("发布"),
                (CIRCULATED,),
                ISSUED,
                may={r.MANAGER},
                guards=(EVERYBODY_HEARD,),
                needs=(Day(key="effective_on", label=_("生效日期"), clauses=("HA-1.1",)),),
                do=actions.issue,
                notify=(Notice("procedure_issued", {r.OWNER, r.LEAD}),),
            ),
            Transition(
                "replace",
                _("被新版替代"),
                (ISSUED,),
                REPLACED,
                may={r.SYSTEM},
                quiet=True,
                needs=(Text(key="note", label=_("新版"), longest=120),),
            ),
            Transition(
                "withdraw", _("撤回"), (DRAFTED, CIRCULATED), WITHDRAWN, may=WRITERS | {r.OWNER}, needs=(REASON,), do=actions.recall
            ),
        ),
        clocks=(Clock("opinions", _("会签时限"), runs_in=(CIRCULATED,), escalates=(r.OWNER, r.MANAGER)),),
        reactions=(Reaction("issue", actions.replace_older),),
    )
)
