"""What a problem knows beyond its case."""

from __future__ import annotations

from django.db import models

from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _
from xiuhao.product.models import Model


class Problem(Record):
    """One fault that many have. `answer` is what its customers were told last, `told` how often; nothing here is personal."""

    subject = models.CharField(_("问题"), max_length=120)
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+", verbose_name=_("型号"))
    description = models.TextField(_("现象"), blank=True)
    answer = models.TextField(_("统一答复"), blank=True)
    told = models.PositiveSmallIntegerField(_("答复次数"), default=0)
    solution = models.TextField(_("解决办法"), blank=True)

    def __str__(self) -> str:
        return self.subject
