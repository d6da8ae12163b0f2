"""What the declarations of parts are made of: states, conditions, asks, evidence and clocks."""

from __future__ import annotations

from datetime import timedelta

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Flag, Moment, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, State
from xiuhao.kernel.words import _
from xiuhao.parts import queries, supplying
from xiuhao.parts.lines import HELP, Lines

KEEPERS = frozenset({r.WAREHOUSE, r.LEAD, r.MANAGER})  # who hands out at a place
STOCKERS = frozenset({r.WAREHOUSE, r.LEAD, r.MANAGER})
WHO_ASKS = frozenset({r.ENGINEER, r.DISPATCHER, r.LEAD, r.EXPERT, r.WAREHOUSE, r.MANAGER})

# Asked for and handed over
RESERVED = State("reserved", _("待拣货"), "amber")
SHORT = State("short", _("缺货待补"), "red")
PICKED = State("picked", _("待发料"), "amber")
ISSUED = State("issued", _("在途待签收"), "blue")
DIFFERS = State("differs", _("签收有差异"), "red")
DONE = State("done", _("已交接"), "green", end=True)
DROPPED = State("dropped", _("已取消"), "grey", end=True, given_up=True)
# Bought
ASKED = State("asked", _("待核准"), "amber")
APPROVED = State("approved", _("待下单"), "blue")
ORDERED = State("ordered", _("待到货"), "purple")
RECEIVED = State("received", _("已入库"), "green", end=True)
REJECTED = State("rejected", _("未批准"), "grey", end=True, given_up=True)
# Counted
OPEN = State("open", _("盘点中"), "blue")
COUNTED = State("counted", _("差异待核"), "amber")
CLOSED = State("closed", _("已盘清"), "green", end=True)

REQUESTED = Notice("supply_requested", {r.WAREHOUSE, r.LEAD}, ("YD-1.4",))
BUYING = Ask("buying", _("采购核准"), to=r.MANAGER, covers=("content",), amount="amount")
COUNTING = Ask("counting", _("盘点差异核准"), to=r.LEAD, covers=("differences",), amount="amount")

HELD = Guard("nothing_held", _("这张单还没有占到任何备件，等到货后再拣。"), lambda s: supplying.something_held(s), early=True)
PRICED = Guard(
    "part_unpriced",
    _("价目表里没有这些备件今天的价格：{parts}。请先定价再发料。"),
    lambda step: not supplying.unpriced(step),
    ("YD-1.9",),
    why=lambda step: {"parts": _("、").join(supplying.unpriced(step))},
)
TWO_HANDS = Guard("same_hands", _("作业领料须两人交接：发料人不能自己签收。"), supplying.other_hands, ("YD-1.9",))
SOME = Guard("nothing_counted", _("请录入盘点结果；确实一件没有的，勾选“全盘”。"), lambda s: bool(s.given["lines"] or s.given["whole"]))

NOTE = Text(key="note", label=_("说明"), required=False, longest=500)
DIFFERENCE = Text(key="why", label=_("原因"), longest=500)
SOURCE = Ref(key="source", label=_("发料库"), find=queries.place, offers=queries.stores)
DESTINATION = Ref(key="destination", label=_("收料库"), find=queries.place, offers=queries.stores)
PLACE = Ref(key="place", label=_("位置"), find=queries.place, offers=queries.stores)
LINES = Lines(key="lines", label=_("备件"), help=HELP)
REQUEST = (
    Lines(key="lines", label=_("备件"), required=False, help=_("不填就按估算还缺的备件申请。每行一项：编码 数量。")),
    Ref(key="source", label=_("发料库"), find=queries.place, offers=queries.stores, required=False, help=_("不选就是本站的库。")),
    Ref(key="destination", label=_("收料库"), find=queries.place, offers=queries.stores, required=False, help=_("不选就是随车库。")),
    NOTE,
)
TRANSFER = (SOURCE, DESTINATION, LINES, NOTE)
PIECES = Lines(key="pieces", label=_("拣到的序列号"), required=False, help=_("不填就按先进先出。每行一件：编码 1 序列号。"))
CAME = Lines(
    key="lines",
    label=_("实收"),
    required=False,
    help=_("与实物不符就改，没有收到的去掉；空着就是如数收到。每行一项：编码 数量，有序列号的再写序列号。"),
)
HOW = Choice(key="how", label=_("处理办法"), options=(("found", _("已找回，退原库")), ("lost", _("确认丢失，报损"))))
TO_BUY = (PLACE, LINES, Text(key="reason", label=_("原因"), required=False))
ACCEPTED = (
    Text(key="supplier", label=_("供应商"), longest=80),
    Moment(key="expected_at", label=_("预计到货"), within=lambda: timedelta(days=180)),
)
TO_COUNT = (PLACE, Text(key="reason", label=_("原因"), required=False))
FOUND = (
    Lines(key="lines", label=_("盘点结果"), required=False, zero=True, help=HELP),
    Flag(key="whole", label=_("全盘：没有写到的都是 0")),
)

SUPPLY_CLOCKS = (Clock("handover", _("备件交接"), runs_in=(RESERVED, SHORT, PICKED, ISSUED), escalates=(r.LEAD, r.MANAGER)),)
PURCHASE_CLOCKS = (
    Clock("decision", _("采购核准"), runs_in=(ASKED,), escalates=(r.MANAGER,)),
    Clock("delivery", _("到货"), runs_in=(ORDERED,), due="expected_at", escalates=(r.LEAD,)),
)
COUNT_CLOCKS = (
    Clock("entry", _("盘点录入"), runs_in=(OPEN,), escalates=(r.LEAD,)),
    Clock("decision", _("差异核准"), runs_in=(COUNTED,), escalates=(r.MANAGER,)),
)
