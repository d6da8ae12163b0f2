"""What a claim is made of: states, departments, asks, clocks, and the evidence that several verbs share."""

from __future__ import annotations

from datetime import timedelta

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Moment, Text
from xiuhao.kernel.process import Ask, Clock, Notice, Series, State
from xiuhao.kernel.words import _

SUBMITTED = State("submitted", _("待登记"), "amber")
REGISTERED = State("registered", _("质管调查"), "blue")
INVESTIGATED = State("investigated", _("待调查报告"), "blue")
REPORTED = State("reported", _("待制造分析"), "blue")
ANALYSED = State("analysed", _("待经理批示"), "amber")
ENDORSED = State("endorsed", _("待研发研究"), "purple")
REVIEWING = State("reviewing", _("总经理室审议"), "purple")
NEGOTIATING = State("negotiating", _("业务交涉"), "amber")
NEGOTIATED = State("negotiated", _("待综合意见"), "purple")
DECIDING = State("deciding", _("待核决"), "red")
DECIDED = State("decided", _("执行中"), "blue")
CLOSED = State("closed", _("已结案"), "green", end=True)
WITHDRAWN = State("withdrawn", _("已撤回"), "grey", end=True, given_up=True)
STAGES = (
    SUBMITTED, REGISTERED, INVESTIGATED, REPORTED, ANALYSED, ENDORSED, REVIEWING, NEGOTIATING, NEGOTIATED, DECIDING, DECIDED,
)  # fmt: skip
LISTED = STAGES[1:]  # in the ledger
UNDECIDED = STAGES[:-2]
# Whose work a stage is (CS5-9.4). The decision is whose authority it is.
DEPARTMENT = {
    SUBMITTED: r.OFFICE, REGISTERED: r.QUALITY, INVESTIGATED: r.QUALITY, REPORTED: r.PRODUCTION, ANALYSED: r.MANAGER, ENDORSED: r.RESEARCH,
    REVIEWING: r.OFFICE, NEGOTIATING: r.SALES, NEGOTIATED: r.OFFICE, DECIDING: r.DIRECTOR, DECIDED: r.SALES,
}  # fmt: skip

# Departments, not people: what each is called by the role that works for it.
DEPARTMENTS = {
    r.SALES: _("业务部"), r.QUALITY: _("质量管理部"), r.PRODUCTION: _("制造部"), r.MANAGER: _("经理室"), r.RESEARCH: _("研发部"),
    r.OFFICE: _("总经理室"), r.FINANCE: _("会计科"), r.WAREHOUSE: _("仓储"), r.SALES_HEAD: _("业务经理"), r.DEPUTY: _("副总经理"),
    r.DIRECTOR: _("总经理"),
}  # fmt: skip

TO_DO = State("to_do", _("待改善"), "amber")
DONE = State("done", _("待查效果"), "blue")
EFFECTIVE = State("effective", _("改善有效"), "green", end=True)

PURSUED = State("pursued", _("追偿中"), "amber")
RECOVERED = State("recovered", _("追偿了结"), "green", end=True)
DROPPED = State("dropped", _("不再追偿"), "grey", end=True, given_up=True)

SALES = frozenset({r.SALES, r.SALES_HEAD})
FILERS = frozenset({r.SALES, r.SALES_HEAD, r.AGENT, r.LEAD})  # the business department, or the desk for it
OFFICE = frozenset({r.OFFICE})
EVERYBODY = frozenset({r.SALES, r.SALES_HEAD, r.QUALITY, r.PRODUCTION, r.RESEARCH, r.OFFICE, r.MANAGER})
READERS = EVERYBODY | {r.DEPUTY, r.DIRECTOR}
LEDGER = Series("20", gapless=True, digits=3, dash="-")  # 202611-001 (CS5-8.1)
PLACES = tuple((role, DEPARTMENTS[role]) for role in (r.SALES, r.QUALITY, r.PRODUCTION, r.RESEARCH, r.OFFICE, r.WAREHOUSE))
IMPROVERS = tuple((role, DEPARTMENTS[role]) for role in (r.PRODUCTION, r.QUALITY, r.RESEARCH, r.SALES, r.WAREHOUSE))
CONSULTED = (r.QUALITY, r.PRODUCTION, r.RESEARCH, r.SALES, r.FINANCE, r.WAREHOUSE)

READING = Ask("reading", _("交涉结果核阅"), to=r.SALES_HEAD, clauses=("CS5-9.6",))
OPINIONS = Ask("opinion", _("会签意见"), to=r.OFFICE, each=CONSULTED)
COVERED = ("outcome", "amount", "approved_quantity")
DECISION = Ask("decision", _("客诉核决"), to=r.DIRECTOR, covers=COVERED, amount="amount", clauses=("CS5-9.8", "CS5-11"))
COPIES = Ask("copies", _("结案表分送"), to=r.OFFICE, each=(r.QUALITY, r.PRODUCTION, r.SALES, r.FINANCE, r.OFFICE), clauses=("CS5-9.11",))

