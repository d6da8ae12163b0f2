"""What belongs to the screens alone: saved views, bulk work with its report, what was seen, who is there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q, Value

from xiuhao.kernel.access import NOTHING, Actor, OnesOwn, Scoped, above
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.words import _


class SavedView(models.Model):
    """A queue's query under a name: one's own, or shared with a unit and everybody below it, or with a post there."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    process = models.CharField(max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    shared_unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, verbose_name=_("共享给"), related_name="+")
    shared_role = models.CharField(_("只给岗位"), max_length=20, blank=True, default="", db_default="")
    position = models.PositiveIntegerField(default=100)
    starred = models.BooleanField(_("星标"), default=False)

    objects = Scoped["SavedView"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "process", "name"], name="view_once")]
        ordering = ("-starred", "position", "pk")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """One's own, and those shared with a unit at or above the one where the actor works (with a post there: whoever holds it)."""
        if actor.kind != "staff":
            return NOTHING
        posts = ["", *{role for role, _at in actor.grants}]
        return Q(account_id=actor.id) | Q(shared_unit__path__in=above(actor.unit_path), shared_role__in=posts)


class BulkRun(OnesOwn, models.Model):
    """A verb done on many cases: what was asked, how far it is, what came of each. A repeat of a piece does nothing twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    process = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    sealed = models.BinaryField()  # the evidence given, encrypted: it may hold what people wrote
    numbers = models.JSONField(default=list)
    done = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)  # [[number, sentence], …]
    made = models.JSONField(default=list, db_default=Value([], models.JSONField()))  # [[number, the version that it made], …]
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone")  # the run that this one takes back
    query = models.CharField(max_length=1000, blank=True, default="", db_default="")  # of the list that it began on
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = Scoped["BulkRun"]()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="bulk_latest")]

    @property
    def succeeded(self) -> int:
        return self.done - len(self.refused)


class ExportRun(OnesOwn, models.Model):
    """A list on its way into a file: what was asked for, how far it is, the file (a free attachment of whoever asked, until it expires)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    process = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    file = models.UUIDField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = Scoped["ExportRun"]()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="export_latest")]


class Seen(models.Model):
    """Up to which version somebody has seen a case. Without constraints: checking them would lock the case's row for nothing."""

    pk = models.CompositePrimaryKey("account_id", "case_id")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="seen_latest")]


class Presence(models.Model):
    """Who has a case open, beat by beat; the migration makes the table unlogged, so that a beat writes no WAL."""

    pk = models.CompositePrimaryKey("account_id", "case_id")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_constraint=False)
    mode = models.CharField(max_length=5)
    at = models.DateTimeField()
