"""Learning: six linear judges, and one that weighs them. All of it is linear, so it folds into one weight for each piece and class.

The judges: a support vector machine, the same on naive-Bayes log-count ratios (S. Wang and C. D. Manning, "Baselines and Bigrams", 2012),
complement naive Bayes (Rennie et al., 2003); each on pieces of up to three and of up to two characters. The logistic regression above
them sees only judgements of texts that the judge had not read (stacking, Wolpert 1992): that makes its probabilities honest.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from xiuhao.learning.linear import Linear, classes_of, pairs_of, plain_trust, share, weighed
from xiuhao.learning.texts import SHORT, cut, pieces, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 5
SEED = 20260101
SVM, RATIOS, SMOOTH = 0.3, 0.5, 0.1  # C of the machine alone, C on ratios, alpha of complement naive Bayes
TOLERANCE = 1e-2
CUTS = 2  # how often each text is told again cut
SEEN_IN = 2  # texts in which a piece must stand, so that nothing of a single customer is kept


def fit(texts: Sequence[str], labels: Sequence[str], families: NDArray[np.int32], strangers: Sequence[str] = ()) -> Linear:
    """Learn from texts with their labels; each class needs texts of at least `FOLDS` families. Some four milliseconds a text.

    What is stated is learned too, of unread texts, whole and cut, and of `strangers`: texts of no class, of which every judgement is wrong.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    y, classes, chance = np.array(labels), classes_of(labels), Random(SEED)
    reader = TfidfVectorizer(
        analyzer=lambda text: list(pieces(plain(text))), sublinear_tf=True, min_df=SEEN_IN, norm=None, dtype=np.float64
    )
    counts = reader.fit_transform(texts).tocsr()
    vocabulary = tuple(str(piece) for piece in reader.get_feature_names_out())
    short = np.array([len(piece) <= SHORT for piece in vocabulary])
    few = np.flatnonzero(short)
    told = [list(texts), *([cut(text, chance) for text in texts] for _each in range(CUTS))]
    read = [counts, *(reader.transform(part).tocsr() for part in told[1:])]
    spaces = ([normalize(each) for each in read], [normalize(each[:, few].tocsr()) for each in read])
    unread = [_unread(space, y, classes, families) for space in spaces]
    long = ([[np.log1p(len(plain(text)))] for text in part] for part in told)
    seen = [np.hstack(each) for each in zip(*unread, long, strict=True)]
    middle, spread = seen[0].mean(axis=0), seen[0].std(axis=0) + 1e-9
    above = LogisticRegression(max_iter=1_000).fit((seen[0] - middle) / spread, y)
    judged = [above.predict_proba((each - middle) / spread) for each in seen]
    judges = [_judges(space[0], y, classes) for space in spaces]
    wide, narrow, length, bias = _folded(above, judges, middle, spread, few)
    numbers = [np.ascontiguousarray(each, dtype=np.float32) for each in (reader.idf_, wide, narrow, length, bias, plain_trust())]
    made = Linear(classes, vocabulary, *numbers)
    often = {piece for piece, texts_of in zip(vocabulary, (counts > 0).sum(axis=0).A1, strict=True) if texts_of > SEEN_IN}  # also in others
    chances = [each.max(axis=1) for each in judged]
    right = [np.array(above.classes_)[each.argmax(axis=1)] == y for each in judged]
    known = [[share(pairs_of(text), often) for text in part] for part in told]
    if strangers:
        chances.append(np.array([made.chances(text).max() for text in strangers]))
        right.append(np.zeros(len(strangers), dtype=bool))
        known.append([made.known(text) for text in strangers])
    return replace(made, trust=_trust(*map(np.concatenate, (chances, known, right))))


def _folded(above: Any, judges: Any, middle: Any, spread: Any, few: Any) -> tuple[Any, Any, Any, Any]:
    """The judges and the one above them as one weight for each piece and class: wide, narrow, of the length, and what is added."""
    import numpy as np

    coef, bias = above.coef_, above.intercept_
    if len(coef) == 1:  # two classes
        coef, bias = np.vstack([np.zeros_like(coef), coef]), np.array([0.0, bias[0]])
    share_of = (coef / spread).T
    offsets = np.concatenate([*(offset for _weights, offset in judges), [0.0]])
    wide = judges[0][0] @ share_of[: len(judges[0][1])]
    narrow = np.zeros_like(wide)
    narrow[few] = judges[1][0] @ share_of[len(judges[0][1]) : -1]
    return wide, narrow, share_of[-1], bias + (offsets - middle) @ share_of


def _trust(chance: NDArray[np.float64], known: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How often judgements of that certainty, of texts known that far, were right."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    if right.all() or not right.any():
        return plain_trust()
    made = LogisticRegression(max_iter=1_000).fit(weighed(chance, known), right)
    return np.array([*made.coef_[0], made.intercept_[0]], dtype=np.float32)


def folds(y: NDArray[Any], families: NDArray[np.int32], seed: int = SEED) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """(read, unread) positions; a family is never on both sides."""
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    cut = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(cut.split(np.zeros(len(y)), y, families))


def _unread(tellings: Sequence[Any], y: NDArray[Any], classes: Sequence[str], families: NDArray[np.int32]) -> list[NDArray[np.float64]]:
    """What judges say of texts that they have not read, for each telling of them; they read the first."""
    import numpy as np

    said: list[NDArray[np.float64]] = []
    for read, unread in folds(y, families, SEED + 1):
        weights, offsets = _judges(tellings[0][read], y[read], classes)
        said = said or [np.empty((len(y), len(offsets))) for _telling in tellings]
        for kept, telling in zip(said, tellings, strict=True):
            kept[unread] = telling[unread] @ weights + offsets
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
