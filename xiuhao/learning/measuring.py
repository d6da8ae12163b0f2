"""How good it is, on texts that it has not read: nested cross-validation, near-duplicates never on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from xiuhao.learning import fitting
from xiuhao.learning.linear import classes_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SURE = 0.8  # the share of texts of which it is surest
STEPS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


def measure(texts: Sequence[str], labels: Sequence[str], families: NDArray[np.int32]) -> dict[str, Any]:
    """Five times: learn everything anew from four parts (choices and weights too), judge the fifth. Returns `report`."""
    import numpy as np

    y = np.array(labels)
    said, chance = np.empty_like(y), np.zeros(len(y))
    for read, unread in fitting.folds(y, families):
        learned = fitting.fit([texts[at] for at in read], y[read].tolist(), families[read])
        for at in unread:
            said[at], chance[at] = learned.best(texts[at])
    return report(y, said, chance)


def report(y: NDArray[Any], said: NDArray[Any], chance: NDArray[np.float64]) -> dict[str, Any]:
    """Plain numbers for JSON: `f1` (macro), `accuracy`, `sure` (right among the surest 80 %), per class, and `steps`: for each step of
    the stated probability how many texts, the mean of what was stated, and how many of them were right; `gap` is their mean distance.
    """
    import numpy as np

    right = said == y
    surest = np.argsort(-chance, kind="stable")[: int(len(y) * SURE)]
    each = {name: _one(y == name, said == name) for name in classes_of(y.tolist())}
    steps = []
    for low, high in pairwise(STEPS):
        chosen = (chance >= low) & (chance < high)
        if n := int(chosen.sum()):
            stated, held = float(chance[chosen].mean()), float(right[chosen].mean())
            steps.append({"low": low, "high": min(high, 1.0), "n": n, "said": stated, "right": held})
    return {
        "n": len(y), "f1": float(np.mean([one["f1"] for one in each.values()])), "accuracy": float(right.mean()),
        "sure": float(right[surest].mean()), "classes": each, "steps": steps,
        "gap": sum(step["n"] * abs(step["said"] - step["right"]) for step in steps) / len(y),
    }  # fmt: skip


def _one(is_it: NDArray[np.bool_], said_so: NDArray[np.bool_]) -> dict[str, float]:
    hit, said, there = int((is_it & said_so).sum()), int(said_so.sum()), int(is_it.sum())
    return {
        "n": there, "precision": hit / said if said else 0.0, "recall": hit / there if there else 0.0,
        "f1": 2 * hit / (said + there) if said + there else 0.0,
    }  # fmt: skip
