"""What others ask of billing: the quote and the settlement list of a job, what is due, what things cost, customers' links."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from xiuhao.billing import providers, tables
from xiuhao.billing.models import Bill, Callback, Charge, Earning, Payment, Quote, Receipt
from xiuhao.billing.sums import NOTHING
from xiuhao.billing.sums import Item as Item  # offered with what takes it
from xiuhao.kernel import policy, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import Case, PolicyRow
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.ui.paper import Sheet

FINANCE = frozenset({roles.FINANCE, roles.MANAGER})
CASHIERS = FINANCE | {roles.LEAD, roles.DISPATCHER, roles.AGENT}
READS = FINANCE | {roles.LEAD, roles.AUDITOR, roles.DISPATCHER}
LINK_DAYS = 180


def quote_of(case: int) -> Quote | None:
    """The quote of a case that the caller has reached, as it stands: open, decided or free; None before the first."""
    rows = Quote.objects.unscoped("of a case that the caller has reached").filter(case=case).exclude(state="void")
    return rows.select_related("case").prefetch_related("lines").first()


def agreed_before(case: int) -> Quote | None:
    """What the customer had agreed to before the quote in force was made: it stands again where they decline that one."""
    rows = Quote.objects.unscoped("of a case that the caller has reached").filter(case=case, state="void", was="accepted")
    return rows.select_related("case").prefetch_related("lines").order_by("-version").first()


def bill_of(case: int) -> Bill | None:
    """The settlement list in force of a case that the caller has reached; None before there is one."""
    rows = Bill.objects.unscoped("of a case that the caller has reached").filter(case=case, voided_at=None)
    return rows.select_related("case", "quote").prefetch_related("lines").first()


def payments_of(bill: Bill) -> list[Payment]:
    """What was paid and given back of a list that the caller has reached, in order."""
    return list(Payment.objects.unscoped("of a list that the caller has reached").filter(bill=bill).order_by("pk"))


def quoted(case: int) -> bool:
    """True once a case has a quote in force."""
    return Quote.objects.unscoped("of a case that the caller has reached").filter(case=case).exclude(state="void").exists()


def billed(case: int) -> bool:
    """True once a case has a settlement list in force."""
    return Bill.objects.unscoped("of a case that the caller has reached").filter(case=case, voided_at=None).exists()


def beside(case: Case, _record: Any, actor: Actor) -> Mapping[str, Any]:
    """For a panel with the template billing/money.html: quote, settlement list and payments of a case; whether this actor takes money."""
    bill = bill_of(case.pk)
    takes = bool(bill and bill.due > 0 and may_take(actor, case))
    return {"quote": quote_of(case.pk), "bill": bill, "payments": payments_of(bill) if bill else [], "takes": takes}


def settled(case: int) -> bool:
    """True if the work may begin for all that money has to do with it: quoted, and agreed to or free (HA-3.2.5)."""
    rows = Quote.objects.unscoped("of a case that the caller has reached").filter(case=case)
    return rows.filter(state__in=("accepted", "free")).exists()


def due(case: int) -> Decimal:
    """What is still to be paid of a case; nothing before there is a settlement list."""
    found = bill_of(case)
    return found.due if found else NOTHING


def receipted(case: int) -> bool:
    """True if a receipt or invoice was issued, or nothing had to be paid (YD-1.6)."""
    found = bill_of(case)
    if found is None:
        return False
    return not found.total or Receipt.objects.unscoped("of a case that the caller has reached").filter(bill=found).exists()


# What things cost


def tariff(facts: Mapping[str, Any], at: datetime | None = None) -> list[Item]:
    """Labour, travel and what else the price list charges for such a job: every row of `billing.price` that fits. Facts: service,
    grade, category, distance (km). A price an hour is taken for `minutes`, begun half hours counted whole."""
    halves = Decimal(-(-int(facts.get("minutes") or 60) // 30))
    rows = listed(facts, at)
    return [replace(one, quantity=max(halves, Decimal(1)) / 2) if hourly else one for one, hourly in rows]


def listed(facts: Mapping[str, Any], at: datetime | None = None) -> list[tuple[Item, bool]]:
    """The price list's rows that fit such a job, once each, and whether the price is of an hour."""
    found = []
    for row in policy.fitting(tables.PRICES, facts, at or now()):
        named, fixed = row.value["item"], bool(row.value.get("fixed"))
        item = Item(row.value["kind"], named["zh"], Decimal(1), Decimal(str(row.value["price"])), None, fixed, named.get("en", ""))
        found.append((item, bool(row.value.get("hourly"))))
    return found


def fees(facts: Mapping[str, Any], at: datetime) -> list[tuple[PolicyRow, Decimal]]:
    """What a station earns by such a job: every row of `billing.station_fee` that fits. Facts: service, grade, distance, night."""
    return [(row, Decimal(str(row.value["fee"]))) for row in policy.fitting(tables.FEES, facts, at)]


def fee_words(earning: Earning) -> str:
    """Of what a station's earning consists, in the language of the moment."""
    return str(_("，")).join(f"{said(name['zh'], name.get('en', ''))} ¥{fee}" for _row, name, fee in earning.fees)


def terms(at: datetime | None = None) -> Mapping[str, Any]:
    """How long a quote holds (`valid_days`) and which hours are night (`night_from`, `night_until`)."""
    row = policy.decide(tables.TERMS, {}, at)
    return {**tables.STANDING, **(row.value if row else {})}


