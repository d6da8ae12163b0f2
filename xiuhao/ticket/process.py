"""THE DECLARATION of the ticket: how a request for service runs from intake to the archive. Read this and you know the rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Flag, LongText, Moment, Phone, Photos, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, Process, Reaction, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.ticket import actions, intake, proof, queries, routing, tables  # noqa: F401  # the tables declare themselves
from xiuhao.ticket.models import CHANNELS, KINDS, STAGES, URGENCIES, VERDICTS, WAYS

RECEIVED = State("received", _("待分派"), "amber")
IN_REVIEW = State("in_review", _("待复核"), "purple")
IN_PROGRESS = State("in_progress", _("处理中"), "blue")
WAITING_CUSTOMER = State("waiting_customer", _("待客户"), "grey", waits=True)
WAITING_PARTS = State("waiting_parts", _("待备件"), "grey", waits=True)
SOLVED = State("solved", _("待客户确认"), "green")
ARCHIVED = State("archived", _("已归档"), "grey", end=True)
CANCELLED = State("cancelled", _("已取消"), "grey", end=True)
WORKING = (RECEIVED, IN_REVIEW, IN_PROGRESS)
WAITING = (WAITING_CUSTOMER, WAITING_PARTS)
OPEN = (*WORKING, *WAITING, SOLVED)
ANSWERS = ("reply", "record_call", "wait_customer", "solve")
AT_WORK = (IN_PROGRESS, *WAITING)

DESK = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER})
HANDLERS = frozenset({r.OWNER, r.LEAD, r.EXPERT, r.MANAGER})
CHIEFS = frozenset({r.LEAD, r.MANAGER, r.DISPATCHER})

REVIEW = Ask(
    "review", _("复杂工单复核"), to=r.LEAD, covers=("kind", "category_id", "urgency", "description"), clauses=("JD-1.3",)
)
TRANSFER = Ask("transfer", _("转交"), to=r.OWNER, to_person="to", clauses=("CS1-8.1",))

OWNED = Guard("nobody_owns", _("工单还没有责任人，请先分派或领取。"), lambda s: s.case.owner_id is not None, ("JD-4.1",))
JUDGED = Guard(
    "not_judged", _("尚未判定是否在保修范围，请先作保修判定。"), lambda s: s.record.verdict != "uncertain", ("HA-3.2.3",)
)
REPLIED = Guard("not_replied", _("还没有回复过客户，请先回复再结案。"), lambda s: s.record.replied_at is not None, ("CS2-2",))
CONTENT = Guard("not_satisfied", _("客户尚未确认满意，工单不能结束；如未解决请退回处理。"), actions.accepted, ("HA-3.5.1",))
NOT_HURRIED = Guard("urged_lately", _("两小时内已催过一次，我们正在加紧处理。"), actions.may_urge)
LOWER = Guard("at_top_level", _("已升级到最高层级。"), lambda s: s.record.level < 3)
OF_ONE_MIND = Guard("same_owner", _("转交对象已是责任人。"), lambda s: s.given["to"] != s.case.owner_id)

NOTE = Text(key="note", label=_("处理说明"), longest=2000, clauses=("JD-4.1",))
REASON = Text(key="reason", label=_("原因"), longest=500)
TEXT = LongText(key="text", label=_("内容"))
FILES = Photos(key="photos", label=_("照片"), required=False, at_least=0)
PROMISED = Moment(key="promised_at", label=_("承诺时间"), clauses=("JD-1.9",))
WAY = Choice(key="promise_way", label=_("联系方式"), options=WAYS, clauses=("JD-1.9",))

INTAKE = (
    Text(key="contact_name", label=_("联系人"), longest=60, personal=True, when=intake.wants("contact_name"), clauses=("HA-3.1.2",)),
    Phone(key="contact_phone", label=_("联系电话"), when=intake.wants("contact_phone"), clauses=("JD-1.1", "HA-3.1.2")),
    Text(key="contact_address", label=_("地址"), when=intake.wants("contact_address"), clauses=("HA-3.1.2",)),
    Choice(key="kind", label=_("类型"), options=KINDS, clauses=("HA-3.1.1",)),
    Choice(key="category", label=_("品类"), options=queries.categories, when=intake.wants("category"), clauses=("HA-3.1.2",)),
    Ref(key="device", label=_("设备"), required=False, find=queries.device),
    intake.Serial(key="serial", label=_("序列号"), when=intake.wants("serial"), clauses=("HA-3.1.2",)),
    Day(key="purchased_on", label=_("购买日期"), when=intake.wants("purchased_on"), clauses=("HA-3.1.2",)),
    LongText(key="description", label=_("问题描述"), clauses=("JD-1.1", "HA-3.1.2", "CS6-2")),
    Choice(key="urgency", label=_("急缓"), options=URGENCIES, clauses=("JD-1.1",)),
    Choice(key="channel", label=_("渠道"), options=CHANNELS, clauses=("CS3-2.1", "SL-3.2", "JD-4.3")),
    Choice(key="stage", label=_("阶段"), options=STAGES, required=False, clauses=("CS3-2.1",)),
    Moment(key="promised_at", label=_("承诺时间"), required=False),
    Choice(key="promise_way", label=_("联系方式"), options=WAYS, required=False),
    Flag(key="hand_on", label=_("派给他人")),
    Flag(key="at_once", label=_("当场解决")),
    LongText(key="solution", label=_("解决办法"), when=lambda given: bool(given.get("at_once"))),
    FILES,
)

TICKET = declare(
    Process(
        "ticket",
        _("工单"),
        record="ticket.Ticket",
        related=("category",),
        series=Series("GD"),
        facts=queries.facts,
        relations=queries.relations,
        title=str,
        transitions=(
            # Intake
            Transition(
                "receive", _("受理"), (), RECEIVED, may=DESK | {r.DEALER, r.CUSTOMER}, needs=INTAKE, prefill=intake.prefill, gather=intake.gather,
                do=intake.receive, or_else=(IN_REVIEW, IN_PROGRESS, SOLVED), may_open=(REVIEW,), public=True,
                clauses=("CS1-8.1",), notify=(Notice("ticket_received", {r.CUSTOMER}, ("JD-1.9",)),),
            ),
            Transition(
                "release", _("复核放行"), (IN_REVIEW,), IN_PROGRESS, may={r.ASKED}, answers=REVIEW, outcome="agreed",
                needs=(Ref(key="to", label=_("派给"), find=queries.colleague, offers=queries.seniors), NOTE), do=actions.assign,
                clauses=("JD-1.3",), notify=(Notice("ticket_assigned", {r.OWNER}),),
            ),
            Transition(
                "simplify", _("无需专家"), (IN_REVIEW,), RECEIVED, may={r.ASKED}, answers=REVIEW, outcome="refused", needs=(NOTE,),
                gather=routing.gather, do=actions.simplify, or_else=(IN_PROGRESS,), clauses=("JD-1.3",),
            ),
            # Whose work it is
            Transition("take", _("领取"), (RECEIVED,), IN_PROGRESS, may=DESK, do=actions.take),
            Transition(
                "assign", _("分派"), (RECEIVED, *AT_WORK), IN_PROGRESS, may=CHIEFS,
                needs=(Ref(key="to", label=_("派给"), find=queries.colleague, offers=queries.team), Text(key="note", label=_("说明"), required=False)),
                do=actions.assign, notify=(Notice("ticket_assigned", {r.OWNER}),),
            ),
            Transition(
                "transfer", _("转交"), AT_WORK, None, may={r.OWNER}, guards=(OF_ONE_MIND,), opens=(TRANSFER,),
                needs=(Ref(key="to", label=_("转给"), find=queries.colleague, offers=queries.team), REASON),
                clauses=("CS1-8.3",), notify=(Notice("transfer_offered", {r.ASKED}),),
            ),
            Transition("accept", _("接受转交"), AT_WORK, None, may={r.ASKED}, answers=TRANSFER, outcome="agreed", do=actions.accept),
            Transition("decline", _("谢绝转交"), AT_WORK, None, may={r.ASKED}, answers=TRANSFER, outcome="refused", needs=(REASON,)),
            Transition(
                "escalate", _("升级专家"), (RECEIVED, *AT_WORK), None, may=DESK | {r.OWNER, r.SYSTEM}, guards=(actions.at_level(1),),
                needs=(LongText(key="summary", label=_("问题与前期处理"), longest=4000, clauses=("JD-4.4",)),), gather=routing.gather,
                do=actions.escalate, clauses=("JD-4.4", "CS1-8.3"), notify=(Notice("ticket_escalated", {r.OWNER, r.EXPERT}),),
            ),
            Transition(
                "escalate_management", _("升级管理层"), (RECEIVED, *AT_WORK), None, may=HANDLERS | {r.SYSTEM}, guards=(actions.at_level(2),),
                needs=(LongText(key="summary", label=_("问题与前期处理"), longest=4000, clauses=("JD-4.4",)),), gather=routing.gather,
                do=actions.escalate, clauses=("JD-4.4", "CS1-8.3"), notify=(Notice("ticket_escalated", {r.OWNER, r.MANAGER}),),
            ),
            Transition("take_up", _("接手"), AT_WORK, None, may={r.OWNER, r.EXPERT, r.MANAGER}, guards=(actions.raised(),), do=actions.take_up, needs=(NOTE,)),
            # Talking
            Transition(
                "reply", _("回复客户"), OPEN, None, may=DESK | {r.OWNER}, public=True, do=actions.reply,
                needs=(LongText(key="text", label=_("内容"), clauses=("HA-3.2.1",)), FILES), notify=(Notice("ticket_reply", {r.CUSTOMER}),),
            ),
            Transition("note", _("内部备注"), (*OPEN, ARCHIVED), None, may=DESK | {r.OWNER, r.QUALITY, r.AUDITOR}, needs=(TEXT, FILES)),
            Transition(
                "record_call", _("电话记录"), OPEN, None, may=DESK | {r.OWNER}, do=actions.record_call,
                needs=(
                    Choice(key="direction", label=_("方向"), options=(("out", _("呼出")), ("in", _("呼入")))),
                    LongText(key="summary", label=_("通话内容"), longest=4000, clauses=("CS6-2", "HA-3.2.1")),
                ),
            ),
            Transition("missed_call", _("未接通"), OPEN, None, may=DESK | {r.OWNER}, needs=(Text(key="note", label=_("说明"), longest=500),)),
            Transition("add", _("补充说明"), (*WORKING, WAITING_PARTS, SOLVED), None, may={r.CUSTOMER}, public=True, needs=(TEXT, FILES), notify=(Notice("customer_wrote", {r.OWNER}),)),
            Transition("answer", _("客户答复"), (WAITING_CUSTOMER,), IN_PROGRESS, may=DESK | {r.OWNER, r.CUSTOMER}, public=True, needs=(TEXT, FILES), notify=(Notice("customer_wrote", {r.OWNER}),)),
            Transition("urge", _("催单"), OPEN, None, may={r.CUSTOMER, *DESK}, public=True, guards=(NOT_HURRIED,), do=actions.urge, notify=(Notice("ticket_urged", {r.OWNER, r.LEAD}),)),
            Transition("promise", _("更新承诺"), OPEN, None, may=DESK | {r.OWNER}, public=True, needs=(PROMISED, WAY, REASON), do=actions.promise, notify=(Notice("ticket_promise", {r.CUSTOMER}, ("JD-1.9",)),)),
            Transition(
                "reveal", _("查看联系方式"), (*OPEN, ARCHIVED), None, may=DESK | {r.OWNER, r.DISPATCHER}, quiet=True, do=actions.reveal,
                needs=(Text(key="reason", label=_("查看原因"), longest=200, clauses=("CS3-2.4",)),),
            ),
            # Whose it is: a stranger's web report until the number is proven
            Transition(
                "claim", _("验证号码"), (*OPEN, ARCHIVED), None, may={r.CUSTOMER}, quiet=True, guards=(proof.NOT_YET, proof.OWN_NUMBER),
                gather=proof.gather, do=proof.claim,
            ),
            Transition(
                "vouch", _("核实号码"), (*OPEN, ARCHIVED), None, may=DESK | {r.OWNER}, guards=(proof.NOT_YET,), gather=proof.gather, do=proof.claim,
                needs=(Text(key="note", label=_("怎样核实的"), longest=500),),
            ),
            # Working
            Transition(
                "edit", _("修改资料"), (*WORKING, *WAITING), None, may=DESK | {r.OWNER}, gather=intake.regather, do=intake.amend,
                needs=(
                    Choice(key="kind", label=_("类型"), options=KINDS, required=False),
                    Choice(key="category", label=_("品类"), options=queries.categories, required=False),
                    intake.Serial(key="serial", label=_("序列号"), required=False),
                    Day(key="purchased_on", label=_("购买日期"), required=False),
                    Choice(key="urgency", label=_("急缓"), options=URGENCIES, required=False),
                    LongText(key="description", label=_("问题描述"), required=False),
                ),
            ),
            Transition("prioritise", _("调整优先级"), (*WORKING, *WAITING), None, may=HANDLERS, do=actions.prioritise, needs=(Choice(key="level", label=_("优先级"), options=actions.PRIORITIES), REASON)),
            Transition(
                "judge", _("保修判定"), (*WORKING, *WAITING), None, may=DESK | {r.OWNER}, do=actions.judge, clauses=("HA-3.2.3",),
                needs=(Choice(key="verdict", label=_("判定"), options=VERDICTS[:2]), REASON),
            ),
            Transition("wait_customer", _("等待客户"), (IN_PROGRESS,), WAITING_CUSTOMER, may=HANDLERS, guards=(OWNED,), public=True, needs=(LongText(key="text", label=_("要客户提供什么"), clauses=("JD-4.1",)),), do=actions.reply, notify=(Notice("ticket_question", {r.CUSTOMER}),)),
            Transition("wait_parts", _("等待备件"), (IN_PROGRESS,), WAITING_PARTS, may=HANDLERS, guards=(OWNED,), needs=(NOTE,)),
            Transition("resume", _("继续处理"), WAITING, IN_PROGRESS, may=HANDLERS, guards=(OWNED,), needs=(NOTE,)),
            Transition(
                "solve", _("解决"), (IN_PROGRESS,), SOLVED, may=HANDLERS, guards=(OWNED, JUDGED), public=True, do=actions.solve,
                needs=(LongText(key="solution", label=_("解决办法"), clauses=("JD-4.1",)), FILES), notify=(Notice("ticket_solved", {r.CUSTOMER}),),
            ),
            # The customer has the last word
            Transition(
                "confirm", _("确认并归档"), (SOLVED,), ARCHIVED, may=DESK | {r.OWNER, r.CUSTOMER}, guards=(REPLIED, CONTENT), public=True, do=actions.confirm,
                needs=(
                    Choice(key="satisfied", label=_("客户是否满意"), options=(("yes", _("满意")), ("no", _("不满意")))),
                    Choice(key="confirmed_by", label=_("确认方式"), options=(("link", _("客户链接")), ("phone", _("电话")), ("signature", _("签字")))),
                ), clauses=("HA-3.5.2",),
            ),
            Transition("dispute", _("未解决"), (SOLVED,), IN_PROGRESS, may=DESK | {r.OWNER, r.CUSTOMER}, reopens=True, public=True, do=actions.dispute, needs=(REASON,), notify=(Notice("ticket_disputed", {r.OWNER, r.LEAD}),)),
            Transition("reopen", _("重新打开"), (ARCHIVED,), IN_PROGRESS, may=DESK | {r.CUSTOMER}, reopens=True, public=True, do=actions.dispute, needs=(REASON,), notify=(Notice("ticket_disputed", {r.OWNER, r.LEAD}),)),
            Transition("cancel", _("取消"), (*WORKING, *WAITING), CANCELLED, may=CHIEFS | {r.OWNER, r.CUSTOMER}, public=True, needs=(REASON,)),
        ),
        clocks=(
            Clock("first_response", _("首次响应"), runs_in=(*WORKING, *WAITING), stops=ANSWERS, escalates=(r.LEAD, r.MANAGER), clauses=("HA-4.1",)),
            Clock("service_response", _("级别响应"), runs_in=(*WORKING, *WAITING), stops=ANSWERS, escalates=(r.LEAD,)),
            Clock("resolution", _("解决时限"), runs_in=WORKING, stops=("solve",), escalates=(r.LEAD, r.EXPERT, r.MANAGER), clauses=("HA-4.1",)),
            Clock("expert_answer", _("专家接手"), runs_in=(*WORKING, *WAITING), starts="escalate", stops=("take_up", "solve", "escalate_management"), escalates=(r.LEAD, r.MANAGER), clauses=("JD-4.4",)),
            Clock("management_answer", _("管理层接手"), runs_in=(*WORKING, *WAITING), starts="escalate_management", stops=("take_up", "solve"), escalates=(r.MANAGER,), clauses=("JD-4.4",)),
            Clock("promise", _("承诺时间"), runs_in=(*WORKING, *WAITING), due="promised_at", escalates=(r.LEAD,), clauses=("CS1-8.2",)),
            Clock("follow_up", _("回访确认"), runs_in=(SOLVED,), stops=("confirm", "dispute"), escalates=(r.LEAD, r.MANAGER), clauses=("HA-4.1", "CS1-8.2")),
        ),
        reactions=tuple(Reaction(f"clock.resolution.{level}", actions.escalate_late) for level in ("level2", "level3")),
    )
)
