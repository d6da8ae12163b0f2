"""What the customers' site keeps for itself: reports set aside as a machine's, codes by text message, what strangers tried."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles
from xiuhao.kernel.access import EVERYTHING, NOTHING, Actor, Scoped
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _

REVIEWERS = frozenset({roles.AGENT, roles.LEAD, roles.MANAGER})
REASONS = (
    ("trap", _("填了人看不见的栏目")),
    ("hasty", _("打开两秒内就提交")),
    ("unstamped", _("不是从报修页面提交")),
    ("photos", _("有照片太大，没有留下")),
)
DECISIONS = (("released", _("已放行")), ("dismissed", _("已驳回")))


def reviewed_by(actor: Actor) -> Q:
    """Reports that are nobody's case yet lie at the head of the organisation; whoever takes requests in may look at them."""
    return EVERYTHING if actor.kind == "staff" and actor.holds(*REVIEWERS) else NOTHING


class Quarantined(models.Model):
    """A report that looks like a machine's. Nothing of it is lost: sealed as it came, until a person releases it through the
    engine or dismisses it with a reason. `form` is JSON of the fields' raw values; `key` is the form's own.
    """

    key = models.UUIDField(unique=True)
    reasons = ArrayField(models.CharField(max_length=12, choices=REASONS))
    form = EncryptedText()
    received_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=DECISIONS, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")

    objects = Scoped["Quarantined"]()

    class Meta:
        indexes = [models.Index(fields=["-id"], condition=Q(decision=""), name="quarantined_open")]
        constraints = [models.CheckConstraint(condition=Q(decision="") | Q(decided_at__isnull=False), name="quarantined_decided")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reviewed_by(actor)


class QuarantinedPhoto(models.Model):
    """A picture of such a report, sealed: as a free upload it would be swept away before anybody looks."""

    report = models.ForeignKey(Quarantined, models.CASCADE, related_name="photos")
    name = models.CharField(max_length=255)
    sealed = models.BinaryField()


class Code(models.Model):
    """The latest code sent to a number; a newer one takes its place. Number and code are kept as keyed hashes only."""

    phone = models.BinaryField(primary_key=True, max_length=16)
    digest = models.BinaryField(max_length=16)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)


class Oddity(models.Model):
    """Somebody sent fields that our forms do not have (hostile P7): they had no effect, their names stand here."""

    at = models.DateTimeField()
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    page = models.CharField(max_length=40)
    names = ArrayField(models.CharField(max_length=60))

    objects = Scoped["Oddity"]()

    class Meta:
        indexes = [models.Index(fields=["-id"], name="oddity_newest")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reviewed_by(actor)
