"""How good it is, on texts that it has not read: nested cross-validation, near-duplicates never on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from xiuhao.learning import fitting
from xiuhao.learning.linear import classes_of
from xiuhao.learning.texts import cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SURE = 0.8  # the share of texts of which it is surest
STEPS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


def measure(
    texts: Sequence[str], labels: Sequence[str], families: NDArray[np.int32], strangers: Sequence[str] = (), sure: float = 0.9
) -> dict[str, Any]:
    """Five times: learn everything anew from four parts (choices and weights too), judge the fifth. Returns `report`, and how much of
    it is shown and right where `sure` is asked for: of whole texts, of a few of their clauses, and of `strangers`, of which nothing is."""
    import numpy as np

    y, dice = np.array(labels), Random(fitting.SEED + 2)
    said, chance = np.empty((2, len(y)), dtype=y.dtype), np.zeros((2, len(y)))
    strange = np.zeros(len(strangers))
    for part, (read, unread) in enumerate(fitting.folds(y, families)):
        others = [text for at, text in enumerate(strangers) if at % fitting.FOLDS != part]
        learned = fitting.fit([texts[at] for at in read], y[read].tolist(), families[read], others)
        for at in unread:
            for row, text in enumerate((texts[at], cut(texts[at], dice))):
                said[row, at], chance[row, at] = learned.best(text)
        for at in range(part, len(strangers), fitting.FOLDS):
            strange[at] = learned.best(strangers[at])[1]
    kinds = ((said[0] == y, chance[0]), (said[1] == y, chance[1]), (np.zeros(len(strangers), dtype=bool), strange))
    return report(y, said[0], chance[0]) | {
        name: _shown(right, stated, sure) for name, (right, stated) in zip(("whole", "cut", "strangers"), kinds, strict=True)
    }


def _shown(right: NDArray[np.bool_], chance: NDArray[np.float64], sure: float) -> dict[str, float]:
    """Of `n` texts the share of which something is suggested, and the share of that which is right."""
    enough = chance >= sure
    return {
        "n": len(right),
        "share": float(enough.mean()) if len(right) else 0.0,
        "right": float(right[enough].mean()) if enough.any() else 0.0,
    }


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
