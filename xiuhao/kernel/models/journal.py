"""What happened. Append-only: the database refuses to update, delete or truncate these tables (migration 0002)."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models.case import Case


class CurrentTransaction(Func):
    """The id of the writing transaction: lets a reader go on from a watermark without missing a late commit."""

    function = "pg_current_xact_id"
    output_field = models.BigIntegerField()
    template = "(%(function)s()::text::bigint)"


class Journal(models.Model):
    """One line a verb. `data` holds what is not personal, references and the salted digests of contents; `rules` the clauses
    that this line met or broke; `policies` the policy rows in force. Chained per case: `hash` covers this line and `previous`.
    """

    append_only = True

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    process = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=8)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rules = models.JSONField(default=dict)
    policies = ArrayField(models.BigIntegerField(), default=list)
    public = models.BooleanField(default=False)
    key = models.UUIDField(null=True)
    body_digest = models.BinaryField(max_length=32, null=True)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    txid = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="journal_seq"),
            models.UniqueConstraint(fields=["key"], condition=Q(key__isnull=False), name="journal_key"),
        ]
        indexes = [
            models.Index(fields=["txid"], name="journal_txid"),
            # From a clause's figure to its cases.
            GinIndex(fields=["rules"], opclasses=["jsonb_path_ops"], condition=~Q(rules={}), name="journal_rules"),
        ]


class Content(models.Model):
    """A text or personal datum of a journal line, encrypted; erasing it empties `sealed` and leaves the chain whole."""

    line = models.ForeignKey(Journal, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)
    sealed = models.BinaryField()
    salt = models.BinaryField(max_length=16)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "key"], name="content_once")]
        indexes = [models.Index(fields=["case"], name="content_case")]


class Refusal(models.Model):
    """A refused attempt that a clause stood in the way of, written outside the transaction that was rolled back; or (`outcome` met)
    what kept a clause beside the journal of any case."""

    append_only = True

    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    process = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    code = models.CharField(max_length=60)
    clauses = ArrayField(models.CharField(max_length=20))
    outcome = models.CharField(max_length=8, default="stopped", db_default="stopped")
    actor_kind = models.CharField(max_length=8)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    txid = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        indexes = [models.Index(fields=["txid"], name="refusal_txid"), GinIndex(fields=["clauses"], name="refusal_clauses")]


class Seal(models.Model):
    """A root over the chain heads changed since the last seal; exported, it proves that nothing older was rewritten."""

    append_only = True

    at = models.DateTimeField()
    upto_txid = models.BigIntegerField()
    lines = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)


class Reveal(models.Model):
    """Somebody looked at masked personal data: what, whose, and the reason they gave."""

    append_only = True

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)  # "party.phone:17"
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    txid = models.BigIntegerField(db_default=CurrentTransaction())

    @classmethod
    def looks(cls, actor: Actor, since: datetime, subject: str = "") -> models.QuerySet[Reveal]:
        """What somebody has looked at since a moment; with a subject, that one."""
        found = cls.objects.filter(actor_id=actor.id, at__gte=since)
        return found.filter(subject=subject) if subject else found
