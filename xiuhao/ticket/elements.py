"""What the declaration of the ticket is made of: its states, conditions, asks, evidence and clocks."""

from __future__ import annotations

from collections.abc import Callable

from xiuhao.kernel import asks
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Flag, LongText, Moment, Phone, Photos, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, State
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.product import queries as products
from xiuhao.ticket import actions, external, intake, joining, queries, routing
from xiuhao.ticket.models import CHANNELS, KINDS, STAGES, URGENCIES, WAYS
from xiuhao.wording import queries as wording

RECEIVED = State("received", _("待分派"), "amber")
IN_REVIEW = State("in_review", _("待复核"), "purple")
IN_PROGRESS = State("in_progress", _("处理中"), "blue")
WAITING_CUSTOMER = State("waiting_customer", _("待客户"), "grey", waits=True)
WAITING_PARTS = State("waiting_parts", _("待备件"), "grey", waits=True)
SOLVED = State("solved", _("待客户确认"), "green")
ARCHIVED = State("archived", _("已归档"), "grey", end=True)
CANCELLED = State("cancelled", _("已取消"), "grey", end=True, given_up=True)
MERGED = State(joining.MERGED, _("已合并"), "grey", end=True)
WORKING = (RECEIVED, IN_REVIEW, IN_PROGRESS)
WAITING = (WAITING_CUSTOMER, WAITING_PARTS)
OPEN = (*WORKING, *WAITING, SOLVED)
ANSWERS = ("reply", "record_call", "wait_customer", "solve")
AT_WORK = (IN_PROGRESS, *WAITING)

DESK = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER})
HANDLERS = frozenset({r.OWNER, r.LEAD, r.EXPERT, r.MANAGER})
CHIEFS = frozenset({r.LEAD, r.MANAGER, r.DISPATCHER})

REVIEW = Ask("review", _("复杂工单复核"), to=r.LEAD, covers=("kind", "category_id", "urgency", "description"), clauses=("JD-1.3",))
REVIEW_ASKED = Notice("review_asked", {r.ASKED}, when=routing.in_review)
TRANSFER = Ask("transfer", _("转交"), to=r.OWNER, to_person="to", clauses=("CS1-8.1",))

OWNED = Guard("nobody_owns", _("工单还没有责任人，请先分派或领取。"), lambda s: s.case.owner_id is not None, ("JD-4.1",))
JUDGED = Guard("not_judged", _("尚未判定是否在保修范围，请先作保修判定。"), lambda s: s.record.verdict != "uncertain", ("HA-3.2.3",))
REPLIED = Guard("not_replied", _("本轮还没有回复过客户，请先回复或打电话再结案。"), actions.replied, ("CS2-2",))
CALLED = Guard(
    "not_called",
    _("解决之后还没有通话记录，不能说客户在电话里确认过。请先做“电话记录”，记下这次通话。"),
    actions.called,
    ("HA-3.5.1",),
)
CONTENT = Guard("not_satisfied", _("客户尚未确认满意，工单不能结束；如未解决请退回处理。"), actions.accepted, ("HA-3.5.1",))
CANCEL_TOLD = Guard("cancel_untold", _("还没有答复过客户，不能取消：请先回复客户或打电话，或请组长取消。"), actions.may_cancel)
NOT_HURRIED = Guard("urged_lately", _("两小时内已催过一次，我们正在加紧处理。"), actions.may_urge)
NOT_CURIOUS = Guard("revealed_often", _("一小时内查看联系方式的次数已达上限，请稍后再试。"), actions.may_reveal, ("CS3-2.4",))
HIGHER_UP = Guard("at_top_level", _("已升级到最高层级。"), lambda s: asks.higher(s, "review"), early=True)
NEAR = Guard("out_of_reach", _("对方所在省公司不负责这位客户所在的地区；请选总部客服、该地区或本单位的同事。"), routing.fits)
OF_ONE_MIND = Guard("same_owner", _("转交对象已是责任人。"), lambda s: s.given["to"] != s.case.owner_id)

NOTE = Text(key="note", label=_("处理说明"), longest=2000, clauses=("JD-4.1",))
REASON = Text(key="reason", label=_("原因"), longest=500)
TOLD_WHY = wording.Said(key="reason", label=_("原因"), longest=500)  # a reason that the customer reads
SOLUTION = wording.Said(key="solution", label=_("解决办法"), clauses=("JD-4.1",))
TEXT = LongText(key="text", label=_("内容"))
FILES = Photos(key="photos", label=_("照片"), required=False, at_least=0)
PROMISED = Moment(key="promised_at", label=_("承诺时间"), within=actions.farthest, clauses=("JD-1.9",))
WAY = Choice(key="promise_way", label=_("联系方式"), options=WAYS, clauses=("JD-1.9",))
PROMISE = (PROMISED, WAY, TOLD_WHY)

