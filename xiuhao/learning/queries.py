"""What others ask of learning: what a text is probably about, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _
from xiuhao.learning.models import SUBJECTS, Model, Shown

if TYPE_CHECKING:
    from xiuhao.learning.linear import Linear

THRESHOLD = "learning.threshold"
FEWEST = 6  # characters: less says nothing
policy.table(
    THRESHOLD,
    _("提示的门槛"),
    (Column("subject", _("对象"), "choice", dict(SUBJECTS)),),
    (
        Column("sure", _("把握不低于"), "number", unit="%"),
        Column("least", _("自有文本不少于"), "number", unit=_("条")),
        Column("each", _("每类不少于"), "number", unit=_("条")),
        Column("accuracy", _("宏平均 F1 不低于"), "number", unit="%"),
    ),
    help=_("把握不够就不提示；数据不够或测得的准确度不够，就不启用。"),
)
_described: dict[str, tuple[Callable[[], Mapping[str, str]], str]] = {}
_loaded: dict[str, tuple[int, Linear]] = {}  # a subject's model in this process, with the key of its row
_loading = Lock()


@dataclass(frozen=True)
class Suggestion:
    """A class, its calibrated probability (0 to 1), and the key of the model that says so."""

    value: str
    chance: float
    model: int

    @property
    def percent(self) -> int:
        """Rounded down: it never claims more than it says."""
        return int(self.chance * 100)


@dataclass(frozen=True)
class Terms:
    """The row of `learning.threshold`: probability and F1 (0 to 1), texts in all and of each class."""

    sure: float
    least: int
    each: int
    accuracy: float


def describe(subject: str, names: Callable[[], Mapping[str, str]], source: str) -> None:
    """Said by the module that trains a subject: the names of its classes, and where the labels of its texts come from."""
    _described[subject] = (names, source)


def names(subject: str) -> Mapping[str, str]:
    """Class → its name on the screen, as far as somebody described the subject."""
    return _described[subject][0]() if subject in _described else {}


def source(subject: str) -> str:
    """Where the labels come from, in a sentence."""
    return _described[subject][1] if subject in _described else ""


def terms(subject: str) -> Terms | None:
    """From when on this subject is suggested; None where no row fits: never."""
    row = policy.decide(THRESHOLD, {"subject": subject})
    if row is None:
        return None
    value = row.value
    return Terms(float(value["sure"]) / 100, int(value["least"]), int(value["each"]), float(value["accuracy"]) / 100)


def suggest(subject: str, text: str) -> Suggestion | None:
    """What a text is probably about; None if no model is in use, the text is too short, or it is not sure enough. One statement
    (two when a new model came into use): the version is asked for each time, so that every process obeys a new one at once.
    """
    wanted = terms(subject)
    if wanted is None or len(text.strip()) < FEWEST:
        return None
    key = Model.objects.filter(subject=subject, in_use=True).values_list("pk", flat=True).first()
    if key is None:
        return None
    value, chance = _model(subject, key).best(text)
    return Suggestion(value, chance, key) if chance >= wanted.sure else None


def _model(subject: str, key: int) -> Linear:
    """The model of that row, read once a process. Raises ValueError if the row was altered."""
    from xiuhao.learning.linear import load

    with _loading:
        held = _loaded.get(subject)
        if held is None or held[0] != key:
            row = Model.objects.get(pk=key)
            if digest(bytes(row.arrays), row.words) != row.sha:
                raise ValueError(f"model {key} was altered")
            held = _loaded[subject] = (key, load(bytes(row.arrays), row.words))
    return held[1]


def digest(arrays: bytes, words: str) -> str:
    """The SHA-256 (hex) of a model as it is kept."""
    return sha256(arrays + words.encode()).hexdigest()


def latest(subject: str) -> list[Model]:
    """The last ten versions, newest first, without their numbers. One statement."""
    return list(Model.objects.filter(subject=subject).defer("arrays", "words").order_by("-pk")[:10])


def fates(subject: str) -> dict[str, int]:
    """What people did with suggestions: fate → how many. One statement."""
    return dict(Shown.objects.filter(subject=subject).values_list("fate").annotate(Count("pk")).order_by())


def unsettled(most: int) -> list[Any]:
    """The keys under which something was shown whose end is not known, oldest first."""
    rows = Shown.objects.filter(fate="open").order_by("shown_at").values_list("key", flat=True)
    return list(dict.fromkeys(rows[:most]))
