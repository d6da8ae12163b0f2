"""What the desk shows of certificates of allowance; what of them stands in the list of a month's closing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xiuhao.accounts import actions as books
from xiuhao.allowance.elements import APPROVING, BOOKED, ENDORSING, SALES, SEALED, SIGNED
from xiuhao.allowance.models import Allowance
from xiuhao.allowance.papers import PAPERS
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.ui.defaults import ALL, DUE, NUMBER, STATE
from xiuhao.ui.pages import CasePage, Column, Fact, Queue, Tie, Todo, View, register
from xiuhao.ui.words import money


def facts(record: Allowance, actor: Actor) -> Iterable[Fact]:
    """What is certified, and how it was booked."""
    claim = record.claim
    yield Fact(_("客诉"), claim.ledger_no or claim.case.number, f"/c/claim/{claim.case.number}/")
    yield Fact(_("类别"), record.get_kind_display())
    yield Fact(_("金额"), money(record.amount))
    yield Fact(_("核定金额"), None if claim.amount is None else money(claim.amount))
    yield Fact(_("料号"), record.part_no)
    yield Fact(_("订单编号"), record.order_no)
    yield Fact(_("原发票号"), record.invoice_no)
    yield Fact(_("客户盖章日期"), record.sealed_on)
    reads = actor.holds(*books.READS)
    if record.voucher:
        yield Fact(_("凭证字号"), record.voucher.number, f"/books/vouchers/{record.voucher.pk}" if reads else "")
        yield Fact(_("红字发票号"), record.red_invoice)
    yield Fact(_("折让原因"), record.reason, broad=True)


def _in(*states: Any) -> Any:
    return lambda rows, actor: rows.filter(state__in=[state.key for state in states])


def waiting() -> int:
    """Certificates that are sealed and not booked."""
    return Case.objects.of("allowance", SYSTEM).filter(state=SEALED.key).count()


books.before_closing(books.Pending("allowances", _("客户已盖章的折让证明已入账"), "/c/allowance/?view=to_book", waiting))
register(
    *PAPERS,
    Tie("allowance", up=_("所属客诉"), down=_("折让证明")),
    Queue(
        "allowance",
        icon="receipt",
        related=("claim",),
        columns=(
            NUMBER,
            Column("part_no", _("料号"), lambda row: row.record.part_no, kind="title"),
            Column("kind", _("类别"), lambda row: row.record.get_kind_display()),
            STATE,
            Column("amount", _("金额"), lambda row: row.record.amount, kind="num"),
            Column("claim", _("客诉编号"), lambda row: row.record.claim.ledger_no),
            DUE,
        ),
        views=(
            View("to_sign", _("待签核"), _in(ENDORSING, APPROVING), order="due"),
            View("to_seal", _("待客户盖章"), _in(SIGNED), order="due"),
            View("to_book", _("待入账"), _in(SEALED), order="due"),
            ALL,
        ),
    ),
    CasePage(
        "allowance", facts=facts, related=("claim__case", "voucher"), steps=(ENDORSING, APPROVING, SIGNED, SEALED, BOOKED),
        first=("endorse", "decline", "approve", "reject", "seal", "book"),
    ),
    Todo("allowances_to_seal", _("折让证明待客户盖章"), process="allowance", view="to_seal", roles=tuple(sorted(SALES)), tone="amber",
         rare=True),
    Todo("allowances_to_book", _("折让证明待入账"), process="allowance", view="to_book", roles=(r.FINANCE,), tone="amber", rare=True),
)  # fmt: skip
