"""A log of another system on its way in, in pieces that are brought one by one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Value

from xiuhao.kernel.access import OnesOwn, Scoped
from xiuhao.kernel.models import Unit
from xiuhao.kernel.words import _


class MigrationRun(OnesOwn, models.Model):
    """A file and how it is understood: `columns` (role → header), `formats` (how times are written), `mapping` (their word → what it is
    to us, see `meaning`). `source` is the name of the other system, part of every key: the same case of it is never brought twice.
    """

    STATES = (
        ("mapping", _("待对应")),
        ("running", _("迁移中")),
        ("finished", _("已完成")),
        ("dropped", _("已放弃")),
    )
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("文件"), max_length=120)
    digest = models.BinaryField(max_length=32)
    process = models.CharField(max_length=40)
    own = models.BooleanField(default=False)  # our own export: nothing to map
    source = models.CharField(_("原系统名称"), max_length=60, blank=True, default="")
    read_as = models.CharField(max_length=80)
    columns = models.JSONField(default=dict)
    formats = models.JSONField(default=list)
    words = models.JSONField(default=dict)  # their word → how many events
    mapping = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # where cases land of which the file says no unit
    units = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # their name of a unit → id of ours, null unmapped
    told = models.JSONField(default=dict)  # what was counted when it was read
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default="mapping")
    cases = models.PositiveIntegerField(default=0)
    events = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = Scoped["MigrationRun"]()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="migration_latest")]

    def __str__(self) -> str:
        return self.name


class Meaning(models.Model):
    """What the words of a system were last said to be here (`words` as a run's `mapping`, `units` as its `units`): offered when it comes
    again."""

    process = models.CharField(max_length=40)
    source = models.CharField(max_length=60, blank=True)
    words = models.JSONField(default=dict)
    units = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "source"], name="meaning_once")]

    def __str__(self) -> str:
        return f"{self.process} · {self.source}"


class MigrationPiece(models.Model):
    """Some cases with all their events, packed and encrypted until they are brought. `faults` are [case, row, sentence]; `made` cases,
    `known` cases that were here before with nothing new, `written` events.
    """

    run = models.ForeignKey(MigrationRun, models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    sealed = models.BinaryField()
    cases = models.PositiveIntegerField()
    events = models.PositiveIntegerField()
    done = models.BooleanField(default=False)
    made = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    differs = models.JSONField(default=list)  # of our own export: [case, event, clause] where our clocks see it otherwise

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="migration_piece_once")]


class SheetRun(OnesOwn, models.Model):
    """A sheet of customers, devices or staff (`subject`) that somebody uploaded: read, checked row by row, brought piece by piece or, if
    `whole`, at once. A worker that dies leaves it where it was; who is there already is recognised, so nobody is made twice.
    """

    STATES = (
        ("checking", _("校验中")),
        ("checked", _("待确认")),
        ("importing", _("导入中")),
        ("finished", _("已完成")),
        ("dropped", _("已放弃")),
    )
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=20)
    name = models.CharField(_("文件"), max_length=120)
    read_as = models.CharField(max_length=60)  # "xlsx", or of a text file its encoding and separator: "csv gb18030 ;"
    headers = models.JSONField(default=list)  # [[text, key of the column or "" where we do not know it], …]
    rows = models.PositiveIntegerField(default=0)
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default="checking")
    whole = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = Scoped["SheetRun"]()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="sheet_latest")]

    def __str__(self) -> str:
        return self.name


class SheetPiece(models.Model):
    """Some rows of a sheet, encrypted until they are brought; those with faults until the run is swept away.

    `faults` are [row, column, sentence]; `made` and `known` count rows that brought somebody or something new, and those that did not;
    `devices` those of new devices.
    """

    run = models.ForeignKey(SheetRun, models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    sealed = models.BinaryField()
    rows = models.PositiveIntegerField()
    checked = models.BooleanField(default=False)
    done = models.BooleanField(default=False)
    faults = models.JSONField(default=list)
    made = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    devices = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="sheet_piece_once")]
