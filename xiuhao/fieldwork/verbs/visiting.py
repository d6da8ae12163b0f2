"""On the way, there, what is wrong, what it costs, what is done."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from xiuhao.fieldwork import arranging, finishing, money, stock, tables, visiting
from xiuhao.fieldwork.elements import (
    ABORTED,
    ACCEPTED,
    ARRIVED,
    BOOKED,
    CHIEFS,
    DIAGNOSED,
    DIAGNOSIS,
    FIELD,
    FITTING,
    GROUNDED,
    NOTE,
    ON_SITE,
    OWNED,
    PARTS,
    PAYING,
    POSITION,
    QUOTED,
    REMOTE,
    REPAIRED,
    REPAIRING,
    SAID_NO,
    SAID_YES,
    THERE,
    TOLD_COMING,
    TOLD_QUOTE,
    TRAVELLING,
    WAITING_CUSTOMER,
    WAITING_PARTS,
    Minutes,
)
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Files, Flag, Moment, Money, Number, Photos, Text
from xiuhao.kernel.process import Transition
from xiuhao.kernel.words import _
from xiuhao.parts import queries as parts
from xiuhao.wording import queries as wording

HOW = Choice(
    key="how",
    label=_("客户怎样决定"),
    options=(("link", _("客户链接")), ("signature", _("签字")), ("phone", _("电话"))),
    only=(("link", "customer"), ("signature", "staff"), ("phone", "staff")),
)
# A yes by signature is shown by the signature.
SIGNATURE = Photos(key="signature", label=_("签字"), required=False, at_most=2, when=lambda given: given.get("how") == "signature")
SAYS = Text(key="note", label=_("客户的说明"), longest=300, required=False)
DECIDERS = frozenset({r.CUSTOMER, r.OWNER, r.AGENT, r.LEAD, r.DISPATCHER})

VISITING = (
    Transition(
        "depart",
        _("出发"),
        (ACCEPTED, BOOKED),
        TRAVELLING,
        may=FIELD,
        needs=(
            Flag(key="loaded", label=_("诊断工具和备件已带齐"), must=True, clauses=("JD-2.5",)),
            Moment(key="eta", label=_("预计到达"), required=False),
            POSITION,
        ),
        do=visiting.depart,
        public=True,
        notify=(TOLD_COMING,),
    ),
    Transition(
        "arrive",
        _("到达"),
        (TRAVELLING,),
        ARRIVED,
        may=FIELD,
        needs=(
            POSITION,
            Photos(key="door", label=_("门牌照片"), required=False, at_least=0),
            Text(key="note", label=_("没有定位和照片的原因"), longest=500, required=False),
        ),
        guards=(THERE,),
        do=visiting.arrive,
        public=True,
    ),
    Transition(
        "show_badge",
        _("亮证"),
        (ARRIVED,),
        None,
        may=FIELD,
        needs=(
            Flag(key="uniform", label=_("着装整洁"), must=True, clauses=("HA-3.3.2",)),
            Flag(key="badge", label=_("佩戴工牌"), must=True, clauses=("HA-3.3.2",)),
            Flag(key="certificate", label=_("出示资质"), must=True, clauses=("HA-3.3.2",)),
        ),
    ),
    Transition(
        "remote_session",
        _("远程处理"),
        (ACCEPTED, BOOKED, REMOTE),
        REMOTE,
        may=FIELD | {r.EXPERT},
        do=visiting.remote,
        needs=(
            Choice(key="channel", label=_("安全通道"), options=tables.channels, clauses=("JD-2.7",)),
            Flag(key="consent", label=_("客户同意远程和录屏"), must=True, clauses=("JD-2.7",)),
            Files(key="recording", label=_("全程录屏"), clauses=("JD-2.7",)),
        ),
    ),
    Transition(
        "diagnose",
        _("诊断"),
        (ARRIVED, REMOTE, DIAGNOSED),
        DIAGNOSED,
        may=FIELD,
        needs=DIAGNOSIS,
        guards=(GROUNDED,),
        do=visiting.diagnose,
    ),
    Transition(
        "quote",
        _("报价"),
        (DIAGNOSED, QUOTED, REPAIRING),  # anew where it has run out, or where the work shows that it costs more
        QUOTED,
        may=FIELD | {r.DISPATCHER, r.AGENT},
        needs=(
            wording.Said(key="reason", label=_("收费原因"), longest=300, clauses=("HA-3.2.5",)),
            Minutes(
                key="minutes",
                label=_("预计维修用时"),
                least=Decimal(5),
                most=Decimal(960),
                unit=_("分钟"),
                clauses=("YD-1.3",),
                starts=lambda step: step.record.minutes,
            ),
            Money(
                key="parts_cost",
                label=_("零件费估价"),
                when=lambda given: not given.get("parts"),
                clauses=("YD-1.3",),
                help=_("写了预计用料的可不填：按备件售价逐项报价。"),
            ),
            Money(key="extra", label=_("其他费用"), required=False),
            replace(PARTS, starts=stock.reckoned),
        ),
        guards=(PAYING,),
        do=money.quote,
        public=True,
        notify=(TOLD_QUOTE,),
    ),
    Transition(
        "agree",
        _("客户同意"),
        (QUOTED,),
        DIAGNOSED,
        may=DECIDERS,
        needs=(HOW, SIGNATURE, SAYS),
        do=money.decide,
        public=True,
        notify=(SAID_YES,),
    ),
    Transition(
        "decline",
        _("客户不同意"),
        (QUOTED,),
        ABORTED,
        may=DECIDERS,
        or_else=(DIAGNOSED, REPAIRING),  # an earlier quote was agreed to: it stands again
        needs=(HOW, SAYS),
        do=money.decide,
        public=True,
        notify=(SAID_NO,),
    ),
    Transition(
        "repair",
        _("开始作业"),
        (DIAGNOSED, REPAIRING),
        REPAIRING,
        may=FIELD,
        needs=(Choice(key="measure", label=_("措施"), options=tables.measures, clauses=("HA-3.3.3",)),),
        guards=(FITTING,),
        do=visiting.repair,
        public=True,
    ),
    Transition(
        "photograph",
        _("拍照"),
        (*ON_SITE, REPAIRED),
        None,
        may=FIELD,
        needs=(
            Choice(key="slot", label=_("照片位"), options=tables.slots),
            Photos(key="photos", label=_("照片"), at_least=1),
        ),
        do=finishing.photograph,
    ),
    Transition(
        "measure",
        _("检测读数"),
        (*ON_SITE, REPAIRED),
        None,
        may=FIELD,
        needs=(
            Choice(key="reading", label=_("读数"), options=tables.readings),
            Number(key="value", label=_("数值"), least=Decimal(-1000), most=Decimal(1_000_000), places=2),
        ),
        do=finishing.measure,
    ),
    Transition(
        "tick",
        _("检查项"),
        (*ON_SITE, REPAIRED),
        None,
        may=FIELD,
        needs=(
            Choice(key="item", label=_("检查项"), options=tables.checks),
            Choice(key="fine", label=_("结果"), options=(("yes", _("正常")), ("no", _("不正常")))),
            Text(key="remark", label=_("说明"), longest=200, required=False),
        ),
        do=finishing.tick,
    ),
    Transition(
        "use_parts",
        _("用料"),
        (ARRIVED, DIAGNOSED, REPAIRING, REPAIRED),
        None,
        may=FIELD,
        needs=(
            parts.Lines(
                key="parts",
                label=_("用料"),
                clauses=("YD-1.9",),
                help=_("每行一项：编码 数量，按序列号管理的再写序列号。"),
                starts=stock.to_build,
            ),
            parts.Lines(key="returned", label=_("换下的旧件"), required=False),
        ),
        do=stock.use,
    ),
    Transition(
        "await_parts",
        _("等备件"),
        (ARRIVED, DIAGNOSED, REPAIRING),
        WAITING_PARTS,
        may=FIELD | CHIEFS,
        needs=(NOTE, Moment(key="parts_due", label=_("预计到货"), required=False)),
        guards=(OWNED,),
        do=arranging.wait,
        public=True,
    ),
    Transition(
        "await_customer",
        _("等客户"),
        (ACCEPTED, BOOKED, TRAVELLING, ARRIVED, DIAGNOSED, REPAIRING, REMOTE),
        WAITING_CUSTOMER,
        may=FIELD | CHIEFS,
        needs=(NOTE,),
        guards=(OWNED,),
        do=arranging.wait,
        public=True,
    ),
    Transition(
        "finish",
        _("完工"),
        (REPAIRING,),
        REPAIRED,
        may=FIELD,
        needs=(wording.Said(key="solution", label=_("处理经过"), longest=2000),),
        do=finishing.finish,
        public=True,
    ),
)
