"""THE DECLARATION of a station's monthly statement: what it earned is put together, looked at by the station, paid by finance."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Sum

from xiuhao.billing.models import Earning, Statement
from xiuhao.billing.sums import NOTHING
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Money, Text
from xiuhao.kernel.models import Account
from xiuhao.kernel.outbox import in_charge
from xiuhao.kernel.process import Clock, Duty, Guard, Notice, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import month_before
from xiuhao.kernel.words import _

OPEN = State("open", _("待服务站确认"), "amber")
DISPUTED = State("disputed", _("有异议"), "red")
CONFIRMED = State("confirmed", _("待付款"), "blue")
PAID = State("paid", _("已付款"), "green", end=True)
NOTHING_OWED = State("nothing", _("本月无服务费"), "grey", end=True)
STATION = frozenset({r.LEAD, r.DISPATCHER, r.OWNER})
HOUSE = frozenset({r.FINANCE, r.MANAGER})


def draw_up(step: Step) -> None:
    """Gather what the unit earned by jobs finished in the month, and what an earlier statement missed."""
    record: Statement = step.record
    unit = step.case.unit
    since, end = month_before(record.period)
    record.month = f"{since:%Y-%m}"
    record.station = unit.name
    rows = Earning.objects.unscoped("what one station earned")
    rows.filter(unit=unit, statement=None, finished_at__lt=end).update(statement_id=step.case.pk)
    found = rows.filter(statement_id=step.case.pk).aggregate(jobs=Count("pk"), fees=Sum("amount"))
    record.jobs, record.fees = found["jobs"], found["fees"] or NOTHING
    step.say(jobs=record.jobs, fees=f"{record.fees:.2f}")
    if not record.jobs:
        step.go(NOTHING_OWED)
    else:
        step.own(Account.objects.filter(pk__in=in_charge(r.LEAD, unit.path)).order_by("pk").first())


def adjust(step: Step) -> None:
    """Add an amount, or take one off; the station looks at it again."""
    record: Statement = step.record
    record.adjusted += step.given["amount"]
    record.note = step.given["why"][:300]
    step.say(adjusted=f"{record.adjusted:.2f}")


def not_below_nothing(step: Step) -> bool:
    """A statement never asks money of a station."""
    return bool(step.record.amount + step.given["amount"] >= 0)


CHANGED = Guard("statement_unchanged", _("调整金额不能是 0。"), lambda step: bool(step.given["amount"]))
WHOLE = Guard("statement_below_nothing", _("调整后不能小于 0。"), not_below_nothing)
WHY = Text(key="why", label=_("原因"), longest=300)
MOST = Decimal("9999999.99")

STATEMENT = declare(
    Process(
        "statement",
        _("服务站结算单"),
        record="billing.Statement",
        series=Series("JS"),
        transitions=(
            Transition(
                "open",
                _("生成结算单"),
                (),
                OPEN,
                may={r.SYSTEM},
                or_else=(NOTHING_OWED,),
                needs=(Text(key="period", label=_("出单月份"), longest=10),),
                do=draw_up,
                notify=(Notice("statement_open", {r.OWNER}, when=lambda step: bool(step.record.jobs)),),
            ),
            Transition("confirm", _("确认无误"), (OPEN,), CONFIRMED, may=STATION, notify=(Notice("statement_confirmed", {r.FINANCE}),)),
            Transition(
                "dispute",
                _("提出异议"),
                (OPEN,),
                DISPUTED,
                may=STATION,
                needs=(LongText(key="objection", label=_("异议内容"), longest=2000),),
                notify=(Notice("statement_disputed", {r.FINANCE}),),
            ),
            Transition(
                "adjust",
                _("调整金额"),
                (OPEN, DISPUTED),
                OPEN,
                may=HOUSE,
                guards=(CHANGED, WHOLE),
                needs=(Money(key="amount", label=_("调整金额"), least=-MOST, most=MOST, help=_("减少填负数。")), WHY),
                do=adjust,
                notify=(Notice("statement_open", {r.OWNER}),),
            ),
            Transition("uphold", _("维持原额"), (DISPUTED,), OPEN, may=HOUSE, needs=(WHY,), notify=(Notice("statement_open", {r.OWNER}),)),
            Transition(
                "pay",
                _("登记付款"),
                (CONFIRMED,),
                PAID,
                may={r.FINANCE},
                needs=(Text(key="reference", label=_("付款凭证号"), longest=80),),
                notify=(Notice("statement_paid", {r.OWNER}),),
            ),
        ),
        clocks=(
            Clock("confirm", _("服务站确认"), runs_in=(OPEN,), escalates=(r.LEAD, r.MANAGER), again=("adjust", "uphold")),
            Clock("pay", _("付款时限"), runs_in=(CONFIRMED,), escalates=(r.FINANCE, r.MANAGER)),
        ),
        duty=Duty("", opens="open", every="month", unit_kind="station", at="06:00"),
    )
)  # fmt: skip
