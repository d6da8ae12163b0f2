"""What a claim knows beyond its case, and the improvements and recourses that came of claims."""

from __future__ import annotations

from django.db import models

from xiuhao.complaint.models import Complaint
from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _

MARKETS = (("domestic", _("国内")), ("overseas", _("国外")))
DEMANDS = (
    ("allowance", _("折让")),
    ("compensation", _("赔款")),
    ("return", _("退货")),
    ("exchange", _("换货")),
    ("rework", _("重工")),
    ("other", _("其他要求")),
)
OUTCOMES = (*DEMANDS[:5], ("rejected", _("客诉不成立")))
CAUSES = (("quality", _("质量异常")), ("human", _("非质量异常（人为因素）")), ("service", _("服务及其延伸")))
ORIGINS = (("own", _("本公司")), ("supplier", _("供应商")), ("third", _("其他第三方")))


class Claim(Record):
    """A complaint with a loss. `complaint` is what it was filed on, `previous` the form whose outcome the customer rejected.

    `quantity` is what is to be returned or exchanged, in the unit of the order: none while the customer still processes the goods
    (`in_process`). `price` is per unit; amounts are in the installation's currency. `ledger_no` stands in the ledger of the month. What
    each department finds stands in its own fields; `amount`, `outcome` and `approved_quantity` are what authority decides on.
    """

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="+", verbose_name=_("投诉"))
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name=_("原处理表"))
    order_no = models.CharField(_("订单编号"), max_length=40)
    part_no = models.CharField(_("料号"), max_length=60)
    ship_date = models.DateField(_("交运日期"), null=True)
    quantity = models.DecimalField(_("退换数量"), max_digits=14, decimal_places=3, null=True)
    in_process = models.BooleanField(_("客户加工中未确定"), default=False)
    defect_quantity = models.DecimalField(_("不良数量"), max_digits=14, decimal_places=3, null=True)
    price = models.DecimalField(_("单价"), max_digits=14, decimal_places=2, default=0)
    demand = models.CharField(_("客户要求"), max_length=12, choices=DEMANDS, blank=True)
    reason = models.TextField(_("抱怨内容"), blank=True)
    advice = models.TextField(_("业务意见"), blank=True)
    market = models.CharField(_("内外销"), max_length=8, choices=MARKETS, default="domestic")
    region = models.CharField(_("地区"), max_length=40, blank=True)
    sample = models.CharField(_("样品"), max_length=200, blank=True)
    sample_place = models.CharField(_("样品存放处"), max_length=100, blank=True)
    sample_with = models.CharField(_("样品保管部门"), max_length=20, blank=True)
    ledger_no = models.CharField(_("客诉编号"), max_length=12, unique=True, null=True)
    registered_at = models.DateTimeField(_("受理时间"), null=True)
    cause = models.CharField(_("原因类别"), max_length=8, choices=CAUSES, blank=True)
    origin = models.CharField(_("责任来源"), max_length=8, choices=ORIGINS, blank=True)
    liable = models.CharField(_("拟定责任单位"), max_length=100, blank=True)
    finding = models.TextField(_("调查结果"), blank=True)
    report = models.TextField(_("调查报告"), blank=True)
    analysis = models.TextField(_("异常原因分析"), blank=True)
    countermeasure = models.TextField(_("改善对策"), blank=True)
    unit_of_occurrence = models.CharField(_("发生单位"), max_length=100, blank=True)
    machine_shift = models.CharField(_("机台班别"), max_length=100, blank=True)
    operators = models.CharField(_("作业人员"), max_length=200, blank=True)
    produced_on = models.DateField(_("生产日期"), null=True)
    study = models.TextField(_("研发部意见"), blank=True)
    handling = models.TextField(_("处理方式"), blank=True)
    tracked = models.BooleanField(_("列案追踪"), null=True)
    exempt_reason = models.CharField(_("免追踪原因"), max_length=300, blank=True)
    improve_by = models.DateTimeField(_("改善期限"), null=True)
    improver = models.CharField(_("改善单位"), max_length=20, blank=True)
    external_party = models.CharField(_("外部责任方"), max_length=100, blank=True)
    joint_handling = models.TextField(_("会同处理"), blank=True)
    recourse = models.DecimalField(_("向外部责任方索赔"), max_digits=14, decimal_places=2, null=True)
    consult_due = models.DateTimeField(_("会签答复期限"), null=True)
    again_by = models.DateTimeField(_("重办期限"), null=True)
    negotiation = models.TextField(_("交涉结果"), blank=True)
    opinion = models.TextField(_("综合意见"), blank=True)
    outcome = models.CharField(_("核定处理"), max_length=12, choices=OUTCOMES, blank=True)
    amount = models.DecimalField(_("核定金额"), max_digits=14, decimal_places=2, null=True)
    approved_quantity = models.DecimalField(_("核定数量"), max_digits=14, decimal_places=3, null=True)
    objection = models.TextField(_("签呈"), blank=True)
    execution = models.TextField(_("执行情况"), blank=True)
    executed_on = models.DateField(_("执行日期"), null=True)
    collected = models.DecimalField(_("已收账款"), max_digits=14, decimal_places=2, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["order_no"], name="claim_order", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["part_no"], name="claim_part", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_no or self.order_no} {self.part_no}"


class Improvement(Record):
    """What a department does so that it does not happen again, by when, and whether it helped. `unit` is the role of the department."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    measure = models.TextField(_("改善对策"))
    unit = models.CharField(_("改善单位"), max_length=20)
    due_at = models.DateTimeField(_("改善期限"), null=True)
    result = models.TextField(_("改善执行情况"), blank=True)
    effect = models.TextField(_("效果确认"), blank=True)
    effective = models.BooleanField(_("改善有效"), null=True)

    def __str__(self) -> str:
        return self.measure[:60]


class Recourse(Record):
    """What is claimed of an outside party, and what came of it: `recovered` is 0 where nothing was."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    party = models.CharField(_("外部责任方"), max_length=100)
    amount = models.DecimalField(_("索赔金额"), max_digits=14, decimal_places=2)
    recovered = models.DecimalField(_("追偿所得"), max_digits=14, decimal_places=2, null=True)
    recovered_on = models.DateField(_("追偿了结日期"), null=True)
    recovery = models.TextField(_("追偿结果"), blank=True)

    def __str__(self) -> str:
        return self.party
