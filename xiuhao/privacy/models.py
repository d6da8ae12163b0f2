"""What a request about one's own data knows beyond its case."""

from __future__ import annotations

from django.db import models

from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _
from xiuhao.party.models import Customer

KINDS = (("access", _("查阅")), ("export", _("导出副本")), ("correction", _("更正")), ("deletion", _("删除")))
PROOFS = (
    ("code", _("手机验证码")),
    ("id_card", _("当面核对身份证件")),
    ("call_back", _("回拨登记号码核对")),
    ("purchase_card", _("当面核对购货卡")),
)
GROUNDS = (
    ("law", _("法律法规要求保存")),
    ("identity", _("无法证明是本人")),
    ("others", _("会泄露他人信息")),
    ("service", _("服务尚未结束")),
    ("unfounded", _("没有可以更正或提供的内容")),
)


class SubjectRequest(Record):
    """Somebody asks to see, correct, have deleted or take along what is kept of them."""

    kind = models.CharField(_("请求"), max_length=10, choices=KINDS)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("客户"))
    text = EncryptedText(_("说明"), blank=True, default="")
    proof = models.CharField(_("身份证明"), max_length=14, choices=PROOFS, blank=True)
    ground = models.CharField(_("拒绝的依据"), max_length=10, choices=GROUNDS, blank=True)
    answer = EncryptedText(_("答复"), blank=True, default="")

    def __str__(self) -> str:
        return str(self.get_kind_display())
