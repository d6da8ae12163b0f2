"""What is done to what is learned: trained anew, put to use if it is no worse, and counted how people take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.learning.models import SUBJECTS, Model, Shown
from xiuhao.learning.queries import Suggestion, Terms, digest, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT = timedelta(days=2)  # how long a call may take to become a ticket; then what was shown in it counts for nothing
VERSIONS = 10
FEWEST = 10  # families of a class: it is cut in five, and each four fifths in five again


def train(subject: str, texts: Sequence[str], labels: Sequence[str]) -> Model:
    """Learn a subject anew from the company's texts with the labels that people gave them, measure it on unread texts, and use it if it
    is accurate enough and no worse than the one in use. About twenty milliseconds of one core a text. The version is kept in either case;
    its `refused` says why it is not used. Numbers and addresses in the texts are not learned (`texts.plain`).

    Refused: subject_unknown (422), too_little_to_learn (409: `n`, `least`, `each`).
    """
    wanted = terms(subject)
    if subject not in dict(SUBJECTS) or wanted is None:
        raise Refused("subject_unknown", {"subject": subject[:40]}, status=422)
    from xiuhao.learning import fitting, measuring

    texts, labels, related, strangers = _enough(texts, labels, wanted)
    report = measuring.measure(texts, labels, related, strangers, wanted.sure)
    made = fitting.fit(texts, labels, related, strangers)
    arrays, words = made.dump()
    return _settle(
        Model(
            subject=subject, trained_at=now(), n=len(texts), classes=list(made.classes), f1=report["f1"], report=report,
            arrays=arrays, words=words, sha=digest(arrays, words), in_use=False,
        ),
        wanted,
    )  # fmt: skip


def _enough(texts: Sequence[str], labels: Sequence[str], wanted: Terms) -> tuple[list[str], list[str], NDArray[np.int32], list[str]]:
    """The texts of classes with enough of them, and the family of each. Near-duplicates count once: a hundred copies teach nothing.
    A class that is too rare is not learned, and so never suggested: its texts (last) teach only what nothing is to be said of.
    """
    from xiuhao.learning.texts import families

    once = list(dict.fromkeys((text, label) for text, label in zip(texts, labels, strict=True) if text.strip() and label))
    related = families([text for text, _label in once]) if len(once) >= wanted.least else None
    pairs = zip(related, (label for _text, label in once), strict=True) if related is not None else ()
    counted = Counter(label for _family, label in set(pairs))
    kept = [at for at, (_text, label) in enumerate(once) if counted[label] >= max(wanted.each, FEWEST)]
    if related is None or len(kept) < wanted.least or len({once[at][1] for at in kept}) < 2:
        n = len(once) if related is None else len(kept)
        raise Refused("too_little_to_learn", {"n": n, "least": wanted.least, "each": wanted.each})
    strangers = [text for text, label in once if counted[label] < max(wanted.each, FEWEST)]
    return [once[at][0] for at in kept], [once[at][1] for at in kept], related[kept], strangers


@transaction.atomic
def _settle(made: Model, wanted: Terms) -> Model:
    """Put it to use, or say why not. The older versions' numbers go with them."""
    used = Model.objects.select_for_update().filter(subject=made.subject, in_use=True).defer("arrays", "words").first()
    if made.f1 < wanted.accuracy:
        made.refused = "inaccurate"
    elif used is not None and shared(made, used) < shared(used, made):
        made.refused = "worse"
    else:
        made.in_use = True
        if used is not None:
            Model.objects.filter(pk=used.pk).update(in_use=False)
    made.save()
    kept = Model.objects.filter(subject=made.subject).order_by("-pk").values_list("pk", flat=True)[:VERSIONS]
    Model.objects.filter(subject=made.subject, in_use=False).exclude(pk__in=list(kept)).delete()
    return made


def shared(one: Model, other: Model) -> float:
    """The macro-F1 of one model over the classes that both know: a new class is harder, and no reason to refuse."""
    both = [name for name in one.classes if name in other.classes]
    return float(sum(one.report["classes"][name]["f1"] for name in both)) / max(1, len(both))


def shown(key: UUID, found: Mapping[str, Suggestion]) -> None:
    """Remember what stands on the screen of a call, by its key; what stood there before is replaced. One statement."""
    rows = [
        Shown(key=key, subject=subject, value=one.value, chance=one.chance, model_id=one.model, shown_at=now())
        for subject, one in found.items()
    ]
    Shown.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key", "subject"], update_fields=["value", "chance", "model", "shown_at"]
    )


def settle(chosen: Mapping[UUID, Mapping[str, str]]) -> int:
    """What people chose in the calls of these keys: taken or overruled. A call of which nothing came within two days is forgotten.
    How many were settled; done twice it counts once.
    """
    count = 0
    for row in Shown.objects.filter(fate="open", key__in=chosen):
        fate = "taken" if chosen[row.key].get(row.subject) == row.value else "overruled"
        count += Shown.objects.filter(pk=row.pk, fate="open").update(fate=fate)
    Shown.objects.filter(fate="open", shown_at__lt=now() - KEPT).delete()
    return count