def at_night(at: datetime) -> bool:
    """True if that local hour is one for which the rule table pays extra."""
    found, hour = terms(at), local(at).hour
    return hour >= int(found["night_from"]) or hour < int(found["night_until"])


# The customer's link


def token(kind: str, case: Case, version: int) -> str:
    """The raw token of a quote ("quote") or settlement list ("bill"): a keyed hash, so that it need not be kept to be sent again."""
    raw = hmac.digest(settings.SECRET_KEY.encode(), f"billing.{kind}:{case.pk}:{case.number}:{version}".encode(), "sha256")
    return urlsafe_b64encode(raw[:18]).decode()


def digest(raw: str) -> bytes:
    """The hash by which a link is found."""
    return hashlib.sha256(raw.encode()).digest()


def link_until() -> datetime:
    """Until when a link made now is good."""
    return now() + timedelta(days=LINK_DAYS)


def link(of: Quote | Bill) -> str:
    """The customer's link to a quote or settlement list; "" once it has ended."""
    kind = "quote" if isinstance(of, Quote) else "bill"
    return f"{settings.BASE_URL}/portal/{kind}/{token(kind, of.case, of.version)}" if of.link_until > now() else ""


def quote_by(raw: str) -> Quote | None:
    """The quote of a link, whatever has become of it; None for any other token."""
    rows = Quote.objects.unscoped("by the customer's own token").filter(digest=digest(raw[:64]), link_until__gt=now())
    return rows.select_related("case").prefetch_related("lines").first()


def bill_by(raw: str) -> Bill | None:
    """The settlement list of a link; None for any other token."""
    rows = Bill.objects.unscoped("by the customer's own token").filter(digest=digest(raw[:64]), link_until__gt=now())
    return rows.select_related("case", "quote").prefetch_related("lines").first()


def waiting(bill: Bill) -> Charge | None:
    """The QR charge of a list that can be paid now, if there is one."""
    if bill.due <= 0:
        return None
    return bill.charges.filter(state="open", expires_at__gt=now()).exclude(code="").order_by("-opened_at").first()


def collectable() -> bool:
    """Whether QR payments can be taken at all."""
    return providers.connected()


def sheet(of: Quote | Bill) -> Sheet:
    """A quote or settlement list as a paper."""
    from xiuhao.billing import papers

    return papers.of_quote(of) if isinstance(of, Quote) else papers.of_bill(of)


# Lists


def bills(actor: Actor, *, since: date | None = None, until: date | None = None, standing: str = "") -> QuerySet[Bill]:
    """The visible settlement lists in force by days, newest first; `standing` is due, over, done or written."""
    rows = Bill.objects.visible_to(actor).filter(voided_at=None).select_related("case__unit", "case__owner")
    rows = _between(rows, "created_at", since, until)
    rest = F("paid") - F("refunded") + F("waived")
    if standing == "due":
        rows = rows.filter(total__gt=rest, written_at=None)
    elif standing == "over":
        rows = rows.filter(total__lt=rest)
    elif standing == "done":
        rows = rows.filter(total=rest)
    elif standing == "written":
        rows = rows.filter(total__gt=rest, written_at__isnull=False)
    return rows.order_by("-created_at", "-pk")


def payments(actor: Actor, *, since: date | None = None, until: date | None = None, way: str = "") -> QuerySet[Payment]:
    """The visible payments and refunds by days, newest first."""
    rows = Payment.objects.visible_to(actor).select_related("bill__case__unit")
    rows = _between(rows, "at", since, until)
    return (rows.filter(way=way) if way else rows).order_by("-at", "-pk")


def earnings(actor: Actor, *, since: date | None = None, until: date | None = None, statement: int | None = None) -> QuerySet[Earning]:
    """What stations earned, by days or of a statement, newest first."""
    rows = Earning.objects.visible_to(actor).select_related("case", "unit", "statement__case")
    rows = rows if statement is None else rows.filter(statement=statement)
    return _between(rows, "finished_at", since, until).order_by("-finished_at", "-pk")


def _between(rows: QuerySet[Any], column: str, since: date | None, until: date | None) -> QuerySet[Any]:
    """Whole local days, both inside."""
    start, end = _midnight(since), _midnight(until + timedelta(days=1)) if until else None
    return rows.filter(**({f"{column}__gte": start} if start else {}), **({f"{column}__lt": end} if end else {}))


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=local(now()).tzinfo) if day else None


def odd_callbacks(actor: Actor) -> QuerySet[Callback]:
    """What providers told us and we could not book, newest first; for finance of the whole house."""
    rows = Callback.objects.exclude(outcome="paid").order_by("-at")
    return rows if actor.kind == "system" or any(role in FINANCE and path.count(".") <= 1 for role, path in actor.grants) else rows.none()


def may_take(actor: Actor, case: Case) -> bool:
    """Who may take a payment: finance and the desk at the case's unit, and whoever does the work."""
    if actor.kind == "system":
        return True
    return actor.kind == "staff" and (actor.holds(*CASHIERS, path=case.unit_path) or case.owner_id in actor.everyone_i_am)


def may_refund(actor: Actor, case: Case) -> bool:
    """Who may give money back: finance and managers at the case's unit."""
    return actor.kind == "system" or (actor.kind == "staff" and actor.holds(*FINANCE, path=case.unit_path))
