"""The papers of returns: the slip in four named copies (CS5-13.2), the technician's appraisal, the form of filing (YD-5.3, YD-5.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings

from xiuhao.kernel import files
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment, Case, CaseAsk
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.product.queries import reason
from xiuhao.returns.models import Return
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Block, Facts, Sheet, Signs, Words
from xiuhao.ui.words import money

COPIES = (_("退货单第一联：业务部"), _("退货单第二联：成品仓储"), _("退货单第三联：会计科"), _("退货单第四联：业务部回单"))
READS = (r.SALES, r.SALES_HEAD, r.DEPUTY, r.DIRECTOR, r.WAREHOUSE, r.FINANCE, r.OFFICE, r.MANAGER, r.AUDITOR)


def copy(label: str) -> Callable[[Case, Return, Actor], Sheet]:
    """One copy of the slip; what stands on it is the same on all four."""

    def sheet(case: Case, record: Return, actor: Actor) -> Sheet:
        return _sheet(label, case.number, case, tuple(_on_slip(case, record)))

    return sheet


def _sheet(title: str, number: str, case: Case, blocks: tuple[Block, ...]) -> Sheet:
    qr = f"{settings.BASE_URL}/c/returns/{case.number}/"
    return Sheet(title, number, str(case.unit), blocks, qr=qr, qr_says=_("内部扫码查看"))


def _on_slip(case: Case, record: Return) -> Iterable[Block]:
    claim = record.claim.number if record.claim else ""
    names = people.masked_names([case.customer_id] if case.customer_id else [])
    yield Facts(
        [
            (_("客户"), names.get(case.customer_id or 0, "")),
            (_("客诉单"), claim),
            (_("处理方式"), record.get_kind_display()),
            (_("订单号"), record.order_no), (_("料号"), record.part_no), (_("处理方法"), record.get_method_display()),
            (_("依据"), record.basis),
        ],
        _("退货内容"),
    )  # fmt: skip
    yield Words(record.reason, _("退货原因"), strong=True)
    yield Facts(
        [
            (_("原出货数量"), plain(record.issued)), (_("核定数量"), plain(record.approved)), (_("退货单数量"), plain(record.quantity)),
            (_("实收数量"), plain(record.actual)), (_("入账数量"), plain(record.booked)), (_("单价"), _money(record.price)),
            (_("退货金额"), _money(record.amount)), (_("退货证明"), record.get_proof_display()), (_("凭证号"), record.voucher),
        ],
        _("数量与金额"), columns=3,
    )  # fmt: skip
    yield Facts([(_("批示人"), _answered(case, "slip")), (_("差异批示"), _answered(case, "difference"))], _("批示"))
    received = record.received_by.name if record.received_by else ""
    places = (
        (_("业务员"), b""),
        (_("经（副）理"), b""),
        (_("{label} {name}").format(label=_("仓储收料"), name=received).strip(), b""),
        (_("会计"), b""),
    )
    yield Signs(places)


def appraisal(case: Case, record: Return, actor: Actor) -> Sheet:
    """What the technician found, with the signature given on the screen."""
    signed = _("{label} {name}").format(label=_("鉴定人"), name=record.appraised_by).strip()
    blocks: tuple[Block, ...] = (
        Facts(_machine(record), _("产品")),
        Words(record.reason, _("申请原因"), strong=True),
        Facts([(_("三包判定"), reason(record.claimed)), (_("依据条文"), record.claimed.get("article", ""))], _("三包"), columns=1),
        Facts([(_("鉴定结论"), record.get_outcome_display()), (_("鉴定时间"), record.appraised_at)], _("鉴定")),
        Words(record.finding, _("鉴定情况")),
        *((Words(record.explanation, _("告知客户的理由")),) if record.explanation else ()),
        Signs(((signed, _signature(case, actor)), (_("区域负责人"), b""))),
    )
    return _sheet(_("退换鉴定单"), case.number, case, blocks)


def filing(case: Case, record: Return, actor: Actor) -> Sheet:
    """What was done, under which number, and who approved it."""
    blocks: tuple[Block, ...] = (
        Facts(_machine(record), _("产品")),
        Facts(
            [
                (_("处理方式"), record.get_kind_display()), (_("金额"), _money(record.value)), (_("换出新机"), record.new_serial),
                (_("备案日期"), record.filed_on), (_("批准人"), _answered(case, "approval")), (_("区域负责人"), case.owner),
            ],
            _("退换"),
        ),
        Facts([(_("承运方"), record.carrier), (_("运单号"), record.tracking_no)], _("问题件返回")),
        *(Words(text, label) for text, label in ((record.analysis, _("技术分析")), (record.countermeasure, _("改进对策"))) if text),
        Signs(((_("区域负责人"), b""), (_("省公司"), b""), (_("技术部门"), b""))),
    )  # fmt: skip
    return _sheet(_("退换备案表"), record.filing_no or case.number, case, blocks)


def _machine(record: Return) -> list[tuple[Any, Any]]:
    return [
        (_("型号"), record.model), (_("序列号"), record.serial), (_("购买日期"), record.purchased_on), (_("地区"), record.region),
        (_("申请处理"), record.get_kind_display()),
    ]  # fmt: skip


def _answered(case: Case, key: str) -> str:
    """Who answered the latest ask of that key, all posts of its row of authority, and how."""
    answered = CaseAsk.objects.filter(case=case, key=key, outcome__in=("agreed", "refused"))
    if (ask := answered.order_by("-pk").first()) is None:
        return ""
    names = answered.filter(opened_by_line=ask.opened_by_line_id).order_by("pk").values_list("answered_name", flat=True)
    return f"{_('、').join(names)} {_('同意') if ask.outcome == 'agreed' else _('不同意')}"


def _signature(case: Case, actor: Actor) -> bytes:
    rows = Attachment.objects.visible_to(actor).filter(case=case, evidence__contains="signature", file__is_image=True)
    found = rows.select_related("file").order_by("-pk").first()
    return files.path_of(found.file_id).read_bytes() if found else b""


def plain(quantity: Decimal | None) -> str:
    """A quantity as people write it; "" of none."""
    return "" if quantity is None else f"{quantity.normalize():,f}"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)


def slipped(case: Case, record: Return, actor: Actor) -> bool:
    """A slip that has been approved: before, there is nothing to hand out."""
    return record.by_slip and case.state not in ("proposed", "refused", "withdrawn")


PAPERS = (
    *(Paper(f"slip{n}", label, "returns", copy(label), ready=slipped, roles=READS) for n, label in enumerate(COPIES, 1)),
    Paper("appraisal", _("退换鉴定单"), "returns", appraisal, ready=lambda case, record, actor: bool(record.outcome)),
    Paper("filing", _("退换备案表"), "returns", filing, ready=lambda case, record, actor: bool(record.filing_no)),
)
