"""What is done with money: quoted, decided, settled, paid, given back, receipted, earned. A higher process calls these inside its
transaction, the case locked; pages call them with the actor who asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from xiuhao.billing import queries, sums
from xiuhao.billing.models import HOW, RECEIPTS, WAYS, Bill, Charge, Earning, Line, Payment, Payout, Quote, Receipt
from xiuhao.billing.sums import NOTHING, Priced, yuan
from xiuhao.billing.sums import Item as Item  # offered with what takes it
from xiuhao.kernel import numbering, rulebook
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.process import Series
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _

NUMBERS = Series("PJ", gapless=True)
AGREED = rulebook.bind("HA-3.2.5", "billing", _("客户没有同意的报价不能收费，也不能多收"))
SEEN_FIRST = rulebook.bind("YD-1.6", "billing", _("结算清单给客户看过才能收款"))
# What higher modules do in the same transaction when less of a list is written off (money came after all), or more (it went back):
# the list, how much more, a key of the deed, who did it.
REWRITTEN: list[Callable[[Bill, Decimal, UUID, Actor], object]] = []
SHOWN = tuple(rulebook.bind(f"SL-2.{n}", "billing", _("打折的报价写明依据，客户决定前看得到")) for n in (3, 4, 5))

# Quotes


@transaction.atomic
def estimate(
    case: Case, items: Sequence[Item], share: Decimal, reason: str, actor: Actor, *, basis: str = "", minutes: int | None = None
) -> Quote:
    """Quote a job (YD-1.3, HA-3.2.5): `share` (0 to 1) of the list price is asked, `basis` says by which rule, `reason` why it is not
    free, `minutes` is the estimated time. What was quoted before is void. Without anything to pay no decision is needed.

    Raises Refused: items_missing, item_bad, share_bad, quote_reason, quote_basis (422), bill_paid_already (409).
    """
    lines = sums.priced(items, share)
    listed, total = sums.total(lines)
    why = clean_text(reason, 300)
    if total and len(why) < 2:
        raise Refused("quote_reason", {}, status=422)
    if total and share < 1 and not basis and any(bound.active for bound in SHOWN):
        raise Refused("quote_basis", {}, status=422)
    _unpaid(case)
    _void_quotes(case)
    version, at = _next(Quote, case), now()
    made = Quote(
        case=case, version=version, listed=listed, total=total, share=share, reason=why, basis=clean_text(basis, 300), minutes=minutes,
        state="open" if total else "free", valid_until=local(at).date() + timedelta(days=int(queries.terms()["valid_days"])),
        digest=queries.digest(queries.token("quote", case, version)), link_until=queries.link_until(), created_at=at,
        created_by=actor.id, created_name=actor.name[:60],
    )  # fmt: skip
    made.save(force_insert=True)
    _write(lines, quote=made)
    return made


def _void_quotes(case: Case) -> None:
    rows = Quote.objects.unscoped("of the case at hand").filter(case=case).exclude(state="void")
    rows.update(was=F("state"), state="void")


def _next(model: type[Quote] | type[Bill], case: Case) -> int:
    """The next version of a case's quotes or lists."""
    latest = model.objects.unscoped("of the case at hand").filter(case=case).aggregate(latest=Max("version"))["latest"]
    return (latest or 0) + 1


def _write(lines: Sequence[Priced], *, quote: Quote | None = None, bill: Bill | None = None) -> None:
    Line.objects.bulk_create(
        Line(
            quote=quote, bill=bill, position=place, kind=one.item.kind, part=one.item.part,
            name=clean_text(one.item.name, 120), en=clean_text(one.item.en, 120),
            quantity=one.item.quantity, price=one.item.price, listed=one.listed, amount=one.amount, fixed=one.item.fixed,
        )
        for place, one in enumerate(lines, 1)
    )  # fmt: skip


