"""The questions about parts: what there is, where, for which job, at what price, and how well it is supplied."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.parts.catalogue import KEEPERS
from xiuhao.parts.ledger import NONE, holds, plain
from xiuhao.parts.lines import Line, Lines, resolve
from xiuhao.parts.models import (
    OUT,
    SEES,
    Balance,
    Entry,
    Level,
    Need,
    Part,
    Piece,
    Place,
    Price,
    Purchase,
    PurchaseLine,
    Supply,
    SupplyLine,
)
from xiuhao.product.models import Model

__all__ = [
    "KEEPERS", "SEES", "Line", "Lines", "Needed", "Used", "fitting", "incoming", "ledger", "needs_for", "on_hand", "owing", "parts",
    "pieces", "place", "places", "plain", "price", "prices", "quarantine_of", "resolve", "search", "stock", "store_of", "stores",
    "stores_above", "used_for", "van_of",
]  # fmt: skip
MOST = 400  # places that a select offers
BUYING = ("asked", "approved", "ordered")  # states of a purchase that will bring something


@dataclass(frozen=True)
class Used:
    """A part that was built in for a case: `price` by the list of that day (None: none), guaranteed until `until`."""

    part: Part
    quantity: Decimal
    serial: str
    at: datetime
    price: Decimal | None
    until: date


@dataclass(frozen=True)
class Needed:
    """A part that a job will take: how much was estimated, is held for it, was built in."""

    part: Part
    quantity: Decimal
    held: Decimal
    used: Decimal

    @property
    def missing(self) -> Decimal:
        """What nobody holds yet."""
        return max(NONE, self.quantity - self.held - self.used)


# The catalogue


def parts(everything: bool = False) -> QuerySet[Part]:
    """The parts in use, by code."""
    rows = Part.objects.select_related("category").order_by("code")
    return rows if everything else rows.filter(active=True)


def search(words: str, everything: bool = False) -> QuerySet[Part]:
    """Parts whose code or name has these words."""
    rows = parts(everything)
    return rows.filter(Q(code__icontains=words) | Q(zh__icontains=words) | Q(en__icontains=words)) if words else rows


def fitting(model: Model | None) -> QuerySet[Part]:
    """The parts in use that a model takes: named for it, or for all of its kind."""
    if model is None:
        return parts()
    named = Part.fits.through.objects.filter(model_id=model.pk).values("part_id")
    return parts().filter(Q(pk__in=named) | Q(category_id=model.category_id))


def prices(wanted: Collection[int], day: date) -> dict[int, Price]:
    """Part → its price row in force on a day; those without are left out. One statement."""
    rows = Price.objects.filter(part__in=wanted, since__lte=day).order_by("part_id", "-since").distinct("part_id")
    return {row.part_id: row for row in rows}


def price(part: int, day: date) -> Decimal | None:
    """What a part costs a customer on a day by the list; None if the list does not say."""
    found = prices([part], day).get(part)
    return found.price if found else None


def guaranteed(part: Part, since: date) -> date:
    """The last day on which a part that was built in on a day is guaranteed itself."""
    year, month = divmod(since.month - 1 + part.months, 12)
    year, month = since.year + year, month + 1
    return date(year, month, min(since.day, monthrange(year, month)[1]))


# Places


def places(actor: Actor) -> QuerySet[Place]:
    """The places in use that the actor sees, warehouses first."""
    rows = Place.objects.visible_to(actor).filter(active=True, unit__isnull=False).select_related("unit", "account")
    return rows.order_by("unit__path", "kind", "name")


def place(actor: Actor, pk: int) -> Place | None:
    """A place in use, if the actor sees it: what a `Ref` finds."""
    return places(actor).filter(pk=pk).first()


def stores(step: Step) -> Options:
    """The places that a form offers."""
    return tuple((str(row.pk), f"{row}（{row.get_kind_display()}）") for row in places(step.actor)[:MOST])


def van_of(account: int) -> Place | None:
    """The van of an engineer."""
    return Place.objects.unscoped("one's own, or of whoever is at the job").filter(account=account, active=True).first()


def store_of(path: str) -> Place | None:
    """The store that supplies a unit (its path): its own, or the nearest above it."""
    return next(iter(stores_above(path)), None)


def stores_above(path: str) -> list[Place]:
    """The stores of a unit (its path) and of those above it, the nearest first. One statement."""
    rows = Place.objects.unscoped("where a unit gets its parts").filter(kind__in=("station", "warehouse"), active=True)
    above = [row for row in rows.select_related("unit") if row.unit and path.startswith(row.unit.path)]
    return sorted(above, key=lambda row: (-len(row.unit.path if row.unit else ""), row.kind != "station", row.pk))


def quarantine_of(van: Place) -> Place | None:
    """Where old parts go that come back with a van."""
    rows = Place.objects.unscoped("beside the van").filter(kind="faulty", unit=van.unit, active=True)
    return rows.order_by("pk").first()


# Stock


def on_hand(place_id: int) -> dict[int, Balance]:
    """Part → what lies at a place and how much of it is held."""
    rows = Balance.objects.unscoped("of a place that was reached").filter(place=place_id).select_related("part")
    return {row.part_id: row for row in rows.exclude(quantity=0, held=0)}


def stock(actor: Actor, words: str = "", place_id: int | None = None, few: bool = False) -> QuerySet[Balance]:
    """The balances that the actor sees, by part and place, each with its reorder point `least` and what is on the way to it `coming`."""
    point = Level.objects.filter(place=OuterRef("place"), part=OuterRef("part")).values("least")[:1]
    rows: QuerySet[Any] = Balance.objects.visible_to(actor).select_related("part", "place__unit")
    rows = rows.annotate(least=Subquery(point), coming=_coming())
    rows = rows.exclude(quantity=0, held=0, least=None, coming=0).exclude(place__unit=None)
    if words:
        rows = rows.filter(Q(part__code__icontains=words) | Q(part__zh__icontains=words) | Q(part__en__icontains=words))
    if place_id:
        rows = rows.filter(place=place_id)
    if few:
        rows = rows.filter(least__isnull=False, quantity__lt=F("held") + F("least"))
    return rows.order_by("part__code", "place__unit__path", "place_id")


def _coming() -> Any:
    """What is on the way to a balance's place: sent and not yet accepted, ordered and not yet received."""
    there = OuterRef(OuterRef("place"))
    sent = SupplyLine.objects.filter(
        part=OuterRef("part"), case__state="issued", case__in=Supply.objects.filter(destination=there).values("case_id")
    )
    bought = PurchaseLine.objects.filter(
        part=OuterRef("part"), case__state="ordered", case__in=Purchase.objects.filter(place=there).values("case_id")
    )
    first = Subquery(sent.order_by().values("part").annotate(all=Sum("sent")).values("all"))
    second = Subquery(bought.order_by().values("part").annotate(all=Sum(F("quantity") - F("received"))).values("all"))
    return Coalesce(first, NONE) + Coalesce(second, NONE)


