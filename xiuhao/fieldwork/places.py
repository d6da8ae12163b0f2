"""Where somebody is: latitude and longitude as evidence, distances on the ground, and the last place of whoever is on a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Any, ClassVar

from django.db import transaction

from xiuhao.billing import queries as bills
from xiuhao.fieldwork.models import Whereabouts, WorkOrder
from xiuhao.kernel import chores, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.chain import erase
from xiuhao.kernel.evidence import Evidence
from xiuhao.kernel.models import Case, Content
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.roster import queries as roster

EARTH = 6_371_000  # metres, mean radius
HOURS = 24  # where no row of `fieldwork.location` says otherwise
BATCH = 500
Spot = tuple[float, float]  # latitude, longitude in degrees, WGS 84


@dataclass(frozen=True, kw_only=True)
class Position(Evidence):
    """Latitude and longitude in degrees, "30.2741,120.1551"; kept sealed, to five places (about a metre)."""

    widget: ClassVar[str] = "text"
    secret: ClassVar[bool] = True
    blank: ClassVar[Any] = ""
    sample: ClassVar[Any] = "30.27410,120.15510"

    def clean(self, raw: Any) -> str:
        try:
            lat, lon = (float(part) for part in str(raw)[:60].split(","))
        except ValueError:
            raise self._bad("not_position") from None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise self._bad("not_position")
        return f"{lat:.5f},{lon:.5f}"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 60, "pattern": r"^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$"}


def spot(text: str) -> Spot | None:
    """What `Position.clean` made, as numbers; None of nothing."""
    if not text:
        return None
    lat, lon = text.split(",")
    return float(lat), float(lon)


def metres(one: Spot, other: Spot) -> float:
    """The distance along the ground in metres (haversine)."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


def way(step: Step) -> Decimal | None:
    """Kilometres by road, one way, from the middle of the station to the job: as the crow flies, times the detour of `billing.terms`.
    Where the job is: as planned, else where its engineer is now. None where either is unknown."""
    return km(step.case, step.record, step.at)


def km(case: Case, record: WorkOrder, at: datetime | None = None) -> Decimal | None:
    """As `way`, of a job that was reached."""
    here = (record.lat, record.lon) if record.lat is not None and record.lon is not None else None
    if here is None:
        row = Whereabouts.objects.unscoped("how far the job at hand is, told as a number").filter(case=case).first()
        here = spot(row.position) if row else None
    base = roster.middle(case.unit_path)
    if here is None or base is None:
        return None
    return (Decimal(metres(base, here) / 1000) * Decimal(str(bills.terms(at)["detour"]))).quantize(Decimal("0.1"))


def seen(step: Step) -> None:
    """Whoever does this step is where they say they are, while they are on this job. Nothing if they say nothing."""
    position = step.given.get("position")
    if position and step.actor.id is not None:
        rows = Whereabouts.objects.unscoped("one's own place, told by oneself")
        rows.update_or_create(account_id=step.actor.id, defaults={"case": step.case, "position": position, "at": step.at})


def forget(step: Step) -> None:
    """The visit is over: nobody need know any more where its engineer is."""
    Whereabouts.objects.unscoped("the job that ends here").filter(case=step.case).delete()


@transaction.atomic
def sweep() -> int:
    """Forget what is older than the hours of `fieldwork.location`: places of people, and those sealed in the journal. A chore."""
    row = policy.decide("fieldwork.location", {})
    since = now() - timedelta(hours=int(row.value["hours"]) if row else HOURS)
    gone, _each = Whereabouts.objects.unscoped("places kept too long").filter(at__lt=since).delete()
    rows = Content.objects.filter(line__process="work", key="position", erased_at=None, line__recorded_at__lt=since)
    old = list(rows.select_related("line").order_by("pk")[:BATCH])
    for content in old:
        erase(content, SYSTEM, "fieldwork.location")
    return gone + len(old)


chores.EVERY[sweep] = 3600
