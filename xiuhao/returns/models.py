"""What a return knows beyond its case: of the way of 三包 and of the factory's slip. One table, since papers and lists are of both."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel.models import Case, Record
from xiuhao.kernel.words import _
from xiuhao.product.models import Category, Device, Model

WAYS = (("guarantee", _("三包退换")), ("slip", _("退货单")))
KINDS = (("rework", _("返修重处理")), ("return", _("退货")), ("exchange", _("换货")), ("allowance", _("折让")))
OUTCOMES = (("meets", _("符合退换条件")), ("unmet", _("不符合退换条件")))
METHODS = (("restock", _("检验后转售")), ("rework", _("返工重处理")), ("downgrade", _("降级处理")), ("scrap", _("报废")))
PROOFS = (
    ("invoice", _("收回原发票并盖章")),
    ("copy", _("发票影印本注明两组数量、单价、金额并盖章")),
    ("certificate", _("销货退回证明单并盖章")),
)  # CS5-13.8
ENDS = (("resold", _("已转售")), ("written_off", _("未转售，认列损失")), ("reworked", _("重处理完成")))


class Return(Record):
    """A return, exchange, rework or allowance. Quantities are pieces; a quantity that is None is not known yet.

    三包 (`way` guarantee): `claimed` is what the verdict said on the day of the application, `value` the device's price or what is
    refunded, `replacement` the new piece, whose period begins anew; `filing_no` is gapless per month.
    Slip: `issued` was shipped to the customer, `approved` is what authority has approved, `quantity` stands on the slip, `counted` came
    at the gate, `actual` is what the warehouse signed for, `booked` what accounting took; `loss` of resale in the currency. `cost` is
    at what the goods stand in stock again, none while accounting has not said it.
    """

    way = models.CharField(_("流程"), max_length=10, choices=WAYS, default="guarantee")
    kind = models.CharField(_("处理方式"), max_length=10, choices=KINDS)
    reason = models.CharField(_("原因"), max_length=500)
    applied_by = models.BigIntegerField(null=True)  # the account, none of a customer
    # 三包
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name=_("设备"))
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+", verbose_name=_("型号"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", verbose_name=_("品类"), db_index=False)
    serial = models.CharField(_("序列号"), max_length=40, blank=True)
    region = models.CharField(_("地区"), max_length=40, blank=True)
    purchased_on = models.DateField(_("购买日期"), null=True)
    claimed = models.JSONField(_("三包判定"), default=dict)
    outcome = models.CharField(_("鉴定结论"), max_length=6, choices=OUTCOMES, blank=True)
    finding = models.TextField(_("鉴定情况"), blank=True)
    appraised_by = models.CharField(_("鉴定人"), max_length=60, blank=True)
    appraised_at = models.DateTimeField(_("鉴定时间"), null=True)
    explanation = models.TextField(_("告知客户的理由"), blank=True)
    value = models.DecimalField(_("金额"), max_digits=14, decimal_places=2, null=True)
    replacement = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name=_("换出新机"))
    new_serial = models.CharField(_("新机序列号"), max_length=40, blank=True)
    filing_no = models.CharField(_("备案号"), max_length=32, unique=True, null=True)
    filed_on = models.DateField(_("备案日期"), null=True)
    carrier = models.CharField(_("承运方"), max_length=60, blank=True)
    tracking_no = models.CharField(_("运单号"), max_length=60, blank=True)
    analysis = models.TextField(_("技术分析"), blank=True)
    cause = models.CharField(_("失效原因"), max_length=200, blank=True)
    countermeasure = models.TextField(_("改进对策"), blank=True)
    measure_due = models.DateTimeField(_("对策完成期限"), null=True)
    effect = models.TextField(_("对策效果"), blank=True)
    # The slip
    claim = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("客诉单"))
    order_no = models.CharField(_("订单号"), max_length=60, blank=True)
    part_no = models.CharField(_("料号"), max_length=60, blank=True)
    method = models.CharField(_("处理方法"), max_length=10, choices=METHODS, blank=True)
    basis = models.CharField(_("依据"), max_length=300, blank=True)
    issued = models.DecimalField(_("出货数量"), max_digits=14, decimal_places=3, null=True)
    approved = models.DecimalField(_("核定数量"), max_digits=14, decimal_places=3, null=True)
    quantity = models.DecimalField(_("退货单数量"), max_digits=14, decimal_places=3, null=True)
    unknown = models.BooleanField(_("客户加工中，数量未定"), default=False)
    price = models.DecimalField(_("单价"), max_digits=14, decimal_places=2, null=True)
    amount = models.DecimalField(_("退货金额"), max_digits=14, decimal_places=2, null=True)
    counted = models.DecimalField(_("点收数量"), max_digits=14, decimal_places=3, null=True)
    actual = models.DecimalField(_("实收数量"), max_digits=14, decimal_places=3, null=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("收料人"))
    received_at = models.DateTimeField(_("收料时间"), null=True)
    proof = models.CharField(_("退货证明"), max_length=12, choices=PROOFS, blank=True)
    proof_no = models.CharField(_("证明编号"), max_length=60, blank=True)
    booked = models.DecimalField(_("入账数量"), max_digits=14, decimal_places=3, null=True)
    booked_at = models.DateTimeField(_("入账时间"), null=True)
    voucher = models.CharField(_("凭证号"), max_length=40, blank=True)
    resale_until = models.DateTimeField(_("转售期限"), null=True)
    resale = models.DecimalField(_("转售收入"), max_digits=14, decimal_places=2, null=True)
    ended = models.CharField(_("处置结果"), max_length=12, choices=ENDS, blank=True)
    loss = models.DecimalField(_("损失金额"), max_digits=14, decimal_places=2, null=True)
    cost = models.DecimalField(_("退回货物成本"), max_digits=14, decimal_places=2, null=True)
    red_invoice = models.CharField(_("红字发票号"), max_length=60, blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["model", "-case"], condition=~Q(analysis=""), name="return_analysis"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actual__isnull=True) | Q(issued__isnull=True) | Q(actual__lte=models.F("issued")), name="return_issued"
            ),
            models.CheckConstraint(condition=Q(booked__isnull=True) | Q(booked__lte=models.F("actual")), name="return_booked"),
        ]

    def __str__(self) -> str:
        what = self.part_no or self.serial or str(self.model or self.category or "")
        return f"{self.get_kind_display()} {what}".strip()

    @property
    def by_slip(self) -> bool:
        """Whether it runs the factory's way."""
        return self.way == "slip"

    @property
    def worth(self) -> Decimal | None:
        """What came back at the price of the sale; None while either is unknown."""
        if self.actual is None or self.price is None:
            return None
        return (self.actual * self.price).quantize(Decimal("0.01"), ROUND_HALF_UP)
