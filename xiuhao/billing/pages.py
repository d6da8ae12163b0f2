"""The pages of money: settlement lists, payments, what stations earned; the papers of a job."""

from __future__ import annotations

from xiuhao.billing import charging, papers, queries
from xiuhao.billing.duties import CONFIRMED, DISPUTED, OPEN, PAID
from xiuhao.billing.models import Statement
from xiuhao.kernel import chores
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.words import _
from xiuhao.ui.defaults import ALL, DUE, NUMBER, STATE
from xiuhao.ui.pages import CasePage, Column, Fact, Nav, Paper, Queue, Todo, View, along, register
from xiuhao.ui.words import money

chores.EVERY[charging.look_after] = 60
ON = "work"  # on whose page the money stands: the work order, a process above this module
STATIONS = (r.FINANCE, r.MANAGER, r.LEAD, r.DISPATCHER)


def facts(record: Statement, actor: Actor) -> list[Fact]:
    """What a station is owed, and for what."""
    return [
        Fact(_("服务站"), record.station),
        Fact(_("月份"), record.month),
        Fact(_("单数"), record.jobs, f"/money/earnings?statement={record.pk}"),
        Fact(_("服务费"), money(record.fees)),
        Fact(_("调整"), money(record.adjusted)),
        Fact(_("应付合计"), money(record.amount)),
        Fact(_("调整说明"), record.note, broad=True),
        Fact(_("付款凭证号"), record.reference),
    ]


register(
    Paper("quote", _("维修报价单"), ON, papers.quote, ready=papers.quoted),
    Paper("bill", _("结算清单"), ON, papers.bill, ready=papers.billed),
    Nav("bills", _("结算清单"), "/money/bills", "receipt", roles=queries.READS, group="files"),
    Nav("payments", _("收款流水"), "/money/payments", "coins", roles=queries.READS, group="files"),
    Todo("bills_due", _("待收款"), rows=lambda actor: queries.bills(actor, standing="due"), url="/money/bills?standing=due",
         roles=(r.FINANCE,), tone="amber", rare=True),
    Todo("bills_over", _("多收待退"), rows=lambda actor: queries.bills(actor, standing="over"), url="/money/bills?standing=over",
         roles=(r.FINANCE,), tone="red", rare=True),
    Todo("odd_callbacks", _("收款待核对"), rows=queries.odd_callbacks, url="/money/odd", roles=(r.FINANCE,), tone="red", rare=True),
    Queue(
        "statement",
        icon="building-store",
        columns=(
            NUMBER,
            Column("station", _("服务站"), lambda row: row.record.station, kind="title"),
            Column("month", _("月份"), lambda row: row.record.month),
            STATE,
            Column("jobs", _("单数"), lambda row: row.record.jobs, kind="num"),
            Column("amount", _("应付合计"), lambda row: row.record.amount, kind="num"),
            DUE,
        ),
        views=(
            View("waiting", _("待确认"), lambda rows, actor: rows.filter(state__in=(OPEN.key, DISPUTED.key)), order="due"),
            View("payable", _("待付款"), lambda rows, actor: rows.filter(state=CONFIRMED.key), order="due", roles=(r.FINANCE, r.MANAGER)),
            ALL,
        ),
    ),
    CasePage(
        "statement", facts=facts, bar=along((OPEN, CONFIRMED, PAID), {DISPUTED: OPEN}),
        first=("confirm", "dispute", "adjust", "uphold", "pay"),
    ),
    Todo("statements", _("结算单待确认"), process="statement", view="waiting", roles=(r.LEAD,), tone="amber", rare=True),
    Todo("statements_payable", _("结算单待付款"), process="statement", view="payable", roles=(r.FINANCE,), tone="amber", rare=True),
)  # fmt: skip
