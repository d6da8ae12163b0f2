"""Inside the company: clients that want the last part in the same moment, parts in two orders, and the same without a guard."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from django.db import DatabaseError  # noqa: E402
from django.db.models import Sum  # noqa: E402

from bench.inside import answer  # noqa: E402
from tests import cast  # noqa: E402
from xiuhao.kernel import engine  # noqa: E402
from xiuhao.kernel.access import SYSTEM  # noqa: E402
from xiuhao.kernel.models import Case  # noqa: E402
from xiuhao.kernel.refusal import Refused  # noqa: E402
from xiuhao.parts import actions, ledger  # noqa: E402
from xiuhao.parts.actions import Line  # noqa: E402
from xiuhao.parts.models import OUT, Balance, Entry, Part, Place  # noqa: E402


def _ground(codes: Sequence[str]) -> tuple[Place, list[Part], int]:
    """A store, parts, and a case for whose sake they are taken."""
    place = actions.open_place("station", cast.unit("杭州站"))
    parts = [Part.objects.filter(code=code).first() or actions.save_part(SYSTEM, Part(), code=code, zh=code) for code in codes]
    case = Case.objects.unscoped("bench").filter(process="count").first()
    found = case or engine.perform("count", "begin", actor=SYSTEM, given={"place": place.pk}).case
    return place, parts, found.pk


def _at_once(pool: ThreadPoolExecutor, acts: Sequence[Callable[[], object]]) -> Counter[str]:
    ready = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        ready.wait(60)
        try:
            act()
            return "won"
        except Refused as no:
            return no.code
        except DatabaseError as error:
            return getattr(error.__cause__, "sqlstate", "") or type(error).__name__

    return Counter(pool.map(one, acts))


def _one(part: Part, quantity: int = 1) -> Line:
    return Line(part.pk, quantity)  # type: ignore[arg-type]


def last_part(clients: int, rounds: int) -> dict[str, float]:
    """One piece a round: how many had it, and how many were told that none is left."""
    place, [part], case = _ground(["BENCH-1"])
    total: Counter[str] = Counter()
    most, clean, slowest = 0, 0, 0.0
    with ThreadPoolExecutor(clients) as pool:
        for _ in range(rounds):
            actions.receive(place.pk, [_one(part)], SYSTEM)
            began = perf_counter()
            found = _at_once(pool, [lambda: actions.reserve(case, place.pk, [_one(part)], SYSTEM)] * clients)
            slowest, most, clean = max(slowest, perf_counter() - began), max(most, found["won"]), clean + (found["won"] == 1)
            total += found
    return {"won": total["won"], "short": total["stock_short"], "most": most, "rounds": clean, "slowest": slowest}


def crossed(clients: int, times: int) -> dict[str, int]:
    """A takes one part and then the other, B the other way round."""
    place, parts, case = _ground(["BENCH-2", "BENCH-3"])
    actions.receive(place.pk, [_one(part, times) for part in parts], SYSTEM)
    deadlocks = 0
    with ThreadPoolExecutor(clients) as pool:
        for _ in range(times // clients):
            lines = [_one(part) for part in parts]
            acts = [lambda n=n, lines=lines: actions.reserve(case, place.pk, lines[:: 1 if n % 2 else -1], SYSTEM) for n in range(clients)]
            deadlocks += clients - _at_once(pool, acts)["won"]
    return {"deadlocks": deadlocks, "differ": _differing()}


def _differing() -> int:
    rows = (
        Entry.objects.unscoped("bench").exclude(place__kind__in=OUT).values("place", "part").annotate(all=Sum("quantity"), kept=Sum("held"))
    )
    told = {(row["place"], row["part"]): (row["all"], row["kept"]) for row in rows}
    kept = {(row.place_id, row.part_id): (row.quantity, row.held) for row in Balance.objects.unscoped("bench").all()}
    return sum(told.get(key, (0, 0)) != kept.get(key, (0, 0)) for key in {*told, *kept})


def control(clients: int, rounds: int) -> dict[str, float]:
    """The same as `last_part` where rows are looked at and not locked; the database's own check was taken away before."""
    ledger.lock = _looked_at  # type: ignore[assignment]  # this program ends with it
    return last_part(clients, rounds)


def _looked_at(pairs: Iterable[ledger.Pair]) -> dict[ledger.Pair, Balance]:
    rows = Balance.objects.unscoped("bench").filter(part__in=[part for _place, part in pairs])
    return {(row.place_id, row.part_id): row for row in rows}


if __name__ == "__main__":
    answer(last_part, crossed, control)
