"""What the declaration of the meeting is made of: its states, conditions, evidence and clocks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from xiuhao.complaint import queries as complaints
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, LongText, Moment, Number, Ref, Text
from xiuhao.kernel.process import Clock, Guard, State
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.meeting import actions
from xiuhao.meeting.models import DEPARTMENTS, KINDS, OUTCOMES
from xiuhao.party import queries as people

CALLED = State("called", _("待开会"), "amber")
FOLLOWING = State("following", _("跟踪措施"), "blue")
CLOSED = State("closed", _("已闭环"), "green", end=True)
CANCELLED = State("cancelled", _("已取消"), "grey", end=True, given_up=True)

CALLERS = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.QUALITY, r.MANAGER})
KEEPERS = frozenset({r.OWNER, r.LEAD, r.QUALITY, r.MANAGER})
DOERS = KEEPERS | {role for role, _label in DEPARTMENTS} | {r.ASKED}


def _colleagues(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple((str(one.pk), f"{one.name} · {one.unit}") for one in people.colleagues(step.actor))


def _somebody(step: Step) -> bool:
    return not actions.missing(step)


def _ground(key: str, sentence: str) -> Guard:
    return Guard(f"not_{key}", sentence, lambda step: step.record.ground == key, early=True)


def _first(step: Step) -> bool:
    return not any(ask.to_role == step.given["department"] for ask in step.asks if ask.key == "attend" and ask.outcome != "void")


def _in_time(step: Step) -> bool:
    return step.given.get("due_on") is None or bool(step.given["due_on"] >= local(step.at).date())


def _droppable(step: Step) -> bool:
    return step.given["outcome"] not in ("handed", "dropped") or bool({r.OWNER, r.LEAD, r.MANAGER} & step.roles)


def _open_action(step: Step) -> bool:
    action = step.context["action"]
    return action is not None and not action.outcome


def _followed(step: Step) -> bool:
    return bool(step.context["actions"]) and all(one.outcome for one in step.context["actions"])


def _improved(step: Step) -> bool:
    if step.record.ground != "review":
        return True
    return any(one.kind == "improvement" and one.outcome in ("done", "handed") for one in step.context["actions"])


SOMEBODY_THERE = Guard(
    "nobody_to_meet",
    _("{departments}没有人负责本单所在的单位，请先由管理员授予该岗位。"),
    _somebody,
    why=lambda step: {"departments": _("、").join(actions.missing(step))},
)
NOT_INVITED = Guard("invited_already", _("该部门已受邀，不必再请。"), _first)
CAME = Guard(
    "departments_absent",
    _("{departments}还没有确认出席或派代表，请先请其确认，再出会议纪要。"),
    lambda step: not actions.absent(step),
    why=lambda step: {"departments": _("、").join(actions.absent(step))},
)
HELD = Guard(
    "not_held_yet",
    _("会议定于 {at}，还没有开，不能出纪要；提前开的请先改期，不开的请取消。"),
    lambda step: step.at >= step.record.held_at,
    why=lambda step: {"at": f"{local(step.record.held_at):%Y-%m-%d %H:%M}"},
)
NO_PART = replace(complaints.no_part(lambda step: step.record), holds=actions.unconcerned, early=False)
ABNORMAL = _ground("abnormal", _("这是投诉复盘会，请用“复盘纪要”。"))
REVIEW = _ground("review", _("这是异常工单专题会，请用“会议纪要”。"))
THERE = Guard("no_such_action", _("没有这一项措施，或它已经了结，请按措施表里的序号填写。"), _open_action)
THEIRS = Guard(
    "not_theirs", _("只有责任部门、责任人和会议召集方可以跟踪这项措施。"), lambda s: s.context["action"] is None or actions.responsible(s)
)
DUE_AHEAD = Guard("due_past", _("期限不能早于今天。"), _in_time)
MAY_DROP = Guard("may_not_drop", _("转出或不再执行须由会议召集人、客服组长或客服经理决定。"), _droppable)
FOLLOWED = Guard("actions_open", _("还有措施没有跟踪完（或还没有定措施），会议不能闭环。"), _followed)
IMPROVED = Guard("not_improved", _("投诉复盘至少要有一项落实了的“服务策略改进”措施，会议才能闭环。"), _improved)

MEETING = (
    Text(key="subject", label=_("议题"), longest=120),
    LongText(key="matter", label=_("情况说明"), longest=4000, help=_("写给与会部门看：机型、现象、已做过的处理；不写客户姓名和电话。")),
    Moment(key="held_at", label=_("会议时间"), within=actions.farthest),
    Text(key="place", label=_("会议地点"), longest=120),
)
DEPARTMENT = Choice(key="department", label=_("部门"), options=DEPARTMENTS)
WHO = Choice(key="who", label=_("谁出席"), options=(("self", _("本人出席")), ("deputy", _("派代表"))))
DEPUTY = Ref(
    key="deputy",
    label=_("代表"),
    required=False,
    when=lambda given: given.get("who") == "deputy",
    find=people.colleague,
    offers=_colleagues,
)
MINUTES = (
    LongText(key="cause", label=_("原因"), longest=4000, clauses=("JD-4.5",)),
    LongText(key="solution", label=_("解决对策"), longest=4000, clauses=("JD-4.5",)),
    LongText(key="prevention", label=_("防再发措施"), longest=4000, clauses=("JD-4.5",)),
)
LESSONS = (
    LongText(key="lessons", label=_("教训"), longest=4000, clauses=("JD-3.4",)),
    *(replace(each, clauses=()) for each in MINUTES),
)
TASK = (
    Choice(key="kind", label=_("类别"), options=KINDS),
    Text(key="what", label=_("措施"), longest=500),
    replace(DEPARTMENT, label=_("责任部门")),
    Ref(key="person", label=_("责任人"), required=False, find=people.colleague, offers=_colleagues),
    Day(key="due_on", label=_("期限")),
)
PROGRESS = (
    Number(key="no", label=_("第几项"), least=Decimal(1), most=Decimal(200), help=_("措施表里的序号")),
    Choice(key="outcome", label=_("进展"), options=(OUTCOMES[0], ("going_on", _("继续跟踪")), *OUTCOMES[1:])),
    Text(key="result", label=_("情况"), longest=500, help=_("转其他单据的请写明单号")),
    Day(key="due_on", label=_("新的期限"), required=False, when=lambda given: given.get("outcome") == "going_on"),
)
CLOCKS = (
    Clock("minutes", _("开会并出纪要"), runs_in=(CALLED,), escalates=(r.LEAD, r.MANAGER)),
    Clock("actions", _("措施跟踪"), runs_in=(FOLLOWING,), due="next_due", escalates=(r.LEAD, r.MANAGER, r.DEPUTY)),
)
