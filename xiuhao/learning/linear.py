"""What was learned, as numbers: a weight for each piece and class. Predicts with numpy alone; kept as npz and JSON, never as a pickle."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xiuhao.learning.texts import SHORT, pieces, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBERS = ("idf", "wide", "short", "length", "bias", "trust")


@dataclass(frozen=True)
class Linear:
    """Softmax of a linear score. `wide` weighs the tf-idf of all pieces, `short` that of the short ones, each of length one (L2).

    `length` weighs the logarithm of the text's length. Shapes: idf (pieces), wide and short (pieces, classes), length and bias (classes).
    `trust` (4) is how often the likeliest class was right on unread texts, whole and cut: weights of `weighed`, and what is added.
    """

    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: NDArray[np.float32]
    wide: NDArray[np.float32]
    short: NDArray[np.float32]
    length: NDArray[np.float32]
    bias: NDArray[np.float32]
    trust: NDArray[np.float32]
    _at: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_at", {piece: at for at, piece in enumerate(self.vocabulary)})

    def chances(self, text: str) -> NDArray[np.float64]:
        """The probability of each class (sum 1)."""
        import numpy as np

        bare = plain(text)
        found = [(self._at[piece], times, len(piece) <= SHORT) for piece, times in Counter(pieces(bare)).items() if piece in self._at]
        score = self.bias + self.length * np.log1p(len(bare))
        if found:
            at, times, short = (np.array(each) for each in zip(*found, strict=True))
            value = (1 + np.log(times)) * self.idf[at]
            score = score + _unit(value) @ self.wide[at] + _unit(value * short) @ self.short[at]
        raised = np.exp(score - score.max())
        return raised / raised.sum()  # type: ignore[no-any-return]

    def known(self, text: str) -> float:
        """The share of the pairs of characters of a text that were learned."""
        return share(pairs_of(text), self._at)

    def best(self, text: str) -> tuple[str, float]:
        """The likeliest class and how often such a judgement is right."""
        import numpy as np

        chances = self.chances(text)
        at = int(chances.argmax())
        score = weighed(chances[at : at + 1], np.array([self.known(text)])) @ self.trust[:3] + self.trust[3]
        return self.classes[at], float(1 / (1 + np.exp(-score[0])))

    def dump(self) -> tuple[bytes, str]:
        """The arrays as npz, and classes and vocabulary as JSON."""
        import numpy as np

        file = io.BytesIO()
        numbers = {name: getattr(self, name) for name in NUMBERS}
        np.savez_compressed(file, allow_pickle=False, **numbers)
        return file.getvalue(), json.dumps({"classes": self.classes, "vocabulary": self.vocabulary}, ensure_ascii=False)


def load(arrays: bytes, words: str) -> Linear:
    """What `dump` gave. Raises ValueError for arrays that are not plain numbers of the right shape (V15: nothing is unpickled)."""
    import numpy as np

    said = json.loads(words)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as file:
        found = {name: file[name] if name in file or name != "trust" else plain_trust() for name in NUMBERS}
    pieces, classes = len(said["vocabulary"]), len(said["classes"])
    shapes = {
        "idf": (pieces,),
        "wide": (pieces, classes),
        "short": (pieces, classes),
        "length": (classes,),
        "bias": (classes,),
        "trust": (4,),
    }
    if any(kept.shape != shapes[name] or kept.dtype != np.float32 for name, kept in found.items()):
        raise ValueError("arrays and vocabulary do not belong together")
    return Linear(tuple(said["classes"]), tuple(said["vocabulary"]), **found)


def plain_trust() -> NDArray[np.float32]:
    """That of the softmax itself: of a version of before there was trust, and where nothing can be learned of it."""
    import numpy as np

    return np.array([1, 0, 0, 0], dtype=np.float32)


def pairs_of(text: str) -> set[str]:
    """The pairs of characters of a text."""
    bare = plain(text)
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


def share(pairs: Collection[str], among: Container[str]) -> float:
    """How many of the pairs are among those (0 to 1)."""
    return sum(pair in among for pair in pairs) / max(1, len(pairs))


def weighed(chance: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """What trust is made of: the log-odds of the likeliest class, how much of the text is known, and both together."""
    import numpy as np

    held = np.clip(chance, 1e-6, 1 - 1e-6)
    odds = np.log(held / (1 - held))
    return np.column_stack([odds, known, odds * known])


def _unit(value: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    length = float(np.sqrt(value @ value))
    return value / length if length else value


def classes_of(labels: Sequence[str]) -> tuple[str, ...]:
    """The classes in the order that every array keeps."""
    return tuple(sorted(set(labels)))
