"""Learning: six linear judges, and one that weighs them. All of it is linear, so it folds into one weight for each piece and class.

The judges: a support vector machine, the same on naive-Bayes log-count ratios (S. Wang and C. D. Manning, "Baselines and Bigrams", 2012),
complement naive Bayes (Rennie et al., 2003); each on pieces of up to three and of up to two characters. The logistic regression above
them sees only judgements of texts that the judge had not read (stacking, Wolpert 1992): that makes its probabilities honest.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xiuhao.learning.linear import Linear, classes_of
from xiuhao.learning.texts import SHORT, pieces, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 5
SEED = 20260101
SVM, RATIOS, SMOOTH = 0.3, 0.5, 0.1  # C of the machine alone, C on ratios, alpha of complement naive Bayes
TOLERANCE = 1e-2
SEEN_IN = 2  # texts in which a piece must stand, so that nothing of a single customer is kept


def fit(texts: Sequence[str], labels: Sequence[str], families: NDArray[np.int32]) -> Linear:
    """Learn from texts with their labels; each class needs texts of at least `FOLDS` families. Some three milliseconds a text."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    y, classes = np.array(labels), classes_of(labels)
    reader = TfidfVectorizer(
        analyzer=lambda text: list(pieces(plain(text))), sublinear_tf=True, min_df=SEEN_IN, norm=None, dtype=np.float64
    )
    counts = reader.fit_transform(texts).tocsr()
    vocabulary = tuple(str(piece) for piece in reader.get_feature_names_out())
    short = np.array([len(piece) <= SHORT for piece in vocabulary])
    few = np.flatnonzero(short)
    spaces = (normalize(counts), normalize(counts[:, few].tocsr()))
    long = np.log1p([[len(plain(text))] for text in texts])
    seen = np.hstack([*(_unread(space, y, classes, families) for space in spaces), long])
    middle, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    above = LogisticRegression(max_iter=1_000).fit((seen - middle) / spread, y)
    judges = [_judges(space, y, classes) for space in spaces]
    coef, bias = above.coef_, above.intercept_
    if len(classes) == 2:
        coef, bias = np.vstack([np.zeros_like(coef), coef]), np.array([0.0, bias[0]])
    share = (coef / spread).T
    offsets = np.concatenate([*(offset for _weights, offset in judges), [0.0]])
    wide = judges[0][0] @ share[: len(judges[0][1])]
    narrow = np.zeros_like(wide)
    narrow[few] = judges[1][0] @ share[len(judges[0][1]) : -1]
    bias = bias + (offsets - middle) @ share
    numbers = (np.ascontiguousarray(each, dtype=np.float32) for each in (reader.idf_, wide, narrow, share[-1], bias))
    return Linear(classes, vocabulary, *numbers)


def folds(y: NDArray[Any], families: NDArray[np.int32], seed: int = SEED) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """(read, unread) positions; a family is never on both sides."""
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    cut = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(cut.split(np.zeros(len(y)), y, families))


def _unread(space: Any, y: NDArray[Any], classes: Sequence[str], families: NDArray[np.int32]) -> NDArray[np.float64]:
    """What judges say of texts that they have not read."""
    import numpy as np

    found: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for read, unread in folds(y, families, SEED + 1):
        weights, offsets = _judges(space[read], y[read], classes)
        found.append((unread, space[unread] @ weights + offsets))
    said = np.empty((len(y), found[0][1].shape[1]))
    for unread, judged in found:
        said[unread] = judged
    return said


def _judges(space: Any, y: NDArray[Any], classes: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    """(weights: pieces × judgements, offsets: judgements) of the three judges, for each class against the others."""
    import numpy as np
    from sklearn.naive_bayes import ComplementNB

    columns, offsets = [], []
    for each in classes[1:] if len(classes) == 2 else classes:
        mine = y == each
        inside, outside = (np.asarray(space[chosen].sum(axis=0)).ravel() + 0.5 for chosen in (mine, ~mine))
        ratio = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
        for factor, cost in ((np.ones_like(ratio), SVM), (ratio, RATIOS)):
            weights, offset = _machine(space.multiply(factor).tocsr(), mine, cost)
            columns.append(weights * factor)
            offsets.append(offset)
    bayes = ComplementNB(alpha=SMOOTH).fit(space, y)
    against = bayes.feature_log_prob_.T
    against = against[:, 1:] - against[:, :1] if len(classes) == 2 else against - against.mean(axis=1, keepdims=True)
    return np.column_stack([*columns, against]), np.array([*offsets, *np.zeros(against.shape[1])])


def _machine(space: Any, mine: NDArray[np.bool_], cost: float) -> tuple[NDArray[Any], float]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough: the last digits of a weight change no suggestion
        made = LinearSVC(C=cost, tol=TOLERANCE, class_weight="balanced", random_state=SEED).fit(space, mine)
    return made.coef_[0], float(made.intercept_[0])
