"""What a certificate of allowance knows beyond its case."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiuhao.accounts.models import Voucher
from xiuhao.claim.models import Claim
from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _

KINDS = (("allowance", _("折让")), ("compensation", _("赔款")))


class Allowance(Record):
    """An allowance or compensation of a claim, never above what was decided. `kind`, part and order are the claim's; `voucher` is how it
    was booked."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name=_("客诉"))
    kind = models.CharField(_("类别"), max_length=12, choices=KINDS)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    part_no = models.CharField(_("料号"), max_length=60)
    order_no = models.CharField(_("订单编号"), max_length=40)
    invoice_no = models.CharField(_("原发票号"), max_length=60, blank=True)
    reason = models.TextField(_("折让原因"), blank=True)
    sealed_on = models.DateField(_("客户盖章日期"), null=True)
    red_invoice = models.CharField(_("红字发票号"), max_length=60, blank=True)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="+", verbose_name=_("凭证字号"))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="allowance_some")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.part_no}"
