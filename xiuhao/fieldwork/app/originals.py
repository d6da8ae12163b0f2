"""The original of a photo that a handset reduced: it comes later, when there is a network for it, and is put beside its photo.

The job does not wait for it. Like everything else it gets there through the engine: the line names both pictures.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db.models import F

from xiuhao.fieldwork.app import merging, shots
from xiuhao.fieldwork.app.merging import PROCESS
from xiuhao.fieldwork.app.models import Handset, Shot
from xiuhao.fieldwork.models import WorkPhoto
from xiuhao.kernel import engine, files
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now

SPACE = UUID("0d8f6b5a-52c7-4e0e-9a36-7c9b1f1c2a44")  # of the keys by which an original is put onto its job once
VERB = "keep_original"


def keep(handset: Handset) -> int:
    """Put every original of this handset that has come whole beside its photo, if that is on its job by now; how many. Not inside an open
    transaction."""
    rows = Shot.objects.unscoped("the caller's own handset's").filter(handset=handset, settled=False, have=F("size"))
    whole = rows.filter(of__attachment__case__isnull=False).select_related("of__attachment__case", "handset__account", "attachment")
    return sum(_keep(shot) for shot in whole.order_by("pk"))


def _keep(shot: Shot) -> bool:
    assert shot.of is not None and shot.of.attachment is not None and shot.of.attachment.case is not None
    reduced, author = shot.of.attachment, merging.author(shot)
    assert reduced.case is not None
    made = _picture(shot, author)
    if made is None:
        shots.settle(shot.handset, [str(shot.public_id)])
        return False
    told = {"handset": shot.handset_id, "original": str(made.public_id), "of": str(reduced.public_id)}
    key = uuid5(SPACE, str(shot.public_id))
    request = engine.Request(VERB, {}, reduced.case.number, key, occurred=now(), by=author, offline=told)
    done = engine.perform_many(PROCESS, [request], actor=SYSTEM)[0]
    if isinstance(done, Refused):
        return False
    shots.settle(shot.handset, [str(shot.public_id)])
    return True


def _picture(shot: Shot, author: Actor) -> Attachment | None:
    """The attachment; None where it is no picture after all: the reduced one is what there is."""
    try:
        made = shots.attached(shot, author)
    except Refused:
        return None
    return made if made.file.is_image else None


def beside(step: Step) -> None:
    """The verb: the original is the case's, and stands beside its photo. Without a handset's word there is nothing to do."""
    said = step.facts.get("offline", {})
    if "original" not in said:
        return
    found = list(files.free(step.actor, [said["original"]]).values())
    step.context.setdefault("files", {})["photos"] = found
    rows = WorkPhoto.objects.unscoped("of the order at hand").filter(case=step.case, file__public_id=said["of"])
    for row in found:
        rows.update(original=row)
