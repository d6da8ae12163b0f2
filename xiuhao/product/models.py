"""What is looked after: categories and models of products, and the installed base, device by device."""

from __future__ import annotations

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import Actor, Scoped
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.clientele import reach
from xiuhao.kernel.models import Unit
from xiuhao.kernel.words import _
from xiuhao.product.facts import Past

INDUSTRIES = (("appliance", _("家电")), ("electronics", _("电子")), ("vehicle", _("汽车")))
CHANNELS = (("store", _("门店")), ("online", _("网上")), ("dealer", _("经销商")), ("project", _("工程")), ("other", _("其他")))


class Category(models.Model):
    """A kind of product. `industry` chooses the service level's template, `skill` is the key of the skill that repairs it."""

    key = models.SlugField(max_length=40, unique=True)
    zh = models.CharField(_("中文名称"), max_length=40)
    en = models.CharField(_("英文名称"), max_length=60)
    industry = models.CharField(_("行业"), max_length=12, choices=INDUSTRIES)
    skill = models.SlugField(_("所需技能"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(_("启用"), default=True)

    def __str__(self) -> str:
        return said(self.zh, self.en)


class Model(models.Model):
    """A model as the factory sells it. How long it is under warranty is not here: policy rows say it (`warranty.period`)."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="models", verbose_name=_("品类"))
    code = models.CharField(_("型号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    price = models.DecimalField(_("指导价"), max_digits=14, decimal_places=2, null=True, blank=True)
    high_end = models.BooleanField(_("高端"), default=False)
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="model_price")]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class Device(models.Model):
    """One sold piece. What is not known stays empty: the warranty verdict is then "uncertain", never a guess.

    `customer_id` carries no foreign key: products do not know customers. `category` stands also where the model is unknown.
    """

    serial = models.CharField(_("序列号"), max_length=40, unique=True, null=True, blank=True)
    model = models.ForeignKey(Model, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("型号"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("品类"))
    customer_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("归属单位"))
    region = models.CharField(_("地区"), max_length=40, blank=True)
    purchased_on = models.DateField(_("购买日期"), null=True, blank=True)
    installed_on = models.DateField(_("安装日期"), null=True, blank=True)
    price = models.DecimalField(_("购买价"), max_digits=14, decimal_places=2, null=True, blank=True)
    invoice_no = models.CharField(_("发票号"), max_length=40, blank=True)
    card_no = models.CharField(_("购货卡号"), max_length=40, blank=True, default="", db_default="")
    made_on = models.DateField(_("出厂日期"), null=True, blank=True)
    delivered_on = models.DateField(_("收货日期"), null=True, blank=True)
    exchanged_on = models.DateField(_("换机日期"), null=True, blank=True)
    mileage = models.PositiveIntegerField(_("里程"), null=True, blank=True)
    channel = models.CharField(_("购买渠道"), max_length=10, choices=CHANNELS, blank=True)
    registered_by = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField()

    fresh = False  # registered in this very transaction (`product.actions.register_many`)
    NAMED_BY = ("model", "category")  # what its name is made of: read with it where only the name is wanted

    objects = Scoped["Device"]()

    class Meta:
        indexes = [
            models.Index(fields=["customer_id", "-id"], name="device_customer"),
            models.Index(fields=["unit", "-id"], name="device_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(installed_on__isnull=True) | Q(purchased_on__isnull=True) | Q(installed_on__gte=models.F("purchased_on")),
                name="device_dates",
            ),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="device_price"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.model or self.category or ""), self.serial]))

    @cached_property
    def past(self) -> tuple[Past, ...]:
        """Its repairs, oldest first: as the query brought them along (`queries.with_past`), else asked for now."""
        if (told := self.__dict__.get("past_told")) is not None:
            return tuple(Past.told(each) for each in told)
        rows = Repair.objects.unscoped("of a device already reached").filter(device_id=self.pk, withdrawn_at=None)
        return tuple(row.past for row in rows.order_by("came_at", "pk"))

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """As customers (`kernel.clientele`), and what one has registered oneself (a dealer sees what it sold)."""
        found = reach(actor, "customer_id")
        if actor.kind == "staff" and actor.id is not None:
            return found | Q(registered_by=actor.id) if found else found
        return found


class Repair(models.Model):
    """One repair of a device, kept for six years at least (household cars: order No. 43 of 2021, art. 17).

    `fault_code`, or else the words of `fault`, tell whether two faults are the same. `assemblies` and `parts` are keys of the class's
    main parts (`warranty.part`). `uncounted_hours` are those that the law does not count. A wrong line is withdrawn, never deleted.
    """

    key = models.UUIDField(unique=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="repairs")
    order_no = models.CharField(_("维修单号"), max_length=40, blank=True)
    fault = models.CharField(_("故障"), max_length=200)
    fault_code = models.CharField(_("故障代码"), max_length=40, blank=True)
    safety = models.BooleanField(_("严重安全性能故障"), default=False)
    work = models.CharField(_("检查与处理"), max_length=1000, blank=True)
    came_at = models.DateTimeField(_("送修时间"))
    left_at = models.DateTimeField(_("修好取回时间"), null=True, blank=True)
    waited_at = models.DateTimeField(_("开始待件"), null=True, blank=True)
    supplied_at = models.DateTimeField(_("备件到货"), null=True, blank=True)
    own_fault = models.BooleanField(_("因修理者自身原因延误"), default=False)
    uncounted_hours = models.PositiveIntegerField(_("不计入的小时"), default=0)
    mileage = models.PositiveIntegerField(_("里程"), null=True, blank=True)
    assemblies = ArrayField(models.CharField(max_length=40), verbose_name=_("更换的总成"), default=list, blank=True)
    parts = ArrayField(models.CharField(max_length=40), verbose_name=_("更换的部件"), default=list, blank=True)
    recorded_by = models.BigIntegerField(null=True)
    recorded_name = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_why = models.CharField(_("作废原因"), max_length=200, blank=True)

    objects = Scoped["Repair"]()

    class Meta:
        indexes = [models.Index(fields=["device", "came_at"], name="repair_device")]
        constraints = [
            models.CheckConstraint(condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("came_at")), name="repair_forward"),
            models.CheckConstraint(
                condition=Q(supplied_at__isnull=True) | Q(waited_at__isnull=False, supplied_at__gte=models.F("waited_at")),
                name="repair_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fault} {self.order_no}".strip()

    @property
    def past(self) -> Past:
        """As the engine takes it."""
        return Past(
            self.came_at, self.left_at, self.fault_code or self.fault, self.safety, tuple(self.assemblies), tuple(self.parts),
            self.waited_at, self.supplied_at, self.own_fault, self.uncounted_hours, self.mileage,
        )  # fmt: skip

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reaches the device."""
        return Q(device__in=Device.objects.visible_to(actor))
