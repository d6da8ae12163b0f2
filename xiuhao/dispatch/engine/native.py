"""How a function becomes machine code, and where that is kept: never compiled inside a request, see `engine.warm`.

The folder is named after the sources, so that no function ever calls an older edition of another.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., object])
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

HERE = Path(__file__).resolve().parent
BIG = 1e7  # later than any moment, dearer than any plan (minutes)
EPS = 1e-6


def _folder() -> Path:
    told = os.environ.get("XIUHAO_FOLDER")
    parent = Path(told) if told else HERE.parents[2] / "var"
    sources = [path.read_bytes() for path in sorted(HERE.glob("*.py"))]
    edition = sha256(b"".join(text for text in sources if b"@compiled" in text or b"(NamedTuple)" in text)).hexdigest()[:12]
    return parent / "cache" / "engine" / edition


numba.config.CACHE_DIR = str(_folder())  # type: ignore[attr-defined]
numba.config.LOOP_VECTORIZE = 0  # type: ignore[attr-defined]  # a third of the time to compile, and routes are too short for it


def compiled(function: F) -> F:
    """The function as machine code, kept on disk; it holds no lock of the interpreter while it runs."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """The same for what is short and asked all the time: put into whoever calls it, since the tables of a call cost more than its sum."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function))


@inlined
def chance(seed: Words) -> float:
    """The next number in [0, 1) (xorshift64, Marsaglia 2003); the same from the same seed on every machine."""
    x = seed[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    seed[0] = x
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inlined
def below(seed: Words, size: int) -> int:
    """A whole number from 0 to `size` - 1."""
    return int(chance(seed) * size)
