"""What is still to be done outside the transaction, what was sent, what was begun: outbox, messages, drafts, series."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from xiuhao.kernel.models.case import Case


class Outbox(models.Model):
    """An effect to be had after the commit: a notice or a reaction. `effect_key` makes it happen once.

    A dispatcher that took it holds it until `leased_until`; if it dies, another takes it after that.
    """

    kind = models.CharField(max_length=10)  # notice, reaction
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)
    body = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    effect_key = models.CharField(max_length=120)
    not_before = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    dead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["effect_key"], name="outbox_effect")]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(done_at__isnull=True, dead=False), name="outbox_open"),
            models.Index(fields=["case"], condition=Q(done_at__isnull=True, dead=False), name="outbox_case"),
        ]


class Message(models.Model):
    """A message to somebody, rendered, encrypted at rest, and what became of it. `effect_key` is inserted first, then it is sent."""

    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)
    template = models.CharField(max_length=60)
    channel = models.CharField(max_length=12)  # inbox, sms, email, wecom, …
    to_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    to_sealed = models.BinaryField(default=b"")
    to_masked = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    sealed = models.BinaryField(default=b"")
    effect_key = models.CharField(max_length=140)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    maybe_twice = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["effect_key"], name="message_effect")]
        indexes = [models.Index(fields=["to_account", "-id"], name="message_inbox"), models.Index(fields=["case"], name="message_case")]


class Draft(models.Model):
    """What somebody has typed and not yet sent, kept on the server under a key of the page ("ticket:GD2611000017:reply")."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    sealed = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="draft_once")]


class SeriesMonth(models.Model):
    """The last number of a gapless series in a month; its row is locked until the commit that uses the number."""

    prefix = models.CharField(max_length=12)
    month = models.CharField(max_length=6)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "month"], name="series_once")]
