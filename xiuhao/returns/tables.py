"""The decision tables of returns: how much more than approved is taken, how long returned goods may wait to be resold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _
from xiuhao.product.models import INDUSTRIES
from xiuhao.product.queries import categories
from xiuhao.returns.models import KINDS, METHODS, WAYS

TOLERANCE, RESALE = "returns.tolerance", "returns.resale"
MONTHS = 1  # where no row says otherwise

policy.facts(
    "returns",
    Column("way", _("流程"), "choice", dict(WAYS)),
    Column("kind", _("处理方式"), "choice", dict(KINDS)),
    Column("method", _("处理方法"), "choice", dict(METHODS)),
    Column("region", _("地区")),
    Column("industry", _("行业"), "choice", dict(INDUSTRIES)),
    Column("category", _("品类"), "choice", lambda: {row.key: str(row) for row in categories(everything=True)}),
)
policy.table(
    TOLERANCE,
    _("超量允收比率"),
    (Column("customer", _("客户编号"), "number"), Column("part_no", _("料号"))),
    (Column("rate", _("比率"), "number", unit="%"),),
    help=_("实退超过核定数量时，在比率以内按实退入账，超出的退回核定。先看客户的行，没有就用公司的行；没有行时一件也不能超。"),
)
policy.table(
    RESALE,
    _("退货转售期限"),
    (Column("method", _("处理方法"), "choice", dict(METHODS)),),
    (Column("months", _("期限"), "number", unit=_("个月")),),
    help=_("退回的货物从入账起在期限内转售，逾期未售的认列损失。"),
)


def tolerance(facts: Mapping[str, Any], at: datetime) -> tuple[Decimal, PolicyRow | None]:
    """The share above the approved quantity that is taken, per cent, and the row that says it."""
    row = policy.decide(TOLERANCE, facts, at)
    return (Decimal(str(row.value["rate"])), row) if row else (Decimal(0), None)


def months(method: str, at: datetime) -> int:
    """How many months returned goods wait to be resold."""
    row = policy.decide(RESALE, {"method": method}, at)
    return int(row.value["months"]) if row else MONTHS