@transaction.atomic
def decide(quote: Quote, accepted: bool, how: str, actor: Actor, *, why: str = "") -> Quote:
    """Take the customer's answer to a quote, given `how` (link, signature, phone, paper); the first one counts.

    Raises Refused: quote_void, quote_decided, quote_expired (409), not_offered (422).
    """
    if how not in dict(HOW):
        raise Refused("not_offered", {"label": Quote._meta.get_field("decided_how").verbose_name}, status=422)
    held = Quote.objects.unscoped("of a case that the caller has reached").select_for_update(of=("self",)).get(pk=quote.pk)
    wanted = "accepted" if accepted else "declined"
    if held.state == "void":
        raise Refused("quote_void")
    if held.state != "open":
        raise Refused("quote_decided", {"state": held.get_state_display(), "at": held.decided_at})
    if accepted and held.valid_until < local(now()).date():
        raise Refused("quote_expired", {"until": held.valid_until})
    quote.state, quote.decided_at, quote.decided_how = wanted, now(), how
    quote.decided_by, quote.decided_name, quote.decided_why = actor.id, actor.name[:60], clean_text(why, 300)
    quote.save(update_fields=["state", "decided_at", "decided_how", "decided_by", "decided_name", "decided_why"])
    return quote


@transaction.atomic
def fall_back(case: Case) -> Quote | None:
    """A dearer quote was declined: what the customer had agreed to before it stands again, and the declined one is void. None where
    nothing was agreed before."""
    before = queries.agreed_before(case.pk)
    if before is None:
        return None
    _void_quotes(case)
    before.state, before.was = "accepted", ""
    before.save(update_fields=["state", "was"])
    return before


# Settlement lists


@transaction.atomic
def settle(case: Case, items: Sequence[Item], actor: Actor, *, share: Decimal | None = None) -> Bill:
    """Make the settlement list of a job, at the share of its quote (or the one given). No more than the customer has agreed to: what
    costs more is quoted anew first. An earlier unpaid list is void.

    Raises Refused: items_missing, item_bad (422), quote_missing, bill_above_quote, bill_paid_already (409).
    """
    quote = queries.quote_of(case.pk)
    share = (quote.share if quote else Decimal(1)) if share is None else share
    lines = sums.priced(items, share)
    listed, total = sums.total(lines)
    if AGREED.active and total and (quote is None or quote.state != "accepted"):
        raise Refused("quote_missing", {"total": total}, clauses=("HA-3.2.5",))
    if AGREED.active and total and quote is not None and total > quote.total:
        raise Refused("bill_above_quote", {"total": total, "quoted": quote.total}, clauses=("HA-3.2.5",))
    _unpaid(case)
    version, at = _next(Bill, case), now()
    Bill.objects.unscoped("of the case at hand").filter(case=case, voided_at=None).update(voided_at=at)
    made = Bill(
        case=case, version=version, quote=quote, share=share, listed=listed, total=total, created_at=at, created_by=actor.id,
        created_name=actor.name[:60], digest=queries.digest(queries.token("bill", case, version)), link_until=queries.link_until(),
    )  # fmt: skip
    made.save(force_insert=True)
    _write(lines, bill=made)
    return made


def _unpaid(case: Case) -> None:
    """Refused bill_paid_already while money of the case's list is with us: it is given back first. Its list stays locked."""
    rows = Bill.objects.unscoped("of the case at hand").filter(case=case, voided_at=None).select_for_update(of=("self",))
    held = rows.first()
    if held is not None and held.paid > held.refunded:
        raise Refused("bill_paid_already", {"paid": held.paid - held.refunded})


def show(bill: Bill, how: str) -> Bill:
    """Note that the customer was shown the settlement list, by link, paper, signature or phone; the first time counts."""
    if bill.shown_at is None:
        bill.shown_at, bill.shown_how = now(), how
        Bill.objects.unscoped("of a list at hand").filter(pk=bill.pk, shown_at=None).update(shown_at=bill.shown_at, shown_how=how)
    return bill


