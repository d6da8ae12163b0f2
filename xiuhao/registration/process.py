"""THE DECLARATION of the registration of purchases (YD-3.1), and of how registered data are changed (YD-3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Flag, Money, Phone, Photos, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.party.models import PurchaseCard
from xiuhao.product import queries as products
from xiuhao.registration import actions

REGISTERED = State("registered", _("已登记"), "green", end=True)
CHANGING = State("changing", _("变更待核"), "amber")
REGISTRARS = frozenset({r.DEALER, r.AGENT, r.LEAD, r.MANAGER})

CHANGE = Ask("change", _("资料变更核准"), to=r.LEAD, covers=("wanted",), clauses=("YD-3.4",))
SOMETHING = Guard("nothing_to_change", _("请至少填写一项要变更的内容。"), actions.changes_something)


class Serial(Text):
    """A serial number in its one form (`product.queries.normalise_serial`)."""

    sample: ClassVar[Any] = "XH24A0001234"
    secret: ClassVar[bool] = False

    def clean(self, raw: Any) -> str:
        return products.normalise_serial(super().clean(raw))


def with_id(given: Mapping[str, Any]) -> bool:
    """An ID number is taken only with the reason why it must be (PIPL art. 28)."""
    return bool(given.get("id_no"))


PIECE = (
    Phone(key="phone", label=_("联系电话"), clauses=("YD-3.1",)),
    Text(key="real_name", label=_("真实姓名"), longest=60, personal=True, clauses=("YD-3.1",)),
    Text(key="card_no", label=_("购货卡号"), longest=40, personal=True, clauses=("YD-3.1",)),
    Ref(key="model", label=_("型号"), find=actions.model, offers=actions.models, clauses=("YD-3.1",)),
    Serial(key="serial", label=_("序列号"), longest=40, help=_("机身铭牌上的号码。")),
    Day(key="purchased_on", label=_("购买日期"), past=True),
    Text(key="invoice_no", label=_("发票号"), longest=40, required=False),
    Money(key="price", label=_("购买价"), required=False),
    Text(key="address", label=_("地址"), longest=300, personal=True, required=False, help=_("整段粘贴，省市区自动识别。")),
    Text(key="id_no", label=_("证件号"), longest=30, personal=True, required=False, help=_("选填：只有法律或补贴确有要求才填写。")),
    Choice(key="id_need", label=_("收集证件号的理由"), options=PurchaseCard.NEEDS, when=with_id),
    Flag(key="told", label=_("已出示个人信息告知书"), must=True, clauses=("YD-3.7",)),
    Flag(key="agrees_revisit", label=_("同意服务回访")),
    Flag(key="agrees_marketing", label=_("同意接收新品与政策推广")),
)
WANTED = (
    Text(key="new_real_name", label=_("新的姓名"), longest=60, personal=True, required=False),
    Phone(key="new_phone", label=_("新的电话"), required=False),
    Text(key="new_card_no", label=_("新的购货卡号"), longest=40, personal=True, required=False),
    Day(key="new_purchased_on", label=_("新的购买日期"), past=True, required=False),
    Text(key="new_invoice_no", label=_("新的发票号"), longest=40, required=False),
)
PROOFS = (
    Flag(key="in_person", label=_("本人到场"), must=True, clauses=("YD-3.4",)),
    Photos(key="id_card", label=_("身份证照片"), at_least=1, at_most=2, clauses=("YD-3.4",)),
    Photos(key="purchase_card", label=_("购货卡照片"), at_least=1, at_most=2, clauses=("YD-3.4",)),
    Photos(key="invoice", label=_("发票照片"), at_least=1, at_most=2, clauses=("YD-3.4",)),
)
NOTE = Text(key="note", label=_("意见"), longest=500)

REGISTRATION = declare(
    Process(
        "registration",
        _("购买登记"),
        record="registration.Registration",
        related=("customer", "phone", "device", "model"),
        series=Series("DJ"),
        transitions=(
            Transition(
                "register",
                _("登记购买"),
                (),
                REGISTERED,
                may=REGISTRARS,
                needs=PIECE,
                gather=actions.gather,
                do=actions.register,
                clauses=("YD-3.1",),
            ),
            Transition(
                "ask_change",
                _("申请变更"),
                (REGISTERED,),
                CHANGING,
                may=REGISTRARS,
                needs=(*WANTED, *PROOFS),
                guards=(SOMETHING,),
                opens=(CHANGE,),
                reopens=True,
                do=actions.ask_change,
                notify=(Notice("change_asked", {r.ASKED}),),
            ),
            Transition(
                "approve_change",
                _("核准变更"),
                (CHANGING,),
                REGISTERED,
                may={r.ASKED},
                answers=CHANGE,
                outcome="agreed",
                needs=(NOTE,),
                do=actions.apply_change,
                notify=(Notice("change_decided", {r.OWNER}),),
            ),
            Transition(
                "reject_change",
                _("驳回变更"),
                (CHANGING,),
                REGISTERED,
                may={r.ASKED},
                answers=CHANGE,
                outcome="refused",
                needs=(NOTE,),
                do=actions.forget_wanted,
                notify=(Notice("change_decided", {r.OWNER}),),
            ),
        ),
        clocks=(Clock("change", _("变更核准"), runs_in=(CHANGING,), escalates=(r.LEAD, r.MANAGER)),),
    )
)
