"""THE DECLARATION of the problem: many tickets of one fault, answered and solved together."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Flag, LongText, Number, Ref, Text
from xiuhao.kernel.process import Process, Reaction, Series, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.problem import actions, mending, queries
from xiuhao.problem.elements import OPEN, SOLVED
from xiuhao.wording import queries as wording

MAKERS = frozenset({r.PRODUCTION, r.RESEARCH})
MAY = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER})
CHIEFS = frozenset({r.OWNER, r.LEAD, r.EXPERT, r.MANAGER})

NUMBERS = LongText(key="numbers", label=_("工单编号"), required=False, longest=16_000, help=_("多个编号用空格、逗号或换行隔开"))
ALIKE = Flag(key="alike", label=_("并入同型号、描述相近的故障工单"))

PROBLEM = declare(
    Process(
        "problem",
        _("批量问题"),
        record="problem.Problem",
        related=("model",),
        series=Series("WT"),
        title=str,
        readers=MAKERS,
        transitions=(
            Transition(
                "open",
                _("立批量问题"),
                (),
                OPEN,
                may=MAY,
                needs=(
                    Text(key="subject", label=_("问题"), longest=120),
                    Ref(key="model", label=_("型号"), required=False, find=queries.model, offers=queries.offered),
                    ALIKE,
                    NUMBERS,
                    LongText(key="description", label=_("现象"), required=False),
                ),
                guards=(actions.KNOWN, actions.SOME),
                gather=actions.gather,
                do=actions.join,
            ),
            Transition(
                "join",
                _("并入工单"),
                (OPEN,),
                None,
                may=MAY,
                needs=(NUMBERS, ALIKE),
                guards=(actions.KNOWN, actions.SOME),
                gather=actions.gather,
                do=actions.join,
            ),
            Transition(
                "answer",
                _("统一答复"),
                (OPEN,),
                None,
                may=CHIEFS,
                needs=(wording.Said(key="text", label=_("给每位客户的答复")),),
                do=actions.answer,
            ),
            Transition(
                "note", _("内部备注"), (OPEN, SOLVED), None, may=MAY | MAKERS | {r.QUALITY}, needs=(LongText(key="text", label=_("内容")),)
            ),
            *mending.MENDING,
            Transition(
                "solve",
                _("一并解决"),
                (OPEN,),
                SOLVED,
                may=CHIEFS,
                needs=(wording.Said(key="solution", label=_("解决办法")),),
            ),
            Transition(
                "report",
                _("执行结果"),
                (OPEN, SOLVED),
                None,
                may={r.SYSTEM},
                quiet=True,
                needs=(
                    Choice(key="did", label=_("操作"), options=(("reply", _("统一答复")), ("solve", _("一并解决")))),
                    Number(key="done", label=_("成功")),
                    Number(key="refused", label=_("未成功")),
                    LongText(key="why", label=_("未成功的原因"), required=False),
                ),
                says=_("{did}：{done} 张工单成功，{refused} 张未成功"),
            ),
        ),
        clocks=mending.CLOCKS,
        reactions=(
            *(Reaction(verb, actions.informed) for verb in ("refer", "trace", "schedule", "progress")),
            Reaction("open", actions.joined),
            Reaction("join", actions.joined),
            Reaction("answer", actions.answered),
            Reaction("solve", actions.solved),
        ),
    )
)