@transaction.atomic
def write_off(case: Case) -> Decimal:
    """Nobody waits any more for what was not paid of the case's list: how much that is. What comes after all is taken."""
    held = Bill.objects.unscoped("of the case at hand").select_for_update(of=("self",)).get(case=case, voided_at=None)
    left = max(held.due, NOTHING)
    if left:
        held.written_at = now()
        held.save(update_fields=["written_at"])
    return left


# Payments


@transaction.atomic
def pay(bill: Bill | int, amount: Decimal, way: str, reference: str, key: UUID, actor: Actor, *, shown: bool = False) -> Payment:
    """Record a payment; the same key again is the same payment. `shown`: the customer has seen the list just now.

    Raises Refused: not_allowed (403), key_reused, bill_void, list_not_shown, pays_too_much (409), amount_bad, not_offered (422).
    """
    held = _held(bill)
    if not queries.may_take(actor, held.case):
        raise Refused("not_allowed", {}, status=403)
    if (known := _known(key, held, amount, "paid")) is not None:
        return known
    _good(amount, way)
    if held.voided_at is not None:
        raise Refused("bill_void")
    if shown:
        show(held, "signature")
    if held.shown_at is None and SEEN_FIRST.active:
        raise Refused("list_not_shown", {}, clauses=("YD-1.6",))
    if amount > held.rest:
        raise Refused("pays_too_much", {"due": max(held.rest, NOTHING)})
    made = Payment(amount=amount, way=way, reference=clean_text(reference, 80), key=key, by=actor.id, name=actor.name[:60])
    return _book(held, made, actor)


def collected(charge: Charge, reference: str, key: UUID) -> Payment:
    """Record what a provider has collected, within its transaction. It is with us, whatever has happened to the bill since: too much
    shows as such and is given back."""
    held = _held(charge.bill_id)
    if (known := _known(key, held, charge.amount, "paid")) is not None:
        return known
    show(held, "link")
    made = Payment(amount=charge.amount, way="qr", reference=reference[:80], charge=charge, key=key)
    return _book(held, made, SYSTEM)


@transaction.atomic
def refund(payment: Payment | int, amount: Decimal, reason: str, key: UUID, actor: Actor, *, again: bool = False) -> Payment:
    """Give back a payment, or a part of it, the way it came; the same key again is the same refund. The customer owes it no more, unless
    it is to be paid `again` (it had been booked wrongly). A QR payment goes back by its provider, after the commit.

    Raises Refused: not_found (404), not_allowed (403), key_reused, refund_too_much (409), reason_missing, amount_bad (422).
    """
    pk = payment.pk if isinstance(payment, Payment) else payment
    paid = Payment.objects.visible_to(actor).filter(pk=pk, kind="paid").first()
    if paid is None:
        raise Refused("not_found", {}, status=404)
    held = _held(paid.bill_id)
    if not queries.may_refund(actor, held.case):
        raise Refused("not_allowed", {}, status=403)
    if (known := _known(key, held, amount, "refund")) is not None:
        return known
    why = clean_text(reason, 200)
    if len(why) < 2:
        raise Refused("reason_missing", {}, status=422)
    _good(amount, paid.way)
    back = Payment.objects.unscoped("of a payment seen above").filter(of=paid).values_list("amount", flat=True)
    rest = paid.amount - sum(back, NOTHING)
    if amount > rest:
        raise Refused("refund_too_much", {"rest": rest})
    made = Payment(
        kind="refund", of=paid, amount=amount, way=paid.way, reason=why, charge=paid.charge, key=key, by=actor.id, name=actor.name[:60]
    )
    _book(held, made, actor, waives=not again)
    if paid.charge_id is not None:
        Payout.objects.create(refund=made, asked_at=made.at, next_at=made.at)
    return made


def collect(bill: Bill) -> Charge:
    """Have the provider of QR payments collect what is due; as `charging.ask`. Not inside a transaction."""
    from xiuhao.billing import charging

    return charging.ask(bill)


