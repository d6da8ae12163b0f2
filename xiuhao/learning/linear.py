"""What was learned, as numbers: a weight for each piece and class. Predicts with numpy alone; kept as npz and JSON, never as a pickle."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xiuhao.learning.texts import SHORT, pieces, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Linear:
    """Softmax of a linear score. `wide` weighs the tf-idf of all pieces, `short` that of the short ones, each of length one (L2).

    `length` weighs the logarithm of the text's length. Shapes: idf (pieces), wide and short (pieces, classes), length and bias (classes).
    """

    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: NDArray[np.float32]
    wide: NDArray[np.float32]
    short: NDArray[np.float32]
    length: NDArray[np.float32]
    bias: NDArray[np.float32]
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

    def best(self, text: str) -> tuple[str, float]:
        """The likeliest class and its probability."""
        chances = self.chances(text)
        at = int(chances.argmax())
        return self.classes[at], float(chances[at])

    def dump(self) -> tuple[bytes, str]:
        """The arrays as npz, and classes and vocabulary as JSON."""
        import numpy as np

        file = io.BytesIO()
        np.savez_compressed(file, idf=self.idf, wide=self.wide, short=self.short, length=self.length, bias=self.bias)
        return file.getvalue(), json.dumps({"classes": self.classes, "vocabulary": self.vocabulary}, ensure_ascii=False)


def load(arrays: bytes, words: str) -> Linear:
    """What `dump` gave. Raises ValueError for arrays that are not plain numbers of the right shape (V15: nothing is unpickled)."""
    import numpy as np

    said = json.loads(words)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as file:
        found = {name: file[name] for name in ("idf", "wide", "short", "length", "bias")}
    pieces, classes = len(said["vocabulary"]), len(said["classes"])
    shapes = {"idf": (pieces,), "wide": (pieces, classes), "short": (pieces, classes), "length": (classes,), "bias": (classes,)}
    if any(found[name].shape != shape or found[name].dtype != np.float32 for name, shape in shapes.items()):
        raise ValueError("arrays and vocabulary do not belong together")
    return Linear(tuple(said["classes"]), tuple(said["vocabulary"]), **found)


def _unit(value: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    length = float(np.sqrt(value @ value))
    return value / length if length else value


def classes_of(labels: Sequence[str]) -> tuple[str, ...]:
    """The classes in the order that every array keeps."""
    return tuple(sorted(set(labels)))
