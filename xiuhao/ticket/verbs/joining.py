"""Tickets that belong together: merged, split, parent and child."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import CaseNumber, Choice, LongText, Text
from xiuhao.kernel.process import Notice, Reaction, Transition
from xiuhao.kernel.words import _
from xiuhao.ticket import family, joining, routing
from xiuhao.ticket.elements import (
    ARCHIVED,
    CANCELLED,
    DESK,
    IN_PROGRESS,
    MERGED,
    OPEN,
    RECEIVED,
    SPLIT_OFF,
    TOLD_WHY,
    WAITING,
)

WHY = Text(key="reason", label=_("原因"), required=False, longest=500)
OTHER = CaseNumber(key="other", label=_("工单编号"), offers=joining.offers)
GOES_ON = replace(OTHER, help=_("同一位客户的另一张未结工单。此后写给本单的都转到那里；那边没有新处理之前可以撤销。"))

JOINING = (
    Transition(
        "merge",
        _("合并到"),
        (RECEIVED, IN_PROGRESS, *WAITING),
        MERGED,
        may=DESK | {r.OWNER},
        inverse="unmerge",
        joins=True,
        needs=(GOES_ON, replace(TOLD_WHY, required=False)),
        guards=(joining.NOT_ITSELF, joining.FOUND, joining.OTHER_OPEN, joining.SAME_PERSON),
        gather=joining.gather,
        do=joining.merge,
        public=True,
        says=_("{actor} 将本单合并到 {other}"),
    ),
    Transition(
        "unmerge",
        _("撤销合并"),
        (MERGED,),
        RECEIVED,
        may=DESK | {r.OWNER},
        or_else=(IN_PROGRESS, *WAITING),
        guards=(joining.NOTHING_SINCE,),
        do=joining.unmerge,
        public=True,
    ),
    Transition(
        "split",
        _("拆出子单"),
        (),
        RECEIVED,
        may=DESK,
        on="ticket",
        or_else=(IN_PROGRESS,),
        needs=SPLIT_OFF,
        guards=(family.PARENT_OPEN,),
        gather=family.gather,
        do=family.split,
        public=True,
        says=_("{actor} 从 {other} 拆出本单"),
        notify=(Notice("ticket_received", {r.CUSTOMER}), Notice("ticket_assigned", {r.OWNER}, when=routing.given)),
    ),
    Transition(
        "attach",
        _("挂到主单"),
        OPEN,
        None,
        may=DESK | {r.OWNER},
        needs=(OTHER, WHY),
        guards=(joining.NOT_ITSELF, joining.FOUND, joining.OTHER_OPEN, family.FREE, family.NO_CIRCLE),
        gather=family.weave,
        do=family.attach,
        says=_("{actor} 将本单挂到主单 {other}"),
    ),
    Transition("detach", _("脱离主单"), OPEN, None, may=DESK | {r.OWNER}, needs=(WHY,), guards=(family.HELD,), do=family.detach),
    Transition(
        "relate",
        _("关联有变"),
        (*OPEN, ARCHIVED, CANCELLED, MERGED),
        None,
        may={r.SYSTEM},
        quiet=True,
        needs=(
            CaseNumber(key="other", label=_("单号")),
            Choice(key="how", label=_("关联"), options=joining.KINDS),
            LongText(key="text", label=_("进展"), required=False, longest=4000),
        ),
        says="{how}：{other}",
    ),
)  # fmt: skip
JOINED = (
    Reaction("merge", joining.merged),
    Reaction("unmerge", joining.unmerged),
    Reaction("split", family.was_split),
    Reaction("attach", family.attached),
)
