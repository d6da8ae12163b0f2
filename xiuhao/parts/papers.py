"""The parts slip: what is handed out, from where to where, for which job, at which price; who gives and who takes sign it (YD-1.9)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.parts.ledger import plain
from xiuhao.parts.models import Supply
from xiuhao.parts.supplying import lines_of
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Facts, Sheet, Signs, Table
from xiuhao.ui.words import money


def parts_slip(case: Case, record: Supply, actor: Actor) -> Sheet:
    """领料单 of a request for parts."""
    lines = lines_of(case.pk)
    rows = [
        (line.part.code, "\n".join([line.part.name, *(["、".join(line.serials)] if line.serials else [])]), line.part.unit,
         plain(line.wanted), plain(line.sent), plain(line.accepted), money(line.price) if line.price is not None else "")
        for line in lines
    ]  # fmt: skip
    known = [line.price * line.sent for line in lines if line.price is not None]
    foot = ((_("合计"), money(sum(known, Decimal(0)))),) if known else ()
    heads = (_("编码"), _("备件与序列号"), _("单位"), _("申请"), _("发出"), _("实收"), _("单价"))
    return Sheet(
        _("领料单"),
        case.number,
        str(case.unit),
        (
            Facts(
                (
                    (_("用途"), record.get_purpose_display()), (_("作业单"), record.work.number if record.work else ""),
                    (_("发料库"), record.source), (_("收料库"), record.destination),
                    (_("申请时间"), case.opened_at), (_("经办人"), case.owner),
                )
            ),
            Table(heads, rows, right=(3, 4, 5, 6), broad=1, foot=foot),
            Signs(((_("发料人签字"), b""), (_("领料人签字"), b"")), seal=False),
        ),
        qr=f"{settings.BASE_URL}/c/supply/{case.number}/",
        qr_says=_("内部扫码查看"),
    )  # fmt: skip


SLIP = Paper("parts_slip", _("领料单"), "supply", parts_slip)