NOTE = Text(key="note", label=_("说明"), required=False, longest=500)
WHY = LongText(key="why", label=_("理由"), longest=2000)
ANSWER_BY = Moment(key="due_at", label=_("答复期限"), within=lambda: timedelta(days=90))
AGAIN_BY = Moment(key="again_by", label=_("重办期限"), within=lambda: timedelta(days=90))
IMPROVE_BY = Moment(key="due_at", label=_("改善期限"), within=lambda: timedelta(days=730))

CLOCKS = (
    Clock("total", _("结案期限"), starts="register", stops=("close",), escalates=(r.OFFICE, r.DIRECTOR), clauses=("CS5-10.1",)),
    Clock("registration", _("登记时限"), runs_in=(SUBMITTED,), escalates=(r.OFFICE, r.DIRECTOR)),
    Clock("quality", _("质管时限"), runs_in=(REGISTERED, INVESTIGATED), escalates=(r.QUALITY, r.MANAGER)),
    Clock("report", _("调查报告时限"), runs_in=(INVESTIGATED,), escalates=(r.QUALITY, r.MANAGER), clauses=("CS5-9.3",)),
    Clock("production", _("制造分析时限"), runs_in=(REPORTED,), escalates=(r.PRODUCTION, r.DEPUTY), again=("report",)),
    Clock("endorsement", _("经理批示时限"), runs_in=(ANALYSED,), escalates=(r.MANAGER, r.DEPUTY), again=("analyse",)),
    Clock("research", _("研发研究时限"), runs_in=(ENDORSED,), escalates=(r.RESEARCH, r.DEPUTY), again=("endorse",)),
    Clock("review", _("审议时限"), runs_in=(REVIEWING,), escalates=(r.OFFICE, r.DIRECTOR), again=("endorse", "study")),
    Clock(
        "negotiation", _("交涉时限"), runs_in=(NEGOTIATING,), escalates=(r.SALES, r.SALES_HEAD), clauses=("CS5-9.6",), again=("review",)
    ),
    Clock(
        "opinion", _("综合意见时限"), runs_in=(NEGOTIATED,), escalates=(r.OFFICE, r.DIRECTOR), clauses=("CS5-9.7",),
        again=("read", "refuse"),
    ),
    Clock(
        "decision", _("核决时限"), runs_in=(DECIDING,), escalates=(r.DEPUTY, r.DIRECTOR),
        again=("opine", "amend", "object", "dispute"),
    ),
    Clock(
        "execution", _("执行时限"), runs_in=(DECIDED,), stops=("execute", "collect"), escalates=(r.SALES, r.SALES_HEAD),
        again=("approve",),
    ),
    Clock("quantity", _("补填数量提醒"), stops=("fill_quantity",), escalates=(r.SALES, r.SALES_HEAD), clauses=("CS5-9.2",)),
    # To whom it was sent back does it anew by a moment of its own; every stage after has its limit again.
    Clock("quality_again", _("质管重办时限"), runs_in=(REGISTERED, INVESTIGATED), due="again_by", escalates=(r.QUALITY, r.OFFICE)),
    Clock("production_again", _("制造重办时限"), runs_in=(REPORTED,), due="again_by", escalates=(r.PRODUCTION, r.OFFICE)),
    Clock("consult", _("会签时限"), runs_in=STAGES, due="consult_due", escalates=(r.OFFICE,)),
    Clock(
        "collection", _("收款时限"), runs_in=(DECIDED,), starts="approve", stops=("collect",), escalates=(r.SALES, r.SALES_HEAD),
        again=("approve",),
    ),
)  # fmt: skip
# The stages after registration, one after the other: together no longer than a claim may take.
STAGE_CLOCKS = ("quality", "production", "endorsement", "research", "review", "negotiation", "opinion", "decision", "execution")
CHASED = ("total", "registration", *STAGE_CLOCKS)  # whose breach the office hears of

INSTRUCTION = Ask("instruction", _("调查报告批示"), to=r.DIRECTOR, clauses=("CS5-9.3",))
ACTING = "claim_acting"  # who acts for the department whose turn it is, where the complaint is about the only one in it
ASKED = Notice("claim_asked", {r.ASKED, ACTING})


def turn(role: str) -> Notice:
    """It is this department's turn."""
    return Notice("claim_turn", {role, ACTING})


NOT_UPHELD = Notice("claim_not_upheld", {r.FINANCE, r.SALES}, ("CS5-9.18",), when=lambda step: bool(step.record.outcome == "rejected"))
