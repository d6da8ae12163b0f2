"""What a work order knows beyond its case: whose, where, when, what was found; its units, photos, readings, checks; who is where."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.fieldwork.app.models import Handset as Handset  # the app's tables are this module's too
from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Attachment, Case, Record
from xiuhao.kernel.words import _
from xiuhao.party.models import Customer
from xiuhao.product.models import INDUSTRIES, Category, Device, Repair

GRADES = (("remote", _("远程指导")), ("onsite", _("现场处理")), ("senior", _("资深工程师")))
SENIOR = 3  # level of a skill
VERDICTS = (("in", _("保内")), ("out", _("保外")), ("unknown", _("待定")), ("proof", _("待补凭证")), ("", _("不适用")))
ROOTS = (("software", _("软件")), ("hardware_compat", _("硬件及兼容")), ("user_operation", _("用户操作")))
IMPACTS = (("user", _("单用户")), ("enterprise", _("企业")), ("region", _("区域")))
SIGNED_BY = (("screen", _("屏幕签字")), ("code", _("短信验证码")), ("paper", _("纸质签字")))


class WorkOrder(Record):
    """One job at one place. All but the visit itself comes from the ticket when it is born.

    `lat` and `lon` are degrees, WGS 84; none is the middle of the region. `window_from` to `window_to` is promised to the customer and
    `arrive_by` its end with the tolerance; `planned_at` is the dispatcher's own. `minutes` are expected on site. `level` (0 to 3) is
    what is needed of `skill`. `free` says that nothing is charged, `benefit` by which line of the tier's benefits. `repairer` did the work.
    `same_as` is the earlier repair of the device that mended the same fault.
    """

    ticket = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    service = models.CharField(_("服务类型"), max_length=40)
    grade = models.CharField(_("维修级别"), max_length=8, choices=GRADES, default="onsite")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+", verbose_name=_("客户"))
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name=_("设备"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", verbose_name=_("品类"), db_index=False)
    industry = models.CharField(_("行业"), max_length=12, choices=INDUSTRIES, blank=True)
    tier = models.CharField(_("服务级别"), max_length=12, default="basic")
    urgency = models.CharField(_("急缓"), max_length=8, default="normal")
    serial = models.CharField(_("序列号"), max_length=40, blank=True)
    trouble = EncryptedText(_("故障描述"), blank=True, default="")
    contact_name = EncryptedText(_("联系人"), blank=True, default="")
    contact_phone = EncryptedText(_("联系电话"), blank=True, default="")
    address = EncryptedText(_("地址"), blank=True, default="")
    region = models.CharField(_("地区"), max_length=40, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    engineer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("工程师"), db_index=False
    )
    repairer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    window_from = models.DateTimeField(_("预约开始"), null=True)
    window_to = models.DateTimeField(_("预约结束"), null=True)
    arrive_by = models.DateTimeField(_("最晚到达"), null=True)
    planned_at = models.DateTimeField(_("计划到达"), null=True)
    eta = models.DateTimeField(_("预计到达"), null=True)
    minutes = models.PositiveSmallIntegerField(_("预计分钟"), default=60)
    pinned = models.BooleanField(_("已固定"), default=False)
    priority = models.PositiveSmallIntegerField(_("优先级"), default=3)
    verdict = models.CharField(_("保修判定"), max_length=8, choices=VERDICTS, blank=True)
    free = models.BooleanField(_("不收费"), default=False)
    benefit = models.CharField(_("使用权益"), max_length=60, blank=True)
    skill = models.CharField(_("所需技能"), max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(_("所需等级"), default=0)
    impact = models.CharField(_("影响范围"), max_length=10, choices=IMPACTS, blank=True)
    root = models.CharField(_("根因类别"), max_length=16, choices=ROOTS, blank=True)
    symptom = models.CharField(_("现象"), max_length=200, blank=True)
    same_as = models.ForeignKey(Repair, models.PROTECT, null=True, related_name="+", verbose_name=_("同一故障"), db_index=False)
    cause = models.CharField(_("原因代码"), max_length=60, blank=True)
    measures = models.JSONField(_("措施"), default=list)
    solution = models.TextField(_("处理经过"), blank=True)
    charge_reason = EncryptedText(_("收费说明"), blank=True, default="")
    agreed = models.BooleanField(_("客户同意报价"), null=True)
    contacted_at = models.DateTimeField(_("联系客户"), null=True)
    departed_at = models.DateTimeField(_("出发时间"), null=True)
    arrived_at = models.DateTimeField(_("到达时间"), null=True)
    finished_at = models.DateTimeField(_("完工时间"), null=True)
    signed_at = models.DateTimeField(_("签字时间"), null=True)
    signed_how = models.CharField(_("签字方式"), max_length=8, choices=SIGNED_BY, blank=True)
    watch_until = models.DateTimeField(_("监测至"), null=True)
    parts_due = models.DateTimeField(_("预计到货"), null=True)
    visits = models.PositiveSmallIntegerField(_("上门次数"), default=0)

    class Meta:
        indexes = [
            models.Index(fields=["engineer", "planned_at"], name="work_engineer"),
            models.Index(fields=["planned_at"], condition=Q(planned_at__isnull=False), name="work_planned"),
            models.Index(fields=["watch_until"], condition=Q(watch_until__isnull=False), name="work_watched"),
        ]

    def __str__(self) -> str:
        return self.trouble or self.serial

    @property
    def charged(self) -> bool:
        """True if the customer may have to pay: outside of the guarantee, and nothing makes it free."""
        return self.verdict == "out" and not self.free


class _OfWork(models.Model):
    """What hangs on a work order is seen by whoever sees the order."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return Q(case__in=Case.objects.visible_to(actor)) if actor.kind != "customer" else NOTHING


