"""What is looked after: categories and models of products, and the installed base, device by device."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import Actor, Scoped
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.clientele import reach
from xiuhao.kernel.models import Unit
from xiuhao.kernel.words import _

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
    channel = models.CharField(_("购买渠道"), max_length=10, choices=CHANNELS, blank=True)
    registered_by = models.BigIntegerField(null=True)
    registered_at = models.DateTimeField()

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

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """As customers (`kernel.clientele`), and what one has registered oneself (a dealer sees what it sold)."""
        found = reach(actor, "customer_id")
        if actor.kind == "staff" and actor.id is not None:
            return found | Q(registered_by=actor.id) if found else found
        return found
