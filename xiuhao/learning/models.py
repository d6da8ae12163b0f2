"""What was learned, version by version, and what became of what was suggested."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiuhao.kernel.words import _

SUBJECTS = (("category", _("品类")), ("urgency", _("急缓")), ("sentiment", _("情绪")))
SENTIMENTS = (("upset", _("不满")), ("content", _("平和")))
FATES = (("open", _("未定")), ("taken", _("采纳")), ("overruled", _("改选")))


class Model(models.Model):
    """One version of what was learned of a subject. `report` is its cross-validation (`measuring.report`); `arrays` an npz and `words`
    JSON, `sha` the SHA-256 of both. One version is in use; `refused` says why another is not.
    """

    subject = models.CharField(_("对象"), max_length=20)
    trained_at = models.DateTimeField(_("训练时间"))
    n = models.PositiveIntegerField(_("文本数"))
    classes = models.JSONField(_("类别"))
    f1 = models.FloatField(_("宏平均 F1"))
    report = models.JSONField()
    arrays = models.BinaryField()
    words = models.TextField()
    sha = models.CharField(max_length=64)
    in_use = models.BooleanField(_("使用中"))
    refused = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="learning_latest")]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(in_use=True), name="learning_one_in_use"),
            models.CheckConstraint(condition=Q(in_use=False) | Q(refused=""), name="learning_used_or_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.sha[:8]}"


class Shown(models.Model):
    """A suggestion that stood on a screen, by the key of the call that it was shown in: the last one of each subject counts.
    `fate` is found when the case is born, from what its journal line says; the text itself is not kept here.
    """

    key = models.UUIDField()
    subject = models.CharField(max_length=20)
    value = models.CharField(max_length=40)
    chance = models.FloatField()
    model = models.ForeignKey(Model, models.CASCADE, related_name="+")
    shown_at = models.DateTimeField()
    fate = models.CharField(max_length=10, choices=FATES, default="open")

    class Meta:
        indexes = [models.Index(fields=["shown_at"], condition=Q(fate="open"), name="learning_unsettled")]
        constraints = [models.UniqueConstraint(fields=["key", "subject"], name="learning_shown_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.value}"
