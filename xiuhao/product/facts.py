"""What a judgement about warranty stands on: the device with its past, and what is wrong with it now. Plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

OTHER = "other"  # a part that is none of the class's main parts
NO_PROOF = "none"


@dataclass(frozen=True)
class Past:
    """One repair. `left` None: still in repair. `fault` names the fault, equal for equal faults; `safety`: a serious safety fault.

    `assemblies` and `parts` are keys of what was replaced; `waited` and `supplied` bound the waiting for parts; `own_fault`: the delay
    was the repairer's own; `uncounted` are hours that the law does not count (parts made for one car, transport of a traction
    battery, rescue: household cars, art. 24). `mileage` is kilometres on arrival.
    """

    came: datetime
    left: datetime | None = None
    fault: str = ""
    safety: bool = False
    assemblies: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    waited: datetime | None = None
    supplied: datetime | None = None
    own_fault: bool = False
    uncounted: int = 0
    mileage: int | None = None

    @classmethod
    def told(cls, row: Mapping[str, Any]) -> Past:
        """Of a JSON object with these names, moments in ISO 8601."""
        moments = {key: datetime.fromisoformat(row[key]) if row[key] else None for key in ("came", "left", "waited", "supplied")}
        keys = {key: tuple(row[key] or ()) for key in ("assemblies", "parts")}
        return cls(**{**row, **moments, **keys})


@dataclass(frozen=True)
class Facts:
    """A device. `mileage` is kilometres, None is unknown as everywhere here; `model` is the model's code, `province` its short name.

    `exchanged_on`: the day on which this piece was handed over in exchange for another. `distance`: bought without seeing it (by net,
    phone, post). `registered`: whether its purchase is registered whole, `registered_on` the day of that. `tier` is that of its customer.
    `resold_on`: the day on which a trader sold it at second hand, `resold_km` its kilometres then.
    """

    industry: str = ""
    category: str = ""
    model: str = ""
    high_end: bool = False
    purchased_on: date | None = None
    installed_on: date | None = None
    mileage: int | None = None
    province: str = ""
    delivered_on: date | None = None
    made_on: date | None = None
    exchanged_on: date | None = None
    price: Decimal | None = None
    distance: bool | None = None
    registered: bool = False
    registered_on: date | None = None
    tier: str = ""
    repairs: tuple[Past, ...] = ()
    resold_on: date | None = None
    resold_km: int | None = None

    @property
    def dated(self) -> bool:
        """Whether a day is known from which a period may run by itself."""
        return bool(self.exchanged_on or self.purchased_on or self.delivered_on)


@dataclass(frozen=True)
class Fault:
    """What is wrong now. `part` is the key of the faulty main part, OTHER, or "" while nobody knows; `same` is the fault's name, to be
    compared with the past. `grave`: one of the faults that the rule for cars lists (steering, brakes, body crack, fuel leak,
    battery fire); `safety`: a serious safety fault. `exclusions` are keys of `warranty.exclusion`. `stock`: the same model can be had.
    `proof`: "" invoice and card are there, else the key of what stands for them (`warranty.proof`), NO_PROOF for nothing at all.
    `no_service`: there is nowhere to have it repaired.
    """

    faulty: bool = True
    part: str = ""
    same: str = ""
    grave: bool = False
    safety: bool = False
    exclusions: tuple[str, ...] = ()
    stock: bool | None = None
    proof: str = ""
    no_service: bool = False
