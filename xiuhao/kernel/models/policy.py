"""The numbers of the regulation: effective-dated rows of decision tables, and the figures of the clauses they carry out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext


class PolicyRow(models.Model):
    """A row of a decision table: the first row in force, by `position`, whose `match` fits the facts gives `value`.

    A new version is a new row with a later `since`, the old one gets `until`; `line` stays the same through all versions.
    A correction changes the row in place and counts `edition` up.
    """

    table = models.CharField(max_length=80)
    line = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=100)
    match = models.JSONField(default=dict)
    value = models.JSONField(default=dict)
    clauses = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)
    ours = models.BooleanField(default=False)  # our default where the regulation gives no figure
    edited_by = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["table", "position"], name="policy_table")]
        constraints = [
            models.UniqueConstraint(fields=["table", "line", "since"], name="policy_version"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=models.F("since")), name="policy_forward"),
        ]

    @property
    def why(self) -> str:
        """Its note in the language of the moment, if it shipped with the product; else as it was typed."""
        return gettext(self.note) if self.note else ""


class PolicyEdit(models.Model):
    """Who changed which row of the regulation, from what to what, and why."""

    append_only = True

    row = models.ForeignKey(PolicyRow, models.PROTECT, null=True, related_name="+")
    table = models.CharField(max_length=80)
    line = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)  # version, correction, end, calendar, holiday
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    at = models.DateTimeField()


class Stamp(models.Model):
    """One row a name, counted up by every edit: processes keep their copies of policies and calendars until it moves."""

    name = models.CharField(max_length=20, primary_key=True)
    edition = models.PositiveBigIntegerField(default=1)


class ClauseFigure(models.Model):
    """A day of a clause at a unit: folded from the journal by watermark, never scanned."""

    clause = models.CharField(max_length=20)
    day = models.DateField()
    unit_id = models.BigIntegerField(null=True)
    process = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10)  # met, broken, stopped
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clause", "day", "unit_id", "process", "outcome"], nulls_distinct=False, name="figure_once")
        ]


class Watermark(models.Model):
    """How far a fold of the journal has read: the oldest transaction not yet read."""

    name = models.CharField(max_length=40, primary_key=True)
    txid = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
