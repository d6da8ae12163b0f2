"""THE DECLARATION of the register of visitors (CS2-4)."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Moment, Phone, Ref, Text
from xiuhao.kernel.process import Clock, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.reception import actions
from xiuhao.reception.models import PURPOSES

WAITING = State("waiting", _("等候接待"), "amber")
WITH_HOST = State("with_host", _("接待中"), "blue")
LEFT = State("left", _("已离开"), "grey", end=True)
HOSTS = frozenset({r.OWNER, r.LEAD, r.MANAGER})

VISIT = declare(
    Process(
        "visit",
        _("来访登记"),
        record="reception.Visit",
        related=("host",),
        series=Series("LF"),
        transitions=(
            Transition(
                "register",
                _("登记来访"),
                (),
                WAITING,
                may=actions.DESK,
                needs=(
                    Text(key="name", label=_("访客姓名"), longest=60, personal=True, clauses=("CS2-4",)),
                    Phone(key="phone", label=_("访客电话"), required=False),
                    Text(key="company", label=_("单位"), longest=60, required=False),
                    Choice(key="purpose", label=_("来访目的"), options=PURPOSES, clauses=("CS2-4",)),
                    Moment(key="arrived_at", label=_("到访时间"), clauses=("CS2-4",)),
                    Ref(key="host", label=_("接待人"), find=people.colleague, offers=actions.hosts, clauses=("CS2-4",)),
                ),
                do=actions.register,
                clauses=("CS2-4",),
                notify=(Notice("visitor_waits", {r.OWNER}),),
            ),
            Transition("receive", _("开始接待"), (WAITING,), WITH_HOST, may=actions.DESK | HOSTS, do=actions.receive),
            Transition(
                "tie",
                _("关联工单"),
                (WAITING, WITH_HOST, LEFT),
                None,
                may=actions.DESK | HOSTS,
                needs=(Text(key="ticket", label=_("工单编号"), longest=40),),
                do=actions.tie,
            ),
            Transition(
                "leave",
                _("送客"),
                (WAITING, WITH_HOST),
                LEFT,
                may=actions.DESK | HOSTS,
                needs=(Text(key="outcome", label=_("接待结果"), longest=500),),
                do=actions.leave,
            ),
        ),
        clocks=(Clock("wait", _("等候"), runs_in=(WAITING,), escalates=(r.LEAD,)),),
    )
)
