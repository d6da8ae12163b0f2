"""The states of a complaint, and who works on it."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.process import State
from xiuhao.kernel.words import _

RECEIVED = State("received", _("待派部门"), "amber")
ASSIGNED = State("assigned", _("待部门答复"), "amber")
ANSWERED = State("answered", _("待定方案"), "blue")
PLANNED = State("planned", _("待客户确认"), "purple")
CONFIRMED = State("confirmed", _("待实施"), "blue")
EXECUTED = State("executed", _("待征求意见"), "green")
CLOSED = State("closed", _("已结案"), "grey", end=True)
WITHDRAWN = State("withdrawn", _("已撤回"), "grey", end=True, given_up=True)
HEARING = (RECEIVED, ASSIGNED, ANSWERED)
SOLVING = (*HEARING, PLANNED, CONFIRMED)
OPEN = (*SOLVING, EXECUTED)

INTAKERS = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER, r.QUALITY, r.DEALER, r.SALES, r.SALES_HEAD, r.REGION})
DESK = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER})
HANDLERS = frozenset({r.OWNER, r.LEAD, r.MANAGER})
CHIEFS = frozenset({r.LEAD, r.MANAGER, r.QUALITY})
READERS = frozenset({r.WAREHOUSE, r.SALES, r.SALES_HEAD, r.PRODUCTION, r.RESEARCH, r.OFFICE, r.DEPUTY, r.DIRECTOR, r.REGION})
