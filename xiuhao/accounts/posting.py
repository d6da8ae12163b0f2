"""Which accounts a purpose is booked on: a decision table, so that the company's own accountant says it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xiuhao.accounts.models import Entry, Title
from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

RULES, CENT = "accounts.posting", Decimal("0.01")
PURPOSES = {
    "allowance": _("销售折让"),
    "compensation": _("赔款"),
    "return": _("销售退回"),
    "return_cost": _("退货成本转回"),
    "resale_loss": _("退货转售损失"),
    "write_off": _("退货未售认列损失"),
    "rework": _("返工费用"),
    "bad_debt": _("维修款核销"),
    "bad_debt_back": _("已核销的维修款收回"),
    "supplier": _("向供应商追偿"),
    "personal": _("个人承担"),
}
TAXED = ("allowance", "return")  # what lessens a price, and with a red invoice its tax


def _sound(value: Mapping[str, Any]) -> None:
    """Refused account_unknown (422) for an account that the chart does not have, or has no more; tax_half (422) for half a tax."""
    for code in filter(None, (value["debit"], value["credit"], value.get("tax"))):
        if not Title.objects.filter(pk=code, active=True).exists():
            raise Refused("account_unknown", {"code": code}, status=422)
    rate = Decimal(str(value.get("rate") or 0))
    if bool(value.get("tax")) != bool(rate) or not 0 <= rate < 100:
        raise Refused("tax_half", status=422)


policy.table(
    RULES,
    _("记账规则"),
    (Column("purpose", _("用途"), "choice", PURPOSES),),
    (
        Column("debit", _("借方科目")),
        Column("credit", _("贷方科目")),
        Column("tax", _("税额科目"), required=False),
        Column("rate", _("税率"), "number", unit="%", required=False),
    ),
    _sound,
    help=_("各种业务自动记账时借贷哪个科目。金额含税；开了红字发票的，按税率分出冲减的销项税额，记在税额科目的借方。"),
)


def entries_for(purpose: str, amount: Decimal, *, red: bool = False, **more: Any) -> list[Entry]:
    """The entries of an amount by the rule for that purpose; `more` (part_no, department, customer) stands on each.

    Where a `red` invoice was issued, the tax that the amount includes is set apart by the rule's rate, half-up; without one the law lets
    nobody lessen it. Refused (422) posting_missing where the company has no rule for it, posting_untaxed where the rule says no tax though
    there is a red invoice: an installation that is older than the tax columns has such rules.
    """
    row = policy.decide(RULES, {"purpose": purpose})
    if row is None:
        raise Refused("posting_missing", {"purpose": PURPOSES.get(purpose, purpose)}, status=422)
    rate = Decimal(str(row.value.get("rate") or 0)) if red else Decimal(0)
    if red and purpose in TAXED and not rate:
        raise Refused("posting_untaxed", {"purpose": PURPOSES[purpose]}, status=422)
    tax = (amount * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
    sides = [(row.value["debit"], {"debit": amount - tax}), (row.value["credit"], {"credit": amount})]
    if tax:
        sides.insert(1, (row.value["tax"], {"debit": tax}))
    return [Entry(account_id=code, **side, **more) for code, side in sides]