def incoming(place_id: int) -> dict[int, Decimal]:
    """Part → how much is on the way to a place."""
    sent = SupplyLine.objects.filter(case__state="issued", case__in=Supply.objects.filter(destination=place_id).values("case_id"))
    bought = PurchaseLine.objects.filter(case__state__in=BUYING, case__in=Purchase.objects.filter(place=place_id).values("case_id"))
    found: dict[int, Decimal] = {}
    for rows, much in ((sent, F("sent")), (bought, F("quantity") - F("received"))):
        for row in rows.values("part").annotate(all=Sum(much)).order_by():
            found[row["part"]] = found.get(row["part"], NONE) + row["all"]
    return found


def owing(actor: Actor) -> QuerySet[Balance]:
    """The vans whose books say that less than nothing is there: what was used without a network (O9)."""
    return Balance.objects.visible_to(actor).filter(quantity__lt=0).select_related("part", "place__unit").order_by("place_id", "part__code")


def pieces(actor: Actor, part: int) -> QuerySet[Piece]:
    """The numbered pieces of a part that lie where the actor sees them."""
    return Piece.objects.visible_to(actor).filter(part=part).select_related("place__unit").order_by("serial")


def ledger(actor: Actor, *, part: int | None = None, place_id: int | None = None, case: int | None = None) -> QuerySet[Entry]:
    """The lines of the ledger at places that the actor sees, latest first: who, when, for which case."""
    rows = Entry.objects.visible_to(actor).select_related("movement__case", "movement__paper", "place__unit", "part", "piece")
    wanted = {"part": part, "place": place_id, "movement__case": case}
    return rows.filter(**{key: value for key, value in wanted.items() if value}).order_by("-pk")


# Of a job


def used_for(*cases: int) -> list[Used]:
    """The parts that were built in for a case, or for several, oldest first."""
    rows = Entry.objects.unscoped("of a case that was reached")
    rows = rows.filter(movement__case_id__in=cases, movement__kind="use", place__kind="customer")
    found = list(rows.select_related("movement", "part", "piece").order_by("pk"))
    return [_used(row, listed) for row, listed in zip(found, _listed(found), strict=True)]


def _listed(rows: Sequence[Entry]) -> Iterable[Decimal | None]:
    """The price of each by the list of its day: one statement a day."""
    days = {local(row.movement.at).date() for row in rows}
    by_day = {day: prices({row.part_id for row in rows}, day) for day in days}
    for row in rows:
        found = by_day[local(row.movement.at).date()].get(row.part_id)
        yield found.price if found else None


def _used(row: Entry, listed: Decimal | None) -> Used:
    day = local(row.movement.at).date()
    serial = row.piece.serial if row.piece else ""
    return Used(row.part, row.quantity, serial, row.movement.at, listed, guaranteed(row.part, day))


def needs_for(case: int) -> list[Needed]:
    """What a job will take, with how much of it is held and was built in already. Three statements."""
    held: dict[int, Decimal] = {}
    for (_place, part), much in holds(case).items():
        held[part] = held.get(part, NONE) + much
    rows = Entry.objects.unscoped("of a case that was reached").filter(movement__case_id=case, movement__kind="use", place__kind__in=OUT)
    used = {row["part"]: row["all"] for row in rows.values("part").annotate(all=Sum("quantity"))}
    needed = Need.objects.filter(case_id=case).select_related("part").order_by("part__code")
    return [Needed(row.part, row.quantity, held.get(row.part_id, NONE), used.get(row.part_id, NONE)) for row in needed]
