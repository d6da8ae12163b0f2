"""Quotes and settlement lists for tests, on a ticket: billing does not care what kind of case it hangs on."""

from __future__ import annotations

from decimal import Decimal

from tests import cast
from tests.cast import actor
from tests.tickets import receive
from xiuhao.billing import actions
from xiuhao.billing.models import Bill, Quote
from xiuhao.billing.sums import Item
from xiuhao.kernel.models import Case

D = Decimal
ITEMS = (
    Item("labour", "维修工时费", D("1.5"), D("120.00")),
    Item("part", "压缩机", D(1), D("899.99")),
    Item("travel", "上门费", D(1), D("30.00"), fixed=True),
)
# 原价 180.00 + 899.99 + 30.00; at 80 %: 144.00 + 719.99 (719.992) + 30.00
LISTED, AT_80 = D("1109.99"), D("893.99")


def case() -> Case:
    """A ticket of team one."""
    found = receive().case
    home = cast.unit("一组")
    Case.objects.unscoped("test").filter(pk=found.pk).update(unit=home, unit_path=home.path)
    found.refresh_from_db()
    return found


def quoted(of: Case | None = None, share: str = "0.8") -> Quote:
    """An open quote."""
    basis = "保修期外的维修，按原价的 80% 收费。"
    return actions.estimate(of or case(), ITEMS, D(share), "已过保修期", actor("agent"), basis=basis, minutes=90)


def billed() -> Bill:
    """A settlement list that the customer has agreed to, seen and not paid."""
    quote = actions.decide(quoted(), True, "link", actor("agent"))
    return actions.show(actions.settle(quote.case, ITEMS, actor("agent")), "link")
