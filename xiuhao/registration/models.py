"""What a registration knows beyond its case, and a dealer's working day."""

from __future__ import annotations

from django.db import models

from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _
from xiuhao.party.models import Customer, Phone
from xiuhao.product.models import Device, Model


class Registration(Record):
    """One sold piece with its customer. What is personal stands with the customer and the purchase card (`party`); here only what
    somebody asks to have changed waits, sealed, until it is decided.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("客户"))
    phone = models.ForeignKey(Phone, models.SET_NULL, null=True, related_name="+", verbose_name=_("联系电话"), db_index=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="+", verbose_name=_("设备"))
    model = models.ForeignKey(Model, models.PROTECT, related_name="+", verbose_name=_("型号"), db_index=False)
    serial = models.CharField(_("序列号"), max_length=40)
    purchased_on = models.DateField(_("购买日期"))
    invoice_no = models.CharField(_("发票号"), max_length=40, blank=True)
    wanted = EncryptedText(_("申请变更的内容"), blank=True, default="")  # JSON by field, "" while nothing is asked

    def __str__(self) -> str:
        return f"{self.model.code} {self.serial}"


class DealerDay(Record):
    """One dealer's working day: what was sold must be registered before it ends (YD-3.3)."""

    period = models.CharField(_("日期"), max_length=10)
    dealer = models.CharField(_("经销商"), max_length=80)
    due_at = models.DateTimeField(_("上传截止"), null=True)
    sold = models.PositiveIntegerField(_("今日售出台数"), null=True)
    registered = models.PositiveIntegerField(_("今日已登记台数"), null=True)

    def __str__(self) -> str:
        return f"{self.dealer} {self.period}"
