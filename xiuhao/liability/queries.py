"""The questions about liability: what policies match on, who can be named, what a month's list holds, what personnel takes away."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum

from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.time import month as month_of
from xiuhao.kernel.words import _
from xiuhao.liability import sums, tables
from xiuhao.liability.models import DISCIPLINARY, Liability, Personal, Sanction, Share
from xiuhao.party import queries as organisation


def facts(record: Liability) -> dict[str, Any]:
    """What policies match on."""
    return {"basis": record.basis}


def colleagues(step: Step) -> Options:
    """Who can be named: the colleagues whom the actor sees, but not the actor."""
    found = organisation.colleagues(step.actor)
    return tuple((str(account.pk), f"{account.name} · {account.unit}") for account in found if account.pk != step.actor.id)


def last_day(until: datetime) -> date:
    """The day at whose end a time ends."""
    return local(until - timedelta(seconds=1)).date()


def worked_out(record: Liability) -> str:
    """How the loss was worked out, in the language of the moment."""
    if record.basis == "allowance":
        return str(_("实际折让 {granted} 元")).format(granted=record.granted)
    if record.basis != "returned":
        return str(_("实际损失 {actual} 元")).format(actual=record.loss)
    quantity, sold, actual = record.quantity or Decimal(0), record.sold or Decimal(0), record.actual or sums.NOTHING
    if record.loss is None and record.resale_until:
        until = last_day(record.resale_until)
        return str(_("退货 {quantity}，已转售 {sold}，转售期到 {until}")).format(quantity=quantity, sold=sold, until=until)
    return str(_("转售 {sold} ×（A 级品 {grade_a} − 售价 {sold_at}），未转售部分实际损失 {actual} 元")).format(
        sold=sold, grade_a=record.grade_a or sums.NOTHING, sold_at=record.sold_at or sums.NOTHING,
        actual=actual if sold < quantity else sums.NOTHING,
    )  # fmt: skip


def shares(liability: int) -> list[Share]:
    """Who bears a loss, with the people; who asks has reached the case."""
    rows = Share.objects.unscoped("the parts of a liability that somebody has reached")
    people = Personal.objects.unscoped("the people of the same").select_related("account")
    return list(rows.filter(liability_id=liability).prefetch_related(Prefetch("persons", people)))


def personal(actor: Actor, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Personal]:
    """What persons answer for that this actor may see, decided ones only, latest first."""
    rows = Personal.objects.visible_to(actor).filter(share__liability__decided_at__isnull=False)
    if since and until:
        rows = rows.filter(share__liability__decided_at__gte=since, share__liability__decided_at__lt=until)
    found = rows.select_related("account__unit", "share__liability__case", "share__liability__claim")
    return found.order_by("-share__liability__decided_at", "-pk")


def cap(row: Personal) -> Decimal | None:
    """The most of it that could be charged in one month; None where the bonus is not known."""
    return sums.cap(row.bonus, tables.deduction().cap)


def deducted(row: Personal) -> Decimal | None:
    """What is taken from this month's pay: nothing at all (None) unless the company has switched it on, and never above the cap, however
    many cases a person answers for in the month: the first decided goes first. What is left over waits for later months."""
    if not tables.deduction().enabled:
        return None
    most, at = cap(row), row.share.liability.decided_at
    if most is None or at is None:
        return sums.NOTHING
    same = Personal.objects.unscoped("what one person, who was reached, answers for in the month").filter(account_id=row.account_id)
    before = Q(share__liability__decided_at__lt=at) | Q(share__liability__decided_at=at, pk__lt=row.pk)
    used = same.filter(before, share__liability__decided_at__gte=month_of(f"{local(at):%Y-%m}")[0]).aggregate(all=Sum("amount"))["all"]
    return min(row.amount, max(sums.NOTHING, most - (used or sums.NOTHING)))


def disciplinary(since: datetime, until: datetime) -> QuerySet[Sanction]:
    """The penalties approved in a time that personnel publishes, first approved first."""
    rows = Sanction.objects.filter(kind="penalty", measure__in=DISCIPLINARY, approved_at__gte=since, approved_at__lt=until)
    return rows.select_related("case", "person").order_by("approved_at", "pk")


def concerning(actor: Actor) -> QuerySet[Sanction, str]:
    """The numbers of the notices that concern this person."""
    return Sanction.objects.filter(person_id=actor.id or 0).values_list("case__number", flat=True)


def own(actor: Actor) -> QuerySet[Sanction]:
    """The approved notices that concern whoever asks, latest first."""
    rows = Sanction.objects.filter(person_id=actor.id or 0, approved_at__isnull=False)
    return rows.select_related("case__unit", "person").order_by("-approved_at", "-pk")
