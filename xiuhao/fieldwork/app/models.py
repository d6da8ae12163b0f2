"""Handsets, the actions that they sent, and photos on their way up in pieces."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from xiuhao.kernel import roles
from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Attachment, Case, Token
from xiuhao.kernel.words import _

OVERSEERS = frozenset({roles.LEAD, roles.DISPATCHER, roles.MANAGER})  # who decides about what a handset could not do
WAITING, HELD, REFUSED, CONFLICT = "waiting", "held", "refused", "conflict"
DONE, MERGED, NOTED, ATTACHED, DISMISSED = "done", "merged", "noted", "attached", "dismissed"
STATES = (
    (WAITING, _("待补")),  # what comes before it has not arrived: an earlier action, a photo
    (HELD, _("隔离")),  # its account was closed when it came
    (REFUSED, _("被拒")),  # whoever typed it can correct it
    (CONFLICT, _("冲突待确认")),  # kept on the job, whose state a dispatcher decides
    (DONE, _("已办")),
    (MERGED, _("已合并")),  # the job had gone on without it: its fields were taken over
    (NOTED, _("已作备注")),  # the other side's word holds: this one is kept beside it
    (ATTACHED, _("已归入工单")),  # by a supervisor
    (DISMISSED, _("不采用")),  # by a person, with a reason; its words stay
)
OPEN = (WAITING, HELD, REFUSED)


def overseen(actor: Actor, column: str) -> Q:
    """A condition for rows of accounts in units where this actor oversees the field work."""
    return below({at for role, at in actor.grants if role in OVERSEERS}, column) if actor.kind == "staff" else NOTHING


class Handset(models.Model):
    """A telephone with the app, for one account. `token` is what it shows instead of a log-in; a closed one may only hand in.

    `skew` are the seconds by which its clock was ahead of ours when it last spoke; `losses` how often it found its storage emptied.
    """

    public_id = models.UUIDField(unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token = models.OneToOneField(Token, models.SET_NULL, null=True, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    label = models.CharField(_("设备"), max_length=80, blank=True)
    since = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    skew = models.IntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)

    objects = Scoped["Handset"]()

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return Q(account_id=actor.id) | overseen(actor, "account__unit__path") if actor.kind == "staff" else NOTHING


class Sent(models.Model):
    """An action that a handset sent: kept as it came, tried in the handset's order.

    `after` is the sequence of the action before it on the same job (0: none), `base` the job's version that its author last had from
    us. `device_at` is the moment by the handset's clock, `occurred_at` the same put right, `skew` seconds between them; `guessed`: only
    that clock says so.
    `given` is emptied once the journal has it.
    """

    handset = models.ForeignKey(Handset, models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    key = models.UUIDField(unique=True)
    number = models.CharField(max_length=32)
    verb = models.CharField(max_length=60)
    given = EncryptedText()
    digest = models.BinaryField(max_length=32)
    after = models.PositiveIntegerField(default=0)
    base = models.PositiveIntegerField(default=0)
    device_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    skew = models.IntegerField(default=0)
    guessed = models.BooleanField(default=False, db_default=False)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default=WAITING)
    code = models.CharField(max_length=60, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    objects = Scoped["Sent"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handset", "sequence"], name="sent_once")]
        indexes = [
            models.Index(fields=["handset", "sequence"], condition=Q(state__in=OPEN), name="sent_open"),
            models.Index(fields=["case"], name="sent_case"),
            models.Index(fields=["number"], name="sent_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        mine = Q(handset__account_id=actor.id) if actor.kind == "staff" else NOTHING
        return mine | overseen(actor, "handset__account__unit__path")


class Shot(models.Model):
    """A photo on its way: `size` bytes announced, `have` here. Its pieces stay until the action that names it is settled. One that comes
    later is the original `of` a reduced one."""

    public_id = models.UUIDField(unique=True)
    handset = models.ForeignKey(Handset, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    have = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    position = EncryptedText(null=True)
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")
    of = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    settled = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = Scoped["Shot"]()

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return Q(handset__account_id=actor.id) | overseen(actor, "handset__account__unit__path") if actor.kind == "staff" else NOTHING


class ShotPiece(models.Model):
    """A stretch of a photo's bytes, from `start` on."""

    shot = models.ForeignKey(Shot, models.CASCADE, related_name="pieces")
    start = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shot", "start"], name="shot_piece_once")]
