"""What the register of visitors knows beyond a case."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _

PURPOSES = (
    ("consult", _("咨询")),
    ("complaint", _("投诉")),
    ("repair", _("送修或取机")),
    ("return", _("退换货")),
    ("business", _("业务洽谈")),
    ("other", _("其他")),
)


class Visit(Record):
    """One visitor: name, purpose, time of arrival, host (CS2-4); when the host received them, and when they left."""

    name = EncryptedText(_("访客姓名"))
    phone = EncryptedText(_("访客电话"), blank=True, default="")
    company = models.CharField(_("单位"), max_length=60, blank=True)
    purpose = models.CharField(_("来访目的"), max_length=10, choices=PURPOSES)
    arrived_at = models.DateTimeField(_("到访时间"))
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("接待人"))
    received_at = models.DateTimeField(_("接待时间"), null=True)
    left_at = models.DateTimeField(_("离开时间"), null=True)
    outcome = models.CharField(_("接待结果"), max_length=500, blank=True)

    def __str__(self) -> str:
        return str(self.get_purpose_display())
