"""What a problem knows beyond its case."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Case, Record
from xiuhao.kernel.words import _
from xiuhao.product.models import Model

STAGES = (("design", _("设计")), ("process", _("制造工艺")), ("material", _("来料")), ("supplier", _("供应商")), ("use", _("使用环节")))
MAKERS = ((r.RESEARCH, _("研发")), (r.PRODUCTION, _("生产制造")))
LIABLE = (*MAKERS, (r.QUALITY, _("质量")), (r.WAREHOUSE, _("采购与供应")), (r.EXPERT, _("技术服务")))


class Problem(Record):
    """One fault that many have. `answer` is what its customers were told last, `told` how often; nothing here is personal.

    `stage` is where the fault came from, `liable` who mends it, `fix_by` the end of the day `fix_on` by which it is to be mended.
    """

    subject = models.CharField(_("问题"), max_length=120)
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+", verbose_name=_("型号"))
    description = models.TextField(_("现象"), blank=True)
    answer = models.TextField(_("统一答复"), blank=True)
    told = models.PositiveSmallIntegerField(_("答复次数"), default=0)
    solution = models.TextField(_("解决办法"), blank=True)
    batch = models.CharField(_("涉及批次"), max_length=200, blank=True, default="", db_default="")
    serials = ArrayField(models.CharField(max_length=40), verbose_name=_("涉及序列号"), default=list, db_default=[])
    stage = models.CharField(_("问题环节"), max_length=10, choices=STAGES, blank=True, default="", db_default="")
    finding = models.TextField(_("追溯结论"), blank=True, default="", db_default="")
    steps = models.TextField(_("复现步骤"), blank=True, default="", db_default="")
    reproduced = models.CharField(_("复现结果"), max_length=3, blank=True, default="", db_default="")
    liable = models.CharField(_("责任部门"), max_length=20, choices=LIABLE, blank=True, default="", db_default="")
    fix_on = models.DateField(_("修复日期"), null=True)
    fix_by = models.DateTimeField(null=True)
    late_reason = models.CharField(_("超时限的理由"), max_length=500, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return self.subject


class News(models.Model):
    """How a problem goes on, as its tickets' timelines are to say it; `told` when all of them do."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    text = models.TextField(_("进展"))
    told = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case"], condition=models.Q(told=False), name="problem_news_untold")]
