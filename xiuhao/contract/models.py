"""What was promised to whom: the service tier of a customer or of one device, from when until when."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import Actor, Scoped
from xiuhao.kernel.clientele import reach
from xiuhao.kernel.words import _
from xiuhao.party.models import Customer
from xiuhao.product.models import INDUSTRIES, Device


class Tier(models.TextChoices):
    """The four service levels (clause SL-1.1), lowest first."""

    BASIC = "basic", _("初级")
    INTERMEDIATE = "intermediate", _("中级")
    ADVANCED = "advanced", _("高级")
    VIP = "vip", "VIP"


RANK: dict[str, int] = {tier: place for place, tier in enumerate(Tier.values)}


class Entitlement(models.Model):
    """A tier of a customer: for one device, or (without device) for all of an industry's, or (without industry) for everything.

    `source`: auto, given at registration by the decision table `contract.tier` (SL-3.1); sold, agreed with the customer.
    The days `since` and `until` are both inside; without `until` it does not end. `policy` is the deciding row. `manager`: who looks
    after the customer, and is given the customer's requests first (SL-1.4).
    """

    SOURCES = (("auto", _("自动定级")), ("sold", _("购买")))
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="entitlements")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="entitlements")
    tier = models.CharField(_("级别"), max_length=12, choices=Tier.choices)
    industry = models.CharField(_("行业"), max_length=12, choices=INDUSTRIES, blank=True)
    since = models.DateField(_("生效日期"))
    until = models.DateField(_("截止日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=4, choices=SOURCES)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("专属客户经理"), db_index=False
    )
    policy = models.ForeignKey("kernel.PolicyRow", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    objects = Scoped["Entitlement"]()

    class Meta:
        indexes = [
            models.Index(fields=["customer"], name="entitlement_customer"),
            models.Index(fields=["device"], name="entitlement_device"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="entitlement_forward"),
            models.CheckConstraint(condition=Q(customer__isnull=False) | Q(device__isnull=False), name="entitlement_of_somebody"),
            models.UniqueConstraint(fields=["device"], condition=Q(source="auto"), name="entitlement_auto_once"),
        ]

    def over(self, day: date) -> bool:
        """True if it has ended before that day."""
        return self.until is not None and self.until < day

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reaches the customer; of a device without one, who reaches the device."""
        found = reach(actor, "customer_id", "customer__unit__path")
        return found | Q(device__in=Device.objects.visible_to(actor)) if found else found


class BenefitUse(models.Model):
    """One use of a benefit that is counted (SL-1.13): what a tier gives so many times a period. `line` is the row's of the benefit.

    A use that did not take place is given back: it stays to be read and counts no more.
    """

    key = models.UUIDField(unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="benefit_uses")
    line = models.CharField(_("权益"), max_length=60)
    used_on = models.DateField(_("使用日期"))
    number = models.CharField(_("单号"), max_length=40, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    recorded_by = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    returned_why = models.CharField(_("退回原因"), max_length=200, blank=True)

    objects = Scoped["BenefitUse"]()

    class Meta:
        indexes = [models.Index(fields=["customer", "line", "used_on"], name="benefit_use")]

    def __str__(self) -> str:
        return f"{self.line} {self.used_on}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reaches the customer."""
        return reach(actor, "customer_id", "customer__unit__path")
