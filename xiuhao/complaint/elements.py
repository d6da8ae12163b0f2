"""What the declaration of the complaint is made of: its states, conditions, asks, evidence and clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from xiuhao.complaint import authority, handling, intake, queries
from xiuhao.complaint.models import CHANNELS, CONTENTS, DEMANDS, DEPARTMENTS, FAULTS, LOSSES, SEVERITIES
from xiuhao.complaint.stages import ASSIGNED, EXECUTED, OPEN, RECEIVED, SOLVING
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Files, Flag, LongText, Moment, Money, Phone, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.product import queries as products

HANDLE = Ask("handle", _("责任部门答复"), to=r.MANAGER, to_choice="department")

YES_NO = (("yes", _("认可")), ("no", _("不认可")))
WAYS = (("phone", _("电话")), ("visit", _("当面")), ("mail", _("邮件")), ("wechat", _("微信")))
REMEDIES = (("compensation", _("给予补偿")), ("substitute", _("提供替代品")), ("priority", _("优先处理")))
SORRY = _("建议说法：“这件事是我们没有做好，给您添了麻烦，非常抱歉。我会一直跟到办好为止。”")


def needs_machine(given: Mapping[str, Any]) -> bool:
    """What is about a person or something else need not name a machine."""
    return given.get("content") not in queries.SERVED


def _spoken(given: Mapping[str, Any]) -> bool:
    """Who is heard by ear hears the points again at once; what came in writing is restated when we call back."""
    return given.get("channel") in ("phone", "store", "visit")


def _once(given: Mapping[str, Any]) -> bool:
    return bool(given.get("at_once"))


def _ours(given: Mapping[str, Any]) -> bool:
    return given.get("fault") == "ours"


def paid(given: Mapping[str, Any]) -> bool:
    """What is given money for is proved."""
    return bool(given.get("amount"))


CONTACT = (
    Text(key="contact_name", label=_("联系人"), longest=60, personal=True, required=False),
    Phone(key="contact_phone", label=_("联系电话")),
)
CHANNEL = Choice(key="channel", label=_("渠道"), options=CHANNELS)
DEMAND = Choice(key="demand", label=_("核心诉求"), options=DEMANDS, clauses=("CS4-6", "JD-1.8"), help=_("客户最想先解决的是什么"))
RESTATED = LongText(
    key="restated", label=_("复述的要点"), longest=2000, when=_spoken, clauses=("CS4-1.1",), help=_("听完后把要点说给客户听，请客户确认"),
)  # fmt: skip
AGREED = Choice(key="agreed", label=_("客户是否认可"), options=YES_NO, when=_spoken, clauses=("CS4-1.1",))
RESTATED_NOW, AGREED_NOW = replace(RESTATED, when=None), replace(AGREED, when=None)
EVIDENT = Flag(key="evident", label=_("明显是我方的错"), ours=True, help=_("一听就清楚的；过错仍由责任部门查明后登记"))
SORRY_NOW = Flag(
    key="apologised", label=_("已先向客户道歉"), when=lambda given: bool(given.get("evident")), clauses=("CS4-2.1",), help=SORRY
)
ABOUT = Ref(key="about", label=_("被投诉人"), find=people.colleague, offers=handling.colleagues, required=False)
CONTENT = Choice(key="content", label=_("投诉内容"), options=CONTENTS)
SYMPTOM = LongText(
    key="symptom", label=_("故障表现"), longest=4000, clauses=("HA-5.2",), help=_("出了什么问题，客户怎么说"),
)  # fmt: skip
MACHINE = (
    Ref(key="model", label=_("型号"), find=queries.model, offers=queries.models, when=needs_machine, clauses=("HA-5.2",)),
    products.Serial(key="serial", label=_("序列号"), required=False),
    Day(key="purchased_on", label=_("何时购买"), past=True, when=needs_machine, clauses=("HA-5.2",)),
    Choice(key="loss", label=_("造成损失"), options=LOSSES, when=needs_machine),
)
SELDOM = (
    EVIDENT,
    SORRY_NOW,
    Flag(key="safety", label=_("涉及人身或财产安全")),
    Money(key="claimed", label=_("客户要求的金额"), required=False),
    ABOUT,
    Choice(key="severity", label=_("严重程度"), options=SEVERITIES, required=False, help=_("不选就按规则分级；改动要写理由")),
    Text(key="why", label=_("改级理由"), longest=300, required=False, ours=True),
)
FAULT = Choice(key="fault", label=_("过错"), options=FAULTS, ours=True)
APOLOGISED = Flag(key="apologised", label=_("已先向客户道歉"), when=_ours, clauses=("CS4-2.1",), help=SORRY)
AMOUNT = Money(key="amount", label=_("答应的金额"), required=False)
PROMISED = Moment(
    key="promised_at", label=_("承诺答复时间"), within=lambda: timedelta(days=queries.days("complaint.promise_most") or 30),
    when=lambda given: not _once(given), clauses=("CS4-1.3",), help=_("到时无论进展如何都要答复客户"),
)  # fmt: skip
BASIS = LongText(key="basis", label=_("处理依据"), longest=2000, clauses=("CS3-4.1",), ours=True, help=_("按哪条规定、凭什么事实这样处理"))
PROOF = Files(key="proof", label=_("凭据"), clauses=("CS3-4.1",), ours=True)
REASON = Text(key="reason", label=_("原因"), longest=500)
AT_ONCE = Flag(key="at_once", label=_("当场答复解决"), help=_("不用写承诺时间；登记后马上填“当场答复”"))

NOT_ABOUT = queries.no_part(lambda step: step.record)
NO_LOSS = Guard(
    "no_loss", _("没有造成损失的异常不开投诉单，请改填“异常处理单”反映改善。"), intake.lost, ("CS5-3",),
)  # fmt: skip
REGRADED = Guard(
    "severity_unexplained", _("您选的严重程度与规则的分级（{rule}）不同，请写明改级理由。"), intake.explained, why=intake.graded
)
HEARD = Guard("complaint_unheard", _("请先复述要点并得到客户认可（“复述诉求”），再定处理办法。"), handling.heard, ("CS4-1.1",))
SMALL = Guard("not_at_once", _("按投诉流程，这类投诉不能当场答复，请派给责任部门。"), handling.may_at_once, ("CS4-1.2",))
NOT_WAITING = Guard("department_asked", _("已经派给该部门，对方还没有答复。"), handling.not_asked)
DISPATCHED = Guard(
    "department_unexplained", _("您选的部门与投诉流程（{rule}）不同，请写明理由。"), handling.explained, why=handling.proposed
)
UNBIASED = Guard("nobody_unbiased", _("被投诉人就在最高的岗位上，没有可以回避的上级，请选别的部门。"), handling.unbiased)
RENEWED = Guard("promise_missing", _("还没有解决：答复时要给出下一次的承诺时间，原来的已经过了。"), handling.renewed, ("CS4-1.4",))
REMEDIED = Guard("remedy_missing", _("严重投诉告知进展时要说明补偿或替代办法。"), handling.remedied, ("JD-4.6",))
NEXT_READY = Guard(
    "nothing_to_offer", _("没有可以提出的方案：上一套等客户答复，或几套都已提过，请重拟方案。"), handling.may_offer, early=True
)
DIFFERENT = Guard(
    "options_alike", _("方案{one}和方案{other}是一样的：请写三到四套不同的方案。"), lambda s: not handling.alike(s), why=handling.alike
)
OFFERED = Guard("nothing_offered", _("还没有向客户提出方案，请先“提出方案”。"), lambda s: authority.waiting(s) is not None, early=True)
CHOSEN = Guard("not_confirmed", _("客户还没有确认方案，不能实施。"), lambda s: s.record.chosen_id is not None, ("CS4-2.3",))
SURVEYED = Guard("not_surveyed", _("解决之后还没有征求过客户意见，请先“征求意见”。"), lambda s: s.record.opinions > 0, ("CS4-2.4",))
TOLD = Guard("not_relayed", _("核决结果还没有用书信或电话转告客户，请先“转告客户”。"), handling.relayed)
NO_OPEN_CHILD = Guard("open_children", _("{children} 还没有结束，请先处理完。"), handling.childless, why=handling.named)
WITHDRAWABLE = Guard("critical_withdrawal", _("重大投诉只能由组长或客服经理撤回：请转交他们核实。"), handling.may_withdraw, ("JD-3.4",))
REVIEWED = Guard("not_reviewed", _("重大投诉结案前要开完复盘会：请先发起“投诉复盘”。"), handling.reviewed, ("JD-3.4",))


def told(template: str) -> Notice:
    """The customer hears of this stage before they ask (CS4-4)."""
    return Notice(template, {r.CUSTOMER}, ("CS4-4",), when=handling.reachable)


PROMISES = ("CS4-1.3", "CS4-1.4")
CLOCKS = (
    Clock("dispatch", _("派责任部门"), runs_in=(RECEIVED,), escalates=(r.LEAD, r.MANAGER), clauses=("HA-5.3",), again=("send_back",)),
    Clock(
        "answer",
        _("部门首次答复"),
        runs_in=(RECEIVED, ASSIGNED),
        starts="assign",
        escalates=(r.LEAD, r.MANAGER, r.DEPUTY),
        clauses=("HA-5.5",),
    ),
    Clock("promise", _("承诺时间"), runs_in=SOLVING, due="promised_at", escalates=(r.LEAD, r.MANAGER), clauses=PROMISES),
    Clock("update", _("告知进展"), runs_in=OPEN, due="update_by", escalates=(r.LEAD, r.MANAGER), clauses=("CS2-6", "JD-4.6")),
    Clock("opinion", _("征求意见"), runs_in=(EXECUTED,), due="opinion_by", escalates=(r.LEAD,), clauses=("CS4-2.4",)),
    Clock("closing", _("结案时限"), runs_in=OPEN, escalates=(r.LEAD, r.MANAGER, r.DEPUTY)),
)

DEPARTMENT = Choice(key="department", label=_("责任部门"), options=DEPARTMENTS, help=_("不选就按投诉流程"), required=False)
