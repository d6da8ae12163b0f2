"""Files by their content, and who gave them to which case."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import NOTHING, Actor, Scoped
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models.case import Case


def uploader(actor: Actor) -> tuple[int | None, str]:
    """How an uploader is told from others of the kind: by account or customer, else by the visit, `extra["visit"]`."""
    if actor.kind != "customer":
        return actor.id, ""
    return actor.customer, "" if actor.customer is not None else str(actor.extra.get("visit", ""))[:64]


class StoredFile(models.Model):
    """One content on disk, named by the SHA-256 of what is stored (for pictures: after re-encoding).

    `sniffed` is the type that the bytes show, never what a name or a client claims. `width` and `height` are pixels.
    Nobody reaches it but through an attachment.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    sniffed = models.CharField(max_length=100)
    is_image = models.BooleanField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    objects = Scoped["StoredFile"]()

    @classmethod
    def scope(cls, actor: Actor) -> Q:  # noqa: ARG003 - whoever asks
        return NOTHING


class Attachment(models.Model):
    """A file that somebody handed in: free until a verb takes it as its evidence, then the case's for good.

    Before it is taken only its uploader sees it: by account or customer, or by `visit` (the portal's mark of a session in
    which nobody is known yet). Afterwards whoever sees the case; customers only what is `public` or their own. When and where a photo was
    taken is for staff (`position` is "latitude,longitude" in degrees, WGS 84).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    uploaded_by_kind = models.CharField(max_length=8)
    uploaded_by_id = models.BigIntegerField(null=True)
    visit = models.CharField(max_length=64, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(max_length=60, blank=True)
    public = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True)
    position = EncryptedText(null=True)
    created_at = models.DateTimeField()

    objects = Scoped["Attachment"]()

    class Meta:
        indexes = [
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="attachment_case"),
            models.Index(fields=["created_at"], condition=Q(case__isnull=True), name="attachment_free"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def by(cls, actor: Actor) -> Q:
        """What this actor handed in; nothing for a visitor who cannot be told from others."""
        person, visit = uploader(actor)
        if actor.kind == "customer" and person is None and not visit:
            return NOTHING
        return Q(uploaded_by_kind=actor.kind, uploaded_by_id=person, visit=visit)

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        own = Q(case=None) & cls.by(actor)
        of_case = Q(case__in=Case.objects.visible_to(actor))
        return own | (of_case & (Q(public=True) | cls.by(actor)) if actor.kind == "customer" else of_case)
