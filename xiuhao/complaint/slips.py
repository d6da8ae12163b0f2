"""The slip for an anomaly without loss (CS5-3), and the report of wrongdoing, which it does not concern to see (CS3-4.3)."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.complaint import handling, queries
from xiuhao.complaint.models import CONCERNS as WHOM
from xiuhao.complaint.models import CONTENTS
from xiuhao.complaint.stages import INTAKERS
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Files, Flag, LongText, Ref, Text
from xiuhao.kernel.process import Clock, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.product.queries import Serial

REPORTED = State("reported", _("待答复"), "amber")
ANSWERED = State("answered", _("待确认效果"), "blue")
CLOSED = State("closed", _("已结"), "grey", end=True)
ANSWERERS = frozenset({r.QUALITY, r.PRODUCTION, r.RESEARCH, r.LEAD, r.MANAGER})

FILED = State("filed", _("待查核"), "amber")
HANDLED = State("handled", _("待结案"), "blue")
DONE = State("closed", _("已结案"), "grey", end=True)
TRUSTED = frozenset({r.OFFICE, r.DIRECTOR})
WITNESSES = TRUSTED | {r.AGENT, r.LEAD, r.MANAGER, r.SALES, r.ENGINEER, r.WAREHOUSE, r.PRODUCTION, r.FINANCE}  # who may file one


def of_nobody(step: Step) -> None:
    """Nobody's yet: whoever answers it works on it."""
    step.own(None)


def file(step: Step) -> None:
    """Only the trusted see it from here on: not even who took it down. The source is sealed, and stands in no line; nor does the name
    of who filed it without one: that may be the same person.
    """
    step.own(None)
    step.case.keeper_id, step.case.origin_path = None, ""
    step.say(sourced=bool(step.given["source"]))
    step.given["source"] = ""
    if step.given["anonymous"]:
        step.actor = replace(step.actor, name="***")


NOT_SELF = Guard("about_you", _("这件举报与您本人有关，请由其他同事受理。"), lambda s: not queries.concerned(s.actor, s.record), early=True)
MATERIAL = Files(key="files", label=_("材料"), required=False, at_least=0)
NAMED = Guard("source_missing", _("请填举报人，或勾选“匿名”。"), lambda s: bool(s.given["source"]) or s.given["anonymous"])

CONCERNS = Choice(
    key="concerns",
    label=_("涉及"),
    options=WHOM,
    when=lambda given: not given.get("about"),
    required=False,
    help=_("涉及本公司同事的，请在下面选出本人，其本人才看不到本件；还不清楚是谁的，只有总经理能看，由其核明"),
)
ABOUT = Ref(
    key="about",
    label=_("被举报人（本公司）"),
    find=people.colleague,
    offers=handling.colleagues,
    when=lambda given: given.get("concerns") == "staff",
)

ANOMALY = Process(
    "anomaly",
    _("异常处理单"),
    record="complaint.Anomaly",
    related=("model",),
    series=Series("YC"),
    facts=queries.of_anomaly,
    readers=frozenset({r.PRODUCTION, r.RESEARCH, r.SALES, r.SALES_HEAD}),
    transitions=(
        Transition(
            "report", _("反映异常"), (), REPORTED, may=INTAKERS | {r.PRODUCTION, r.WAREHOUSE, r.ENGINEER}, clauses=("CS5-3",), do=of_nobody,
            needs=(
                Choice(key="content", label=_("内容"), options=CONTENTS[:4]),
                Ref(key="model", label=_("型号"), find=queries.model, offers=queries.models, required=False),
                Serial(key="serial", label=_("序列号"), required=False),
                Text(key="found_by", label=_("反映单位"), longest=80, required=False),
                LongText(key="text", label=_("异常情况"), longest=4000),
                Files(key="files", label=_("照片或文件"), required=False, at_least=0),
            ),
            notify=(Notice("anomaly_reported", {r.QUALITY}),),
        ),
        Transition(
            "answer", _("答复与改善"), (REPORTED,), ANSWERED, may=ANSWERERS,
            needs=(LongText(key="cause", label=_("原因"), longest=2000), LongText(key="measure", label=_("改善措施"), longest=2000)),
        ),
        Transition(
            "send_back", _("改善无效，退回重办"), (ANSWERED,), REPORTED, may={r.QUALITY, r.LEAD, r.MANAGER}, do=of_nobody,
            needs=(Text(key="why", label=_("理由"), longest=500),), notify=(Notice("anomaly_reported", {r.QUALITY}),),
        ),
        Transition(
            "close", _("确认效果并结案"), (ANSWERED,), CLOSED, may={r.QUALITY, r.LEAD, r.MANAGER},
            needs=(LongText(key="checked", label=_("改善效果"), longest=2000),),
        ),
    ),
    clocks=(Clock("answer", _("异常答复"), runs_in=(REPORTED,), escalates=(r.QUALITY, r.MANAGER), again=("send_back",)),),
)  # fmt: skip

TIPOFF = Process(
    "tipoff",
    _("举报"),
    record="complaint.Tipoff",
    series=Series("JB"),
    facts=queries.of_tipoff,
    readers=TRUSTED,
    closed=True,
    kept_from=queries.shown_to_none_it_concerns,
    transitions=(
        Transition(
            "file", _("登记举报"), (), FILED, may=WITNESSES, clauses=("CS3-4.3",),
            guards=(NOT_SELF, NAMED), do=file,
            needs=(
                Text(key="person", label=_("被举报人或部门"), longest=80, personal=True),
                CONCERNS, ABOUT,
                LongText(key="matter", label=_("举报事项"), longest=8000),
                Text(key="source", label=_("举报人"), longest=120, personal=True, required=False, help=_("加密保存，任何页面都不显示")),
                Flag(key="anonymous", label=_("匿名举报")),
                MATERIAL,
            ),
        ),
        Transition(
            "name", _("登记被举报人"), (FILED, HANDLED), None, may=TRUSTED, guards=(NOT_SELF,),
            needs=(replace(CONCERNS, options=WHOM[:2]), ABOUT, LongText(key="ground", label=_("依据"), longest=1000)),
        ),
        Transition(
            "handle", _("登记查核"), (FILED,), HANDLED, may=TRUSTED, guards=(NOT_SELF,),
            needs=(LongText(key="findings", label=_("查核情况"), longest=8000), MATERIAL),
        ),
        Transition(
            "close", _("结案"), (HANDLED,), DONE, may=TRUSTED, guards=(NOT_SELF,),
            needs=(LongText(key="outcome", label=_("处理结果"), longest=4000),),
        ),
    ),
    clocks=(Clock("handling", _("查核时限"), runs_in=(FILED, HANDLED), escalates=(r.DIRECTOR,)),),
)  # fmt: skip
