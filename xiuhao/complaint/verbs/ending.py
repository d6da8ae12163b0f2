"""Carried out, told by letter or phone, asked what the customer thinks of it, learned from, closed."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.complaint import handling
from xiuhao.complaint.authority import OF_OPTION
from xiuhao.complaint.elements import BASIS, CHOSEN, NO_OPEN_CHILD, PROMISED, PROOF, REASON, REVIEWED, SURVEYED, TOLD, WITHDRAWABLE, told
from xiuhao.complaint.models import CAUSES
from xiuhao.complaint.stages import ANSWERED, CLOSED, CONFIRMED, DESK, EXECUTED, HANDLERS, OPEN, WITHDRAWN
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Files, LongText, Money, Text
from xiuhao.kernel.process import Guard, Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.wording import queries as wording

LETTERS = (("letter", _("书信")), ("phone", _("电话")))
CONTENT = (("yes", _("满意")), ("no", _("不满意")))
BETTER = (("yes", _("超出预期")), ("no", _("没有")))
NEXT = Guard(
    "promise_missing",
    _("客户不满意：请写下一次答复的时间。"),
    lambda s: s.given["satisfied"] != "no" or bool(s.given["promised_at"]),
    ("CS4-1.4",),
)

ENDING_VERBS = (
    Transition(
        "execute", _("实施方案"), (CONFIRMED,), EXECUTED, may=HANDLERS, guards=(CHOSEN, *OF_OPTION),
        needs=(LongText(key="outcome", label=_("处理结果"), longest=2000), BASIS, PROOF), do=handling.executed,
        notify=(told("complaint_executed"),),
    ),
    Transition(
        "relay", _("转告客户"), OPEN, None, may=DESK | HANDLERS | {r.SALES, r.SALES_HEAD}, public=True, clauses=("CS5-9.15",),
        needs=(
            Choice(key="way", label=_("转告方式"), options=LETTERS, clauses=("CS5-9.15",), help=_("书信可以打印；处理单不给客户")),
            wording.Said(key="text", label=_("书信或电话的内容"), longest=4000),
            Text(key="spoken_to", label=_("接听或收信人"), longest=60, personal=True, required=False),
        ),
        do=handling.relay,
    ),
    Transition(
        "survey", _("征求意见"), (EXECUTED,), None, or_else=(ANSWERED,), may=DESK | HANDLERS, guards=(NEXT,), clauses=("CS4-2.4",),
        needs=(
            Choice(key="satisfied", label=_("客户是否满意"), options=CONTENT),
            Choice(key="better", label=_("是否超出预期"), options=BETTER, required=False),
            LongText(key="opinion", label=_("客户的意见"), longest=2000),
            replace(PROMISED, when=None, required=False, clauses=(), help=_("客户不满意时必填")),
        ),
        do=handling.surveyed,
    ),
    Transition(
        "close", _("结案"), (EXECUTED,), CLOSED, may=HANDLERS, guards=(SURVEYED, TOLD, NO_OPEN_CHILD, REVIEWED),
        needs=(
            Choice(key="cause", label=_("原因分类"), options=CAUSES, required=False, ours=True),
            LongText(key="summary", label=_("原因总结"), longest=2000, clauses=("CS3-4.2",), ours=True),
            LongText(key="improvement", label=_("改进建议"), longest=2000, clauses=("CS3-4.2",), ours=True),
        ),
        notify=(told("complaint_closed"),),
    ),
    Transition("withdraw", _("撤回投诉"), OPEN, WITHDRAWN, may=HANDLERS, guards=(WITHDRAWABLE, NO_OPEN_CHILD), needs=(REASON,)),
    Transition(
        "authorise", _("核决金额"), OPEN, None, may={r.SYSTEM}, quiet=True,
        needs=(Money(key="amount", label=_("核决金额")), Text(key="note", label=_("说明"), longest=500)), do=handling.authorise,
        notify=(Notice("complaint_authorised", {r.OWNER}),),
    ),
    Transition(
        "note", _("内部备注"), (*OPEN, CLOSED), None, may=DESK | HANDLERS | {r.QUALITY, r.SALES, r.SALES_HEAD, r.OFFICE},
        needs=(LongText(key="text", label=_("内容"), longest=4000), Files(key="files", label=_("文件"), required=False, at_least=0)),
    ),
)  # fmt: skip
