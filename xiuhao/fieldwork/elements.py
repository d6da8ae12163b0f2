"""What the declaration of the work order is made of: its states, evidence, conditions, clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from xiuhao.fieldwork import arranging, finishing, money, planning, queries, repairs, stock, tables, visiting
from xiuhao.fieldwork.models import GRADES, IMPACTS, ROOTS, SIGNED_BY
from xiuhao.fieldwork.places import Position
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Flag, LongText, Moment, Number, Photos, Ref, Text
from xiuhao.kernel.process import Clock, Guard, Notice, State
from xiuhao.kernel.words import _
from xiuhao.parts import queries as parts


@dataclass(frozen=True, kw_only=True)
class Minutes(Number):
    """A stretch of work in minutes."""

    sample: ClassVar[Any] = 60


# Nobody has it yet: what runs for whoever has it stands still.
PLANNED = State("planned", _("待派工"), "amber", waits=True)
OFFERED = State("offered", _("抢单池"), "amber", waits=True)
ASSIGNED = State("assigned", _("待接单"), "blue")
ACCEPTED = State("accepted", _("已接单"), "blue")
BOOKED = State("booked", _("已预约"), "blue")
TRAVELLING = State("travelling", _("在途"), "purple")
ARRIVED = State("arrived", _("已到场"), "purple")
DIAGNOSED = State("diagnosed", _("已诊断"), "purple")
QUOTED = State("quoted", _("待客户决定"), "amber")
REPAIRING = State("repairing", _("作业中"), "purple")
REPAIRED = State("repaired", _("待终检"), "blue")
CHECKED = State("checked", _("已终检"), "blue")
EXPLAINED = State("explained", _("待签字"), "blue")
SIGNED = State("signed", _("已签字"), "green")
WATCHING = State("watching", _("监测期"), "green", end=True)  # done for the customer; what recurs comes back to it
OWED = State("owed", _("待收款"), "amber")  # done, and not paid
DONE = State("done", _("已归档"), "grey", end=True)
WAITING_PARTS = State("waiting_parts", _("待备件"), "grey", waits=True)
WAITING_CUSTOMER = State("waiting_customer", _("待客户"), "grey", waits=True)
CONFLICT = State("conflict", _("冲突待确认"), "red")
REMOTE = State("remote", _("远程处理"), "purple")
CANCELLED = State("cancelled", _("已取消"), "grey", end=True, given_up=True)
ABORTED = State("aborted", _("已中止"), "grey", end=True, given_up=True)

NOBODYS = (PLANNED, OFFERED)
GIVEN = (ASSIGNED, ACCEPTED, BOOKED)
WAITING = (WAITING_PARTS, WAITING_CUSTOMER)
ON_SITE = (ARRIVED, DIAGNOSED, QUOTED, REPAIRING, REMOTE)
AFTER = (REPAIRED, CHECKED, EXPLAINED)
BEFORE = (*NOBODYS, *GIVEN, TRAVELLING)
OPEN = (*BEFORE, *ON_SITE, *AFTER, SIGNED, OWED, *WAITING, CONFLICT)
ENDED = (WATCHING, DONE, CANCELLED, ABORTED)

DESK = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER, r.DISPATCHER})
CHIEFS = frozenset({r.DISPATCHER, r.LEAD, r.MANAGER})
FIELD = frozenset({r.OWNER, r.LEAD})  # who has it, and who stands in for them

OWNED = Guard("nobody_owns", _("派工单还没有责任人，请先派工。"), lambda s: s.case.owner_id is not None, ("JD-4.1",))
TICKET_OPEN = Guard("ticket_closed", _("工单已经结束，不能再派工；如问题又出现请重新打开工单。"), planning.ticket_open)
QUALIFIED = Guard(
    "not_qualified",
    _("{name} 不符合要求：{wants}。"),
    arranging.qualified,
    ("SL-3.5",),
    why=arranging.unqualified,
)
WINDOW = Guard("window_wrong", _("预约时段不对：开始要早于结束，最长 12 小时，且不能已经过去。"), arranging.window)
ROOM = Guard("window_full", _("这个时段已经约满（{taken}/{most}），请换一个时段。"), arranging.room, ("YD-1.1",), why=arranging.fullness)
THERE = Guard("no_proof_of_place", _("到场要有定位、门牌照片，或写明没有的原因。"), visiting.there, ("HA-3.3.1",))
GROUNDED = Guard("cause_ungrounded", _("根因至少要有两种来源：日志、检测、客户反馈。"), visiting.grounded, ("JD-2.1",))
FITTING = Guard("measure_unfit", _("措施“{measure}”不适用于原因“{cause}”。"), visiting.fitting, ("HA-3.3.3",), why=visiting.unfit)
PAYING = Guard("nothing_to_pay", _("不在保外，无需报价。"), lambda s: s.record.charged, early=True)
ANOTHER = Guard("own_check", _("这一单须由维修人以外的人终检。"), finishing.another, ("YD-1.5",))
WATCHED = Guard("still_watched", _("还在监测期内，到期后才能归档。"), finishing.watched)
INSIDE = Guard("watch_over", _("监测期已过，请在工单上重新报修。"), finishing.inside, early=True)
OWING = Guard("nothing_owed", _("已经结清，不用再等收款。"), lambda step: not money.paid(step))
UNPAID = Guard("bill_open", _("还有 {due} 元没有结清。"), money.paid, why=money.owed)
HAD = Guard("never_yours", _("这张派工单没有派给过您。"), arranging.had)


class Serials(LongText):
    """Several serial numbers."""

    sample: ClassVar[Any] = "XH24A0001234"


SERIALS = _("多台用空格、逗号或换行隔开。")
NOTE = Text(key="note", label=_("说明"), longest=500, clauses=("JD-4.1",))
REMARK = Text(key="note", label=_("说明"), longest=500, required=False)
REASON = Text(key="reason", label=_("原因"), longest=500, clauses=("JD-4.1",))
TEXT = LongText(key="text", label=_("内容"), longest=4000)
PHOTOS = Photos(key="photos", label=_("照片"), required=False, at_least=0)
POSITION = Position(key="position", label=_("位置"), required=False)
TO = Ref(key="to", label=_("派给"), find=queries.engineer, offers=queries.engineers)
PLANNED_AT = Moment(key="planned_at", label=_("计划到达"), required=False)
USUAL = 120  # minutes of a window that nobody says otherwise of
SPAN = (
    Moment(key="window_from", label=_("预约开始")),
    Moment(key="window_to", label=_("预约结束"), follows=("window_from", USUAL)),
)

PARTS = parts.Lines(key="parts", label=_("预计用料"), required=False, help=_("每行一项：编码 数量。"))
BIRTH = (
    Choice(key="service", label=_("服务类型"), options=tables.services, required=False, help=_("不选按规则判定。")),
    Choice(key="grade", label=_("维修级别"), options=GRADES, required=False, help=_("不选按初诊定级规则。"), clauses=("SL-3.5",)),
    Ref(key="station", label=_("服务站"), required=False, find=queries.station, offers=queries.stations),
    Moment(key="window_from", label=_("客户期望开始"), required=False),
    Moment(key="window_to", label=_("客户期望结束"), required=False, follows=("window_from", USUAL)),
    Minutes(key="minutes", label=_("预计用时"), required=False, least=Decimal(5), most=Decimal(960), unit=_("分钟")),
    Serials(key="serials", label=_("同单其他机组序列号"), required=False, longest=2000, help=SERIALS),
    Flag(key="urgent_parts", label=_("使用紧急备件配送")),
    Position(key="position", label=_("地点坐标"), required=False, help=_("纬度,经度")),
    PARTS,
    LongText(key="note", label=_("给工程师的说明"), required=False, longest=2000),
)


def _usual(key: str) -> Callable[[Any], Any]:
    """What of a diagnosis is usual on this job."""
    return lambda step: visiting.usual(step.record).get(key)


DIAGNOSIS = (
    Text(key="symptom", label=_("现象"), longest=200, starts=_usual("symptom"), clauses=("HA-3.3.3",)),
    LongText(key="inspection", label=_("检查经过"), longest=2000, clauses=("HA-3.3.3",)),
    Ref(
        key="same_as", label=_("与以往哪次维修同一故障"), required=False, find=repairs.earlier, offers=repairs.offered,
        help=_("修后保证期内同一故障不收费，维修次数也由此计算。"),
    ),
    Choice(key="cause", label=_("原因代码"), options=tables.causes, clauses=("HA-3.3.3",)),
    Choice(key="root", label=_("根因类别"), options=ROOTS, clauses=("JD-2.1",)),
    Flag(key="from_logs", label=_("依据日志")),
    Flag(key="from_tests", label=_("依据检测"), starts=_usual("from_tests")),
    Flag(key="from_user", label=_("依据客户反馈"), starts=_usual("from_user")),
    Choice(key="impact", label=_("影响范围"), options=IMPACTS, starts=_usual("impact"), clauses=("JD-2.2",)),
    Flag(key="core", label=_("影响核心业务")),
    LongText(
        key="interim", label=_("临时方案"), longest=2000, when=lambda given: bool(given.get("core")), clauses=("JD-2.2",),
        help=_("影响核心业务时先保业务不中断。"),
    ),
    Minutes(
        key="minutes", label=_("预计维修用时"), least=Decimal(5), most=Decimal(960), unit=_("分钟"), clauses=("YD-1.3",),
        starts=_usual("minutes"),
    ),
    replace(PARTS, starts=stock.reckoned),
    PHOTOS,
)  # fmt: skip
SIGNED_HOW = (
    Choice(key="signed_how", label=_("签字方式"), options=SIGNED_BY),
    Photos(key="signature", label=_("签字"), required=False, at_least=0, at_most=2),
    Text(key="code", label=_("验证码"), longest=10, when=lambda given: given.get("signed_how") == "code"),
    Text(key="signer", label=_("签字人"), longest=60, personal=True, required=False),
)

ASKED_WHEN = Notice("work_choose", {r.CUSTOMER}, ("SL-3.9",), when=lambda step: step.record.window_from is None and queries.reachable(step))
TOLD_BOOKED = Notice("work_booked", {r.CUSTOMER}, ("SL-3.9",), when=queries.reachable)
TOLD_MOVED = Notice("work_rebooked", {r.CUSTOMER}, ("SL-3.9",), when=queries.reachable)
TOLD_COMING = Notice("work_coming", {r.CUSTOMER}, ("SL-3.9",), when=queries.reachable)
TOLD_DONE = Notice("work_done", {r.CUSTOMER}, ("SL-3.9",), when=queries.reachable)
TOLD_UNPAID = Notice("work_unpaid", {r.CUSTOMER}, when=queries.reachable)
TOLD_QUOTE = Notice("work_quote", {r.CUSTOMER}, when=queries.reachable)
# Whoever has the job hears what others arranged for it.
TIME = Notice("work_time", {r.OWNER}, when=queries.anothers)
SAID_YES = Notice("work_agreed", {r.OWNER}, when=queries.anothers)
SAID_NO = Notice("work_declined", {r.OWNER}, when=queries.anothers)
HANDED = Notice("work_assigned", {r.OWNER}, ("HA-3.2.4",))
STOCK = Notice("work_parts", {r.WAREHOUSE}, ("YD-1.4",), when=stock.wanted)

CLOCKS = (
    Clock("onsite", _("上门时限"), runs_in=BEFORE, stops=("arrive", "remote_session"), escalates=(r.DISPATCHER, r.LEAD, r.MANAGER)),
    Clock("pool", _("抢单时限"), runs_in=(OFFERED,), starts="offer", stops=("claim", "assign"), escalates=(r.DISPATCHER,)),
    Clock("answer", _("接单时限"), runs_in=(ASSIGNED,), starts="assign", stops=("accept",), escalates=(r.DISPATCHER, r.LEAD)),
    Clock(
        "contact",
        _("联系客户"),
        runs_in=GIVEN,
        stops=("contact", "depart", "remote_session"),
        escalates=(r.DISPATCHER, r.LEAD),
        clauses=("HA-3.2.7",),
    ),
    Clock(
        "arrival",
        _("按约到场"),
        runs_in=(BOOKED, TRAVELLING),
        due="arrive_by",
        stops=("arrive",),
        escalates=(r.DISPATCHER,),
        clauses=("HA-3.3.1",),
    ),
    Clock("payment", _("收款时限"), runs_in=(OWED,), starts="await_payment", escalates=(r.FINANCE, r.MANAGER)),
    Clock("decision", _("客户决定"), runs_in=(QUOTED,), starts="quote", stops=("agree", "decline"), escalates=(r.DISPATCHER,)),
)
