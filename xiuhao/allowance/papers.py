"""The certificate of allowance in two parts, each labelled with who keeps it (CS5-13.1). The customer stands plain on it: they seal it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.conf import settings

from xiuhao.allowance.elements import READERS, SEALED, SIGNED
from xiuhao.allowance.models import Allowance
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.words import _
from xiuhao.party.models import Customer
from xiuhao.ui.capital import below
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Block, Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import moment, money

PARTS = (("sales", _("折让证明 第一联 业务部")), ("accounting", _("折让证明 第二联 会计")))


def signed(case: Case, record: Allowance, actor: Actor) -> bool:
    """Once both levels have signed it."""
    return case.state in (SIGNED.key, SEALED.key, "booked")


def certificate(case: Case, record: Allowance, actor: Actor, *, part: str) -> Sheet:
    """One part of the certificate."""
    return Sheet(
        _("销货折让证明单"),
        case.number,
        str(case.unit),
        tuple(_blocks(case, record, part)),
        qr=f"{settings.BASE_URL}/c/allowance/{case.number}/",
        qr_says=_("内部扫码查看"),
        note=_("一式二联：第一联业务部存，第二联会计存。客户盖章后方可入账。"),
    )


def _blocks(case: Case, record: Allowance, part: str) -> Iterable[Block]:
    claim = record.claim
    yield Words(part)
    yield Facts(
        (
            (_("客户"), _customer(case)), (_("客诉编号"), claim.ledger_no or ""), (_("类别"), record.get_kind_display()),
            (_("订单编号"), record.order_no), (_("交运日期"), claim.ship_date or ""), (_("原发票号"), record.invoice_no),
        )
    )  # fmt: skip
    quantity = f"{claim.defect_quantity.normalize():f}" if claim.defect_quantity else ""
    yield Table(
        (_("料号"), _("不良数量"), _("单价"), _("折让（赔款）金额")),
        ((record.part_no, quantity, money(claim.price), money(record.amount)),),
        right=(1, 2, 3),
        broad=0,
        foot=((_("合计"), money(record.amount)), *below(record.amount)),
    )
    yield Words(record.reason, _("折让原因"), strong=True)
    yield Facts(tuple(_signers(case)), _("核签"))
    yield Signs(((_("客户盖章"), b""), (_("会计"), b"")))


def _signers(case: Case) -> Iterable[tuple[str, str]]:
    """Who signed, and when."""
    labels = {"head": _("经（副）理"), "top": _("总（副）经理")}
    for ask in CaseAsk.objects.filter(case=case, key__in=labels, outcome="agreed").order_by("answered_at"):
        yield str(labels[ask.key]), f"{ask.answered_name} {moment(ask.answered_at)}" if ask.answered_at else ""


def _customer(case: Case) -> str:
    if case.customer_id is None:
        return ""
    return str(Customer.objects.unscoped("the paper is the customer's own to seal").get(pk=case.customer_id).name)


ROLES = (*sorted(READERS), r.FINANCE, r.MANAGER)
PAPERS = tuple(
    Paper(f"certificate_{key}", label, "allowance", partial(certificate, part=label), ready=signed, roles=ROLES, personal=True)
    for key, label in PARTS
)