INTAKE = (
    Text(key="contact_name", label=_("联系人"), longest=60, personal=True, when=intake.wants("contact_name"), clauses=("HA-3.1.2",)),
    Phone(key="contact_phone", label=_("联系电话"), when=intake.wants("contact_phone"), clauses=("JD-1.1", "HA-3.1.2")),
    Text(key="contact_address", label=_("地址"), personal=True, when=intake.wants("contact_address"), clauses=("HA-3.1.2",)),
    Choice(key="kind", label=_("类型"), options=KINDS, clauses=("HA-3.1.1",)),
    Choice(key="category", label=_("品类"), options=queries.categories, when=intake.wants("category"), clauses=("HA-3.1.2",)),
    Ref(key="device", label=_("设备"), required=False, find=queries.device),
    products.Serial(key="serial", label=_("序列号"), when=intake.wants("serial"), clauses=("HA-3.1.2",)),
    Day(key="purchased_on", label=_("购买日期"), past=True, when=intake.wants("purchased_on"), clauses=("HA-3.1.2",)),
    LongText(key="description", label=_("问题描述"), clauses=("JD-1.1", "HA-3.1.2", "CS6-2")),
    Choice(key="urgency", label=_("急缓"), options=URGENCIES, clauses=("JD-1.1",)),
    Choice(key="channel", label=_("渠道"), options=CHANNELS, clauses=("CS3-2.1", "SL-3.2")),
    Choice(key="stage", label=_("阶段"), options=STAGES, required=False, clauses=("CS3-2.1",)),
    Moment(key="promised_at", label=_("承诺时间"), required=False, within=actions.farthest),
    Choice(key="promise_way", label=_("联系方式"), options=WAYS, required=False),
    Flag(key="hand_on", label=_("派给他人")),
    Flag(key="at_once", label=_("当场解决"), clauses=("JD-1.9",)),
    Flag(key="tier_told", label=_("已告知级别、服务内容和响应时间")),
    wording.Said(key="solution", label=_("解决办法"), when=lambda given: bool(given.get("at_once"))),
    *external.EVIDENCE,
    FILES,
)

SPLIT_OFF = (  # what is said of a part that is split off; the rest is the whole's
    Choice(key="kind", label=_("类型"), options=KINDS),
    LongText(key="description", label=_("问题描述")),
    Choice(key="urgency", label=_("急缓"), options=URGENCIES, required=False),
)


def by_level(*level: str) -> Callable[[Step], bool]:
    """Whether somebody of the level to which it was escalated did this: what others solved meanwhile was not taken up (JD-4.4)."""
    return lambda step: not step.roles.isdisjoint(level)


# No open case is without a time; what is not solved at once has one; it is kept, or renewed, until it is solved.
PROMISES = ("CS1-8.2", "CS4-1.3", "CS4-1.4")
CLOCKS = (
    Clock(
        "first_response",
        _("首次响应"),
        runs_in=(*WORKING, *WAITING),
        stops=ANSWERS,
        escalates=(r.LEAD, r.MANAGER),
        clauses=("HA-4.1",),
    ),
    Clock("service_response", _("级别响应"), runs_in=(*WORKING, *WAITING), stops=ANSWERS, escalates=(r.LEAD,)),
    Clock("resolution", _("解决时限"), runs_in=WORKING, stops=("solve",), escalates=(r.LEAD, r.EXPERT, r.MANAGER), clauses=("HA-4.1",)),
    Clock(
        "expert_answer",
        _("专家接手"),
        runs_in=(*WORKING, *WAITING),
        starts="escalate",
        stops=("take_up", "solve", "escalate_management"),
        escalates=(r.LEAD, r.MANAGER),
        clauses=("JD-4.4",),
        kept=by_level(r.EXPERT, r.MANAGER),
    ),
    Clock(
        "management_answer",
        _("管理层接手"),
        runs_in=(*WORKING, *WAITING),
        starts="escalate_management",
        stops=("take_up", "solve"),
        escalates=(r.MANAGER,),
        clauses=("JD-4.4",),
        kept=by_level(r.MANAGER),
    ),
    Clock("promise", _("承诺时间"), runs_in=(*WORKING, *WAITING), due="promised_at", escalates=(r.LEAD,), clauses=PROMISES),
    Clock(
        "follow_up",
        _("回访确认"),
        runs_in=(SOLVED,),
        stops=("confirm", "dispute"),
        escalates=(r.LEAD, r.MANAGER),
        clauses=("HA-4.1", "CS1-8.2"),
    ),
    Clock("delay_warning", _("延误告知"), runs_in=(*WORKING, *WAITING), due="warn_by", escalates=(r.LEAD,), clauses=("JD-1.14",)),
    Clock("progress", _("升级进展告知"), runs_in=(*WORKING, *WAITING), due="update_by", escalates=(r.LEAD,), clauses=("JD-4.6",)),
    Clock("help", _("协助答复"), runs_in=OPEN, due="help_due", escalates=(r.LEAD,), clauses=("JD-3.9",)),
)
SIGNATURE = Photos(
    key="signature", label=_("签字照片"), required=False, when=lambda given: given.get("confirmed_by") == "signature",
    help=_("选“签字”时必须上传客户签字的照片。"), clauses=("HA-3.5.1",),
)  # fmt: skip
PARTS_DUE = Moment(key="parts_due", label=_("预计到货"), required=False, within=actions.farthest)