def _held(bill: Bill | int) -> Bill:
    """The list, locked: payments of one bill wait for each other."""
    pk = bill.pk if isinstance(bill, Bill) else bill
    rows = Bill.objects.unscoped("of a case that the caller has reached").select_related("case")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def _known(key: UUID, bill: Bill, amount: Decimal, kind: str) -> Payment | None:
    found = Payment.objects.unscoped("by the caller's own key").filter(key=key).first()
    if found is not None and (found.bill_id, found.amount, found.kind) != (bill.pk, amount, kind):
        raise Refused("key_reused")
    return found


def _good(amount: Decimal, way: str) -> None:
    if not amount.is_finite() or amount != yuan(amount) or not 0 < amount <= sums.MOST:
        raise Refused("amount_bad", {}, status=422)
    if way not in dict(WAYS):
        raise Refused("not_offered", {"label": Payment._meta.get_field("way").verbose_name}, status=422)


def _book(bill: Bill, payment: Payment, actor: Actor, *, waives: bool = False) -> Payment:
    before, owed, payment.bill, payment.at = bill.written, max(bill.due, NOTHING), bill, now()
    payment.save(force_insert=True)
    if payment.kind == "paid":
        bill.paid += payment.amount
    else:
        bill.refunded += payment.amount
        bill.waived += max(bill.due, NOTHING) - owed if waives else NOTHING
    bill.save(update_fields=["paid", "refunded", "waived"])
    if more := bill.written - before:
        for book in REWRITTEN:
            book(bill, more, payment.key, actor)
    return payment


@transaction.atomic
def receipt(bill: Bill, kind: str, actor: Actor, *, title: str = "", tax_no: str = "") -> Receipt:
    """Issue a receipt or electronic invoice for what was paid (YD-1.6): the first is of all of it, a later one of the
    same kind of what came since.

    Raises Refused: not_allowed (403), nothing_paid, receipt_already (409), invoice_title, not_offered (422).
    """
    held = _held(bill)
    if not queries.may_take(actor, held.case):
        raise Refused("not_allowed", {}, status=403)
    if kind not in dict(RECEIPTS):
        raise Refused("not_offered", {"label": Receipt._meta.get_field("kind").verbose_name}, status=422)
    whose, number = clean_text(title, 100), clean_text(tax_no, 30)
    if kind == "invoice" and not whose:
        raise Refused("invoice_title", {}, status=422)
    kept = held.paid - held.refunded
    if kept <= 0:
        raise Refused("nothing_paid")
    known = list(Receipt.objects.unscoped("of a list at hand").filter(bill=held, kind=kind).order_by("pk"))
    if (left := kept - sum((one.amount for one in known), NOTHING)) <= 0:
        raise Refused("receipt_already", {"number": known[-1].number})
    [serial] = numbering.take(NUMBERS, 1, now())
    made = Receipt(
        bill=held, number=serial, kind=kind, title=whose, tax_no=number, amount=left, at=now(), by=actor.id, name=actor.name[:60]
    )
    made.save(force_insert=True)
    return made


# Stations


def earn(case: Case, unit: Unit, service: str, at: datetime, *, grade: str = "", distance: Decimal | None = None) -> Earning:
    """What a station earns by a finished job, by the rule table in force at `at`, when the visit began; `distance` in km, one way.
    A job earns once: a second call finds the first. Inside the transaction of the job's end.
    """
    known = Earning.objects.unscoped("of the case at hand").filter(case=case).first()
    if known is not None:
        return known
    night = queries.at_night(at)
    found = queries.fees({"service": service, "grade": grade, "distance": distance, "night": night}, at)
    made = Earning(
        case=case, unit=unit, service=service, grade=grade, distance=distance, night=night, finished_at=now(),
        fees=[[row.pk, row.value["item"], f"{fee:.2f}"] for row, fee in found], amount=sum((yuan(fee) for _row, fee in found), NOTHING),
    )  # fmt: skip
    made.save(force_insert=True)
    return made
