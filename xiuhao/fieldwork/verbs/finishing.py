"""Checked, explained, listed, signed, watched, archived; and back again."""

from __future__ import annotations

from xiuhao.fieldwork import finishing, money, signing
from xiuhao.fieldwork.elements import (
    ANOTHER,
    ASSIGNED,
    CHECKED,
    CHIEFS,
    DESK,
    DONE,
    EXPLAINED,
    FIELD,
    HANDED,
    INSIDE,
    PLANNED,
    REMARK,
    REPAIRED,
    REPAIRING,
    SIGNED,
    SIGNED_HOW,
    TOLD_DONE,
    UNPAID,
    WATCHED,
    WATCHING,
)
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Flag, Money, Text
from xiuhao.kernel.process import Transition
from xiuhao.kernel.words import _

FINISHING = (
    Transition(
        "check",
        _("终检"),
        (REPAIRED,),
        CHECKED,
        may=FIELD | {r.ENGINEER, r.EXPERT, r.QUALITY},
        or_else=(REPAIRING,),
        needs=(Choice(key="passed", label=_("结果"), options=(("yes", _("合格")), ("no", _("返工"))), clauses=("YD-1.5",)), REMARK),
        guards=(ANOTHER,),
        do=finishing.check,
        clauses=("YD-1.5",),
    ),
    Transition(
        "explain",
        _("讲解交接"),
        (CHECKED,),
        EXPLAINED,
        may=FIELD,
        needs=(
            Flag(key="repair_explained", label=_("已讲解维修经过"), must=True, clauses=("HA-3.4.1",)),
            Flag(key="usage_explained", label=_("已讲解使用注意"), must=True, clauses=("HA-3.4.1",)),
            Flag(key="trained", label=_("已培训同类故障的处理"), must=True, clauses=("JD-2.8",)),
            Flag(key="care_list", label=_("已交巡检清单"), must=True, clauses=("JD-2.8",)),
        ),
    ),
    Transition(
        "settle",
        _("生成结算清单"),
        (CHECKED, EXPLAINED, SIGNED),
        None,
        may=FIELD | CHIEFS,
        needs=(
            Money(key="extra", label=_("其他费用"), required=False),
            Flag(key="as_quoted", label=_("按客户同意的报价收，超出部分不收")),
        ),
        do=money.settle,
    ),
    Transition(
        "send_code",
        _("发签字验证码"),
        (REPAIRING, REPAIRED, CHECKED, EXPLAINED),
        None,
        may=FIELD,
        guards=(signing.REACHED, signing.NOT_AGAIN),
        do=signing.send,
    ),
    Transition(
        "sign",
        _("客户签字"),
        (EXPLAINED,),
        SIGNED,
        may=FIELD,
        or_else=(WATCHING,),
        needs=SIGNED_HOW,
        do=finishing.sign,
        public=True,
        notify=(TOLD_DONE,),
    ),
    Transition(
        "archive",
        _("归档"),
        (SIGNED, WATCHING),
        DONE,
        may=CHIEFS | {r.SYSTEM},
        guards=(WATCHED, UNPAID),
    ),
    Transition(
        "recur",
        _("故障复现"),
        (WATCHING,),
        ASSIGNED,
        may=DESK | {r.OWNER, r.CUSTOMER},
        or_else=(PLANNED,),
        needs=(Text(key="reason", label=_("现象"), longest=500),),
        guards=(INSIDE,),
        do=finishing.recur,
        reopens=True,
        public=True,
        notify=(HANDED,),
        clauses=("JD-2.6",),
    ),
)
