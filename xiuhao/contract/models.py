"""What was promised to whom: the service tier of a customer or of one device, from when until when."""

from __future__ import annotations

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
    The days `since` and `until` are both inside; without `until` it does not end (SL-1.10). `policy` is the deciding row.
    """

    SOURCES = (("auto", _("自动定级")), ("sold", _("购买")))
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="entitlements")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="entitlements")
    tier = models.CharField(_("级别"), max_length=12, choices=Tier.choices)
    industry = models.CharField(_("行业"), max_length=12, choices=INDUSTRIES, blank=True)
    since = models.DateField(_("生效日期"))
    until = models.DateField(_("截止日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=4, choices=SOURCES)
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

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reaches the customer; of a device without one, who reaches the device."""
        found = reach(actor, "customer_id", "customer__unit__path")
        return found | Q(device__in=Device.objects.visible_to(actor)) if found else found
