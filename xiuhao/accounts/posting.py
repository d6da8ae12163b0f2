"""Which accounts a purpose is booked on: a decision table, so that the company's own accountant says it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from xiuhao.accounts.models import Entry, Title
from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

RULES = "accounts.posting"
PURPOSES = {
    "allowance": _("销售折让"),
    "compensation": _("赔款"),
    "return": _("销售退回"),
    "return_cost": _("退货成本转回"),
    "rework": _("返工费用"),
    "supplier": _("向供应商追偿"),
    "personal": _("个人承担"),
}


def _in_the_chart(value: Mapping[str, Any]) -> None:
    """Refused account_unknown (422) for an account that the chart does not have, or has no more."""
    for code in (value["debit"], value["credit"]):
        if not Title.objects.filter(pk=code, active=True).exists():
            raise Refused("account_unknown", {"code": code}, status=422)


policy.table(
    RULES,
    _("记账规则"),
    (Column("purpose", _("用途"), "choice", PURPOSES),),
    (Column("debit", _("借方科目")), Column("credit", _("贷方科目"))),
    _in_the_chart,
    help=_("各种业务自动记账时借贷哪个科目。"),
)


def entries_for(purpose: str, amount: Decimal, **more: Any) -> list[Entry]:
    """The two entries of an amount by the rule for that purpose; `more` (part_no, department, customer) stands on both.

    Refused posting_missing (422) where the company has no rule for it.
    """
    row = policy.decide(RULES, {"purpose": purpose})
    if row is None:
        raise Refused("posting_missing", {"purpose": PURPOSES.get(purpose, purpose)}, status=422)
    return [Entry(account_id=row.value["debit"], debit=amount, **more), Entry(account_id=row.value["credit"], credit=amount, **more)]
