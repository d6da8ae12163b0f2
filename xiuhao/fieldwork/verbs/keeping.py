"""Beside the work: notes, further machines, looks at numbers; given up; done by two."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.fieldwork import arranging, finishing, looking, planning
from xiuhao.fieldwork.app import merging, originals
from xiuhao.fieldwork.elements import (
    ABORTED,
    AFTER,
    BEFORE,
    CANCELLED,
    CHIEFS,
    CONFLICT,
    DESK,
    DONE,
    ENDED,
    FIELD,
    HAD,
    ON_SITE,
    OPEN,
    OWNED,
    PHOTOS,
    REASON,
    SERIALS,
    TEXT,
    TRAVELLING,
    WAITING,
    WATCHING,
    Serials,
)
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Text
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _

GONE = Notice("work_gone", {r.OWNER})
WHY = replace(REASON, ours=True)  # the customer is told that it ends, not what the house wrote to itself

KEEPING = (
    Transition("note", _("备注"), (*OPEN, WATCHING, DONE), None, may={r.OWNER, r.ENGINEER, r.QUALITY} | DESK, needs=(TEXT, PHOTOS)),
    Transition(
        "add_units",
        _("加写机组"),
        (*BEFORE, *ON_SITE),
        None,
        may=FIELD | CHIEFS,
        needs=(Serials(key="serials", label=_("序列号"), longest=2000, help=SERIALS),),
        gather=planning.gather_units,
        do=planning.units,
    ),
    Transition(
        "reveal",
        _("查看联系方式"),
        (*OPEN, WATCHING),
        None,
        may={r.OWNER, r.DISPATCHER, r.LEAD, r.AGENT, r.MANAGER},
        quiet=True,
        guards=(looking.NOT_CURIOUS,),
        do=looking.reveal,
        needs=(Text(key="reason", label=_("查看原因"), longest=200),),
    ),
    Transition(
        "cancel",
        _("取消派工"),
        (*BEFORE, *WAITING),
        CANCELLED,
        may=CHIEFS | {r.AGENT, r.CUSTOMER},
        needs=(WHY,),
        do=arranging.cancelled,
        public=True,
        notify=(GONE,),
    ),
    Transition(
        "abort",
        _("中止"),
        (TRAVELLING, *ON_SITE, *WAITING),
        ABORTED,
        may=FIELD | CHIEFS,
        needs=(WHY, PHOTOS),
        guards=(OWNED,),
        do=finishing.ended,
        public=True,
        notify=(Notice("work_aborted", {r.DISPATCHER}),),
    ),
    Transition(
        "conflict",
        _("现场与派工不一致"),
        (*BEFORE, *ON_SITE, *AFTER, *WAITING, CANCELLED, ABORTED),
        CONFLICT,
        may={r.SYSTEM, r.ENGINEER},
        quiet=True,
        needs=(TEXT, PHOTOS),
        guards=(HAD,),
        do=merging.late,
        notify=(Notice("work_conflict", {r.DISPATCHER}),),
    ),
    Transition(
        "take_late",
        _("迟到的现场记录"),
        (*OPEN, *ENDED),
        None,
        may={r.SYSTEM, r.ENGINEER},
        quiet=True,
        needs=(TEXT, PHOTOS),
        guards=(HAD,),
        do=merging.late,
    ),
    Transition(
        "keep_original",
        _("补传原图"),
        (*OPEN, *ENDED),
        None,
        may={r.SYSTEM, r.ENGINEER},
        quiet=True,
        needs=(PHOTOS,),
        guards=(HAD,),
        do=originals.beside,
    ),
)
