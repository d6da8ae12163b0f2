"""Calls and their steps, what quality judged of them, calls back, versions of the script, who has which extension."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Account, Record
from xiuhao.kernel.words import _

DIRECTIONS = (("in", _("呼入")), ("out", _("呼出")))
ENDERS = (("customer", _("客户")), ("agent", _("坐席")), ("system", _("线路")))
MANUAL = "manual"  # no telephone system: the agent says when it begins and ends


class Call(Record):
    """One call. `provider` and `provider_id` are how the telephone system knows it; `screen` is the key of the phone screen that belongs
    to it, and of the ticket that is born there. `node` is the step of the script at which the talk stands, since `node_since`;
    `pause` are seconds between goodbye and the end, `replied` whether the customer answered the goodbye.
    """

    provider = models.CharField(_("电话系统"), max_length=40)
    provider_id = models.CharField(_("通话标识"), max_length=100)
    screen = models.UUIDField(unique=True)
    direction = models.CharField(_("方向"), max_length=3, choices=DIRECTIONS, default="in")
    caller = EncryptedText(_("号码"), blank=True, default="")
    extension = models.CharField(_("分机"), max_length=40, blank=True)
    rang_at = models.DateTimeField(_("振铃"), null=True)
    answered_at = models.DateTimeField(_("接听"), null=True)
    ended_at = models.DateTimeField(_("结束"), null=True)
    ended_by = models.CharField(_("先挂机"), max_length=8, choices=ENDERS, blank=True)
    seconds = models.PositiveIntegerField(_("通话秒数"), null=True)
    goodbye_at = models.DateTimeField(_("道别"), null=True)
    pause = models.PositiveIntegerField(_("道别后秒数"), null=True)
    replied = models.BooleanField(_("客户回应了道别"), null=True)
    version = models.ForeignKey("calls.ScriptVersion", models.PROTECT, null=True, related_name="+", db_index=False)
    node = models.CharField(_("话术步骤"), max_length=40, blank=True)
    node_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(_("质检时间"), null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("质检人"), db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_id"], name="call_once")]

    def __str__(self) -> str:
        from xiuhao.kernel.masking import mask_phone

        return mask_phone(self.caller) or str(_("未知号码"))


class CallStep(models.Model):
    """A step of the script that was walked in a call: done or skipped, after how many seconds."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="steps")
    version = models.ForeignKey("calls.ScriptVersion", models.PROTECT, null=True, related_name="+", db_index=False)
    node = models.CharField(max_length=40)
    done = models.BooleanField()
    seconds = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="call_step_at")]


class CallMark(models.Model):
    """What quality judged of one item of its checklist in a call."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="marks")
    item = models.CharField(max_length=60)
    kept = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "item"], name="call_mark_once")]


class CallBack(Record):
    """What a technical question is owed when nobody had the answer on the telephone (YD-2.5)."""

    name = EncryptedText(_("姓名"))
    phone = EncryptedText(_("电话"))
    fault = models.TextField(_("故障"))
    outcome = models.TextField(_("回电结果"), blank=True)

    def __str__(self) -> str:
        return self.fault.strip().split("\n", 1)[0][:80]


class ScriptVersion(models.Model):
    """The script from a moment on: `nodes` as `calls.script` reads them. What ships holds until the first of these begins."""

    nodes = models.JSONField()
    since = models.DateTimeField(_("生效"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)  # before it began; who was to speak by it never did
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, null=True)
    withdrawn_for = models.CharField(_("撤回原因"), max_length=200, blank=True, db_default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["since"], condition=models.Q(withdrawn_at=None), name="script_one_at_once"),)

    def __str__(self) -> str:
        return f"v{self.pk}"


class Extension(models.Model):
    """The telephone extension at which somebody is called."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="+")
    number = models.CharField(_("分机"), max_length=20, unique=True)

    def __str__(self) -> str:
        return self.number
