"""The papers of money: the quote that a customer signs, the settlement list that is shown before anything is paid."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext

from xiuhao.billing import queries
from xiuhao.billing.models import Bill, Line, Quote
from xiuhao.kernel import files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment, Case
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.ui.capital import below
from xiuhao.ui.paper import Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import money


def quoted(case: Case, _record: Any, _actor: Actor) -> bool:
    """True once there is a quote."""
    return queries.quoted(case.pk)


def billed(case: Case, _record: Any, _actor: Actor) -> bool:
    """True once there is a settlement list."""
    return queries.billed(case.pk)


def quote(case: Case, _record: Any, actor: Actor) -> Sheet:
    """The quote in force of a job, with the customer's hand where they agreed by it on the screen."""
    found = queries.quote_of(case.pk)
    assert found is not None, "`quoted` is asked first"
    return of_quote(found, _hand(found, actor))


def bill(case: Case, _record: Any, _actor: Actor) -> Sheet:
    """The settlement list in force of a job."""
    found = queries.bill_of(case.pk)
    assert found is not None, "`billed` is asked first"
    return of_bill(found)


def _signed(found: Quote) -> bool:
    return found.state == "accepted" and found.decided_how == "signature"


def _hand(found: Quote, actor: Actor) -> bytes:
    """The picture of the signature by which the quote in force was agreed to, for who sees it: the latest, for it stands longest."""
    if not _signed(found):
        return b""
    rows = Attachment.objects.visible_to(actor).filter(case=found.case_id, evidence="agree.signature", file__is_image=True)
    latest = rows.select_related("file").order_by("-pk").first()
    return files.path_of(latest.file_id).read_bytes() if latest else b""


def _signs(found: Quote, hand: bytes) -> Signs:
    """Room to sign; where the customer did on the screen, when that was and who took it."""
    label = _("客户签字")
    if _signed(found) and found.decided_at is not None:
        at = f"{local(found.decided_at):%Y-%m-%d %H:%M}"
        label = _("客户已签字（{at}，经手人 {name}）").format(at=at, name=found.decided_name)
    return Signs(((label, hand), (_("工程师签字"), b"")))


def of_quote(found: Quote, hand: bytes = b"") -> Sheet:
    """A quote as a paper: what it costs, why, until when, room for the customer's answer, or the `hand` by which they gave it. Nothing else
    that is personal stands on it."""
    facts = (
        (_("工单"), found.case.number),
        (_("报价日期"), found.created_at),
        (_("有效期至"), found.valid_until),
        (_("预计用时"), ngettext("{n} 分钟", "{n} 分钟", found.minutes).format(n=found.minutes) if found.minutes else ""),
        (_("收费标准"), _("按原价的 {percent}%").format(percent=found.percent)),
        (_("客户决定"), found.answer),
    )
    why = "\n".join(filter(None, (found.reason, found.basis)))
    before = queries.agreed_before(found.case_id) if found.state == "open" else None
    no = _("不同意，按先前同意的报价 {number} 继续").format(number=before.number) if before else _("不同意，不维修")
    return Sheet(
        _("维修报价单"),
        found.number,
        str(found.case.unit),
        (
            Facts(facts),
            lines(list(found.lines.all()), found),
            *((Words(why, _("收费理由"), strong=True),) if why else ()),
            *((Words(_("□ 同意以上报价，请维修　　□ {no}").format(no=no), _("客户意见")),) if found.state == "open" else ()),
            _signs(found, hand),
        ),
        qr=queries.link(found),
        qr_says=_("扫码查看和确认"),
        note=_("维修中如需增加项目或费用，须另行报价并再次征得您的同意。"),
    )


def of_bill(found: Bill) -> Sheet:
    """A settlement list as a paper, with what was paid."""
    facts = (
        (_("工单"), found.case.number),
        (_("开单日期"), found.created_at),
        (_("报价单"), found.quote.number if found.quote else ""),
        (_("状态"), found.standing[0]),
    )
    payments = [(p.at, p.get_kind_display(), p.get_way_display(), money(p.signed), p.reference) for p in queries.payments_of(found)]
    return Sheet(
        _("结算清单"),
        found.number,
        str(found.case.unit),
        (
            Facts(facts),
            lines(list(found.lines.all()), found),
            *(
                (
                    Table(
                        (_("时间"), _("类别"), _("方式"), _("金额"), _("凭证号")),
                        payments,
                        _("收款"),
                        right=(3,),
                        broad=4,
                        foot=((_("还应付"), money(max(found.due, 0 * found.due))),),
                    ),
                )
                if payments
                else ()
            ),
            Signs(((_("客户签字"), b""), (_("收款人签字"), b""))),
        ),
        qr=queries.link(found) if found.due > 0 else "",
        qr_says=_("扫码查看和付款"),
        note=_("请核对无误后再付款；清单以外不收取任何费用。"),
    )


def lines(found: list[Line], of: Quote | Bill) -> Table:
    """The items with their sums."""
    rows = [(str(line.position), line.get_kind_display(), line.label, line.count, money(line.price), money(line.amount)) for line in found]
    foot = [(_("原价合计"), money(of.listed)), (_("优惠"), money(of.total - of.listed))] if of.listed != of.total else []
    return Table(
        (_("序号"), _("类别"), _("项目"), _("数量"), _("单价"), _("应付")),
        rows,
        right=(0, 3, 4, 5),
        broad=2,
        foot=(*foot, (_("应付合计"), money(of.total)), *below(of.total)),
    )
