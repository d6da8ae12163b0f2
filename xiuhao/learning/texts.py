"""A text as the model reads it: one form, no personal numbers, cut into pieces of one to three characters. Pure: knows no framework."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 2_000  # characters; what follows says nothing new
WIDEST, SHORT = 3, 2  # the longest pieces, and those of the second measure
ALIKE = 0.6  # Jaccard of the pairs of characters from which two texts are near-duplicates
BLOCK = 1_000
_PRIVATE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|https?://\S+|[a-z]*\d[a-z\d-]{5,}|\d[\d -]{5,}\d")
_NO_WORD = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.)\1{2,}")
_CLAUSE = re.compile(r"[^，。！？；、,.!?;\s]{4,}")


def plain(text: str) -> str:
    """One form of width and case; addresses of mail and web, and numbers of six digits and more (phones, orders, serials) become `#`."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return _REPEATED.sub(r"\1\1", " ".join(_PRIVATE.sub("#", text).split()))


def pieces(text: str) -> Iterator[str]:
    """The runs of one to three characters of a text in its plain form."""
    for size in range(1, WIDEST + 1):
        for at in range(len(text) - size + 1):
            yield text[at : at + size]


def cut(text: str, chance: Random) -> str:
    """Some neighbouring clauses of a text, as people tell it in a call; the whole of one that has no clauses."""
    clauses = _CLAUSE.findall(text)
    first = chance.randrange(len(clauses)) if clauses else 0
    return "，".join(clauses[first : first + chance.randint(1, len(clauses) - first)]) if clauses else text


def families(texts: Sequence[str]) -> NDArray[np.int32]:
    """The number of the family of each text: near-duplicates, and theirs, are one family, and are never on both sides of a measurement."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import CountVectorizer

    bare = ["^" + (_NO_WORD.sub("", each) or each) + "$" for each in map(plain, texts)]
    marks = CountVectorizer(analyzer="char", ngram_range=(2, 2), binary=True, dtype=np.float32).fit_transform(bare).tocsr()
    size = np.asarray(marks.sum(axis=1)).ravel()
    left, right = [], []
    for start in range(0, len(texts), BLOCK):
        shared = (marks[start : start + BLOCK] @ marks.T).tocoo()
        rows = shared.row + start
        alike = shared.data >= ALIKE * (size[rows] + size[shared.col] - shared.data)
        left.append(rows[alike])
        right.append(shared.col[alike])
    one, other = np.concatenate(left), np.concatenate(right)
    links = coo_matrix((np.ones(len(one)), (one, other)), shape=(len(texts), len(texts)))
    return connected_components(links, directed=False)[1]  # type: ignore[no-any-return]