class WorkUnit(_OfWork):
    """One of several machines on one sheet, which is signed once (YD-P3)."""

    serial = models.CharField(_("序列号"), max_length=40)
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")

    objects = Scoped["WorkUnit"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "serial"], name="work_unit_once")]

    def __str__(self) -> str:
        return self.serial


class WorkPhoto(_OfWork):
    """A picture in a slot of the evidence set; `original` is the same as the camera took it, where a handset had reduced it."""

    slot = models.CharField(_("照片位"), max_length=40)
    file = models.ForeignKey(Attachment, models.CASCADE, related_name="+")
    original = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")

    objects = Scoped["WorkPhoto"]()

    def __str__(self) -> str:
        return self.slot

    @property
    def alone(self) -> list[Attachment]:
        """The picture as a list of one, for what shows pictures."""
        return [self.file]


class WorkReading(_OfWork):
    """A measured value; the latest of a key counts. `fits` is whether it lies within its bounds."""

    key = models.CharField(_("读数"), max_length=40)
    value = models.DecimalField(_("数值"), max_digits=12, decimal_places=2)
    fits = models.BooleanField(default=True)
    at = models.DateTimeField()

    objects = Scoped["WorkReading"]()

    def __str__(self) -> str:
        return f"{self.key} {self.value}"


class WorkCheck(_OfWork):
    """An item of the list that was looked at: in order, or what was wrong; the latest of an item counts."""

    item = models.CharField(_("检查项"), max_length=40)
    fine = models.BooleanField(_("正常"), default=True)
    remark = models.CharField(_("说明"), max_length=200, blank=True)
    at = models.DateTimeField()

    objects = Scoped["WorkCheck"]()

    def __str__(self) -> str:
        return self.item


class SignCode(models.Model):
    """The latest code by which a customer may sign, as a keyed hash. `sent` counts the codes of its day, `tries` the wrong ones typed."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+")
    digest = models.BinaryField(max_length=16)
    sent_at = models.DateTimeField()
    sent = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)


class Whereabouts(models.Model):
    """Where an engineer last was, known only while on a job: it goes with the end of the job, and after the hours of
    `fieldwork.location` at the latest. Degrees, WGS 84."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    position = EncryptedText()
    at = models.DateTimeField()

    objects = Scoped["Whereabouts"]()

    def __str__(self) -> str:
        return f"{self.account} {self.at:%H:%M}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sends them about, and oneself."""
        if actor.kind != "staff":
            return NOTHING
        paths = (at for role, at in actor.grants if role in ("dispatcher", "lead", "manager"))
        return below(paths, "case__unit_path") | Q(account_id=actor.id)
