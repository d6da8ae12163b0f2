"""What a guesser could learn by a stop-watch (T1, L2): refusals of what exists and of what does not take the same time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402

from bench.inside import answer, database, inside  # noqa: E402
from tests import cast  # noqa: E402
from tests.harness import opened  # noqa: E402
from tests.load import token  # noqa: E402
from tests.tickets import receive  # noqa: E402
from xiuhao.kernel.models import Account  # noqa: E402

Row = tuple[str, str, str, bool]
TRIES = 200
APART, NOISE = 0.10, 0.002  # share of the slower median, and seconds that no network tells apart
_addresses = count(1)


def measure(quick: bool = False) -> Iterator[Row]:
    """Each pair is tried in turn, from ever new addresses; medians are compared."""
    with opened() as company, database(company):
        token(company)
        found = inside(company, "guesses", "times", tries=20 if quick else TRIES)
    for what, (known, unknown) in found.items():
        apart = abs(known - unknown)
        yield (
            f"{what}, refused: what exists against what does not, median",
            f"{known * 1e3:.2f} / {unknown * 1e3:.2f} ms",
            f"≤ {APART:.0%} or {NOISE * 1e3:.0f} ms apart",
            apart <= max(APART * max(known, unknown), NOISE),
        )


def times(tries: int) -> dict[str, tuple[float, float]]:
    """Inside the company: the medians in seconds, of what is known and of what is not."""
    number, unit = receive().case.number, cast.account("agent").unit
    logins = [Account.objects.create_user(f"guess{n}", "Xiuhao-2026", name="g", unit=unit).login for n in range(tries // 4 + 1)]
    pairs: dict[str, Callable[[int, bool], HttpResponse]] = {
        "a ticket's number with another's phone (T1)": lambda n, known: _post(
            "/portal/find", phone=f"137{n:04d}{int(known)}000", number=number if known else f"GD9911{n:06d}"
        ),
        "a log-in with a wrong password (L2)": lambda n, known: _post(
            "/accounts/login/",
            login=logins[n // 4] if known else f"nobody{n // 4}",
            password="wrong",  # noqa: S106  # that is the point
        ),
    }
    return {what: _medians(tries, tried) for what, tried in pairs.items()}


def _medians(tries: int, tried: Callable[[int, bool], HttpResponse]) -> tuple[float, float]:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for n in range(tries):
        for known in (True, False) if n % 2 else (False, True):
            began = perf_counter()
            status = tried(n, known).status_code
            taken[known].append(perf_counter() - began)
            if status in (302, 303, 429):
                raise RuntimeError(f"a guess was answered with {status}")
    return median(taken[True]), median(taken[False])


def _post(path: str, **given: str) -> HttpResponse:
    place = next(_addresses)
    client = Client(REMOTE_ADDR=f"10.{place // 65536 % 256}.{place // 256 % 256}.{place % 256}", HTTP_HOST="127.0.0.1")
    return client.post(path, given)  # type: ignore[return-value]


if __name__ == "__main__":
    answer(times)
