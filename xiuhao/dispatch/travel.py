"""How long it takes from place to place: by distance and speed, or as a matrix service of the company's own says.

The service speaks OSRM's HTTP interface (`/table/v1/driving/{lon},{lat};…?sources=…&destinations=…&annotations=duration`). Where it
does not answer, the estimate stands in and says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, inf, radians, sin, sqrt
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from django.conf import settings

from xiuhao.kernel import policy

if TYPE_CHECKING:
    import numpy as np

Place = tuple[float, float]  # latitude, longitude in degrees
EARTH = 6371.0088  # km, mean radius (IUGG)
BLOCK = 50  # places a side of one question to the service: OSRM answers tables of 100 places unless told otherwise
PATIENCE = 4.0  # seconds for one answer
KEPT = 250_000  # pairs remembered by a process
PRECISION = 4  # digits of a degree: some ten metres

_log = structlog.get_logger("xiuhao.dispatch")
_known: dict[tuple[Place, Place], int] = {}
_lock = Lock()


@dataclass(frozen=True)
class Matrix:
    """`seconds[i, j]` from place i to place j; `km` as the crow flies; `way` is service, estimate, or fallback (the service was silent)."""

    seconds: np.ndarray
    km: np.ndarray
    way: str


def crow(places: Sequence[Place]) -> np.ndarray:
    """Kilometres as the crow flies between all pairs, by the haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984)."""
    import numpy as np  # here and below: loaded by whoever computes, not by every process

    if not places:
        return np.zeros((0, 0))
    lat, lon = np.radians(np.asarray(places, dtype=float)).T
    half = np.sin((lat[:, None] - lat) / 2) ** 2 + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    found: np.ndarray = 2 * EARTH * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return found


def estimate(km: np.ndarray) -> np.ndarray:
    """Whole seconds by the bands of `dispatch.travel`, never less for a longer way; a table without rows drives at 30 km/h."""
    import numpy as np

    bands = _bands()
    found, least, done = np.zeros_like(km), 0.0, 0.0
    for index, (most, speed, detour) in enumerate(bands):
        upper = np.inf if index == len(bands) - 1 else most
        within = (km > least) & (km <= upper) if least else km <= upper
        hours = km * detour / speed
        found[within] = np.maximum(hours[within] * 3600, done)
        done = max(done, upper * detour / speed * 3600) if np.isfinite(upper) else done
        least = upper
    whole: np.ndarray = np.rint(found).astype(np.int64)
    return whole


def _bands() -> list[tuple[float, float, float]]:
    """(up to so many km, km/h, detour), the nearest first."""
    rows = policy.rows("dispatch.travel")
    return sorted((float(_most(row.match)), float(row.value["speed"]), float(row.value["detour"])) for row in rows) or [(inf, 30.0, 1.0)]


def _most(match: Any) -> float:
    wanted = match.get("km", {})
    return float(wanted.get("max", inf)) if isinstance(wanted, dict) else inf


def between(places: Sequence[Place]) -> Matrix:
    """Everything between these places. With a service configured its durations; where it is silent the estimate, and `way` says so."""
    km = crow(places)
    guessed = estimate(km)
    if not settings.XIUHAO_MATRIX_URL or len(places) < 2:
        return Matrix(guessed, km, "estimate")
    try:
        return Matrix(_asked(places), km, "service")
    except (URLError, OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("matrix_silent", error=str(error)[:200])
        return Matrix(guessed, km, "fallback")


def _asked(places: Sequence[Place]) -> np.ndarray:
    """From what is remembered, and for the rest from the service, a block of sources by a block of destinations at a time."""
    import numpy as np

    near = [_near(place) for place in places]
    found = np.zeros((len(near), len(near)), dtype=np.int64)
    for above in range(0, len(near), BLOCK):
        for left in range(0, len(near), BLOCK):
            rows, columns = near[above : above + BLOCK], near[left : left + BLOCK]
            known = [[_known.get((a, b), -1) for b in columns] for a in rows]
            asked = _table(rows, columns) if any(value < 0 for row in known for value in row) else known
            found[above : above + len(rows), left : left + len(columns)] = asked
    return found


def _table(rows: Sequence[Place], columns: Sequence[Place]) -> list[list[int]]:
    places = [*rows, *columns]
    spots = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in places)
    sources = ";".join(str(n) for n in range(len(rows)))
    aims = ";".join(str(n) for n in range(len(rows), len(places)))
    url = f"{settings.XIUHAO_MATRIX_URL.rstrip('/')}/table/v1/driving/{spots}?annotations=duration&sources={sources}&destinations={aims}"
    with urlopen(Request(url, headers={"Accept": "application/json"}), timeout=PATIENCE) as answer:  # noqa: S310  # an operator's own address
        told = json.load(answer)
    if told.get("code") != "Ok":
        raise ValueError(f"the matrix service said {str(told.get('code'))[:40]}")
    made = [[round(float(value)) for value in row] for row in told["durations"]]  # a pair without a way is null: a TypeError
    if len(made) != len(rows) or any(len(row) != len(columns) for row in made):
        raise ValueError("the matrix service gave another shape")
    with _lock:
        if len(_known) > KEPT:
            _known.clear()
        _known.update({(a, b): made[i][j] for i, a in enumerate(rows) for j, b in enumerate(columns)})
    return made


def legs(pairs: Sequence[tuple[Place, Place]]) -> list[int]:
    """Seconds of single ways: what the service has told this process before, else the estimate. Asks nobody, so it never waits; in plain
    numbers, so that who only looks at the board loads no arrays."""
    told = [_known.get((_near(a), _near(b))) for a, b in pairs] if settings.XIUHAO_MATRIX_URL else [None] * len(pairs)
    bands = _bands()
    return [_seconds(km(a, b), bands) if one is None else one for (a, b), one in zip(pairs, told, strict=True)]


def km(one: Place, other: Place) -> float:
    """Kilometres as the crow flies of one pair, by the same formula as `crow`."""
    lat, lon, to_lat, to_lon = map(radians, (*one, *other))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(half, 1.0)))


def _seconds(km: float, bands: Sequence[tuple[float, float, float]]) -> int:
    """As `estimate` has it."""
    done = 0.0
    for most, speed, detour in bands[:-1]:
        if km <= most:
            return round(max(km * detour / speed * 3600, done))
        done = max(done, most * detour / speed * 3600)
    _rest, speed, detour = bands[-1]
    return round(max(km * detour / speed * 3600, done))


def _near(place: Place) -> Place:
    return round(place[0], PRECISION), round(place[1], PRECISION)
