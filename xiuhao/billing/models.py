"""What a job costs, what was agreed, paid and given back; what a station has earned. Payments are never changed, only followed."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from xiuhao.billing.sums import KINDS, NOTHING
from xiuhao.kernel.access import Actor, Scoped, below
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Case, Record, Unit
from xiuhao.kernel.words import _

HOW = (("link", _("客户链接")), ("signature", _("签字")), ("phone", _("电话")), ("paper", _("纸质单据")))
WAYS = (("cash", _("现金")), ("transfer", _("转账")), ("qr", _("扫码")))
RECEIPTS = (("receipt", _("收据")), ("invoice", _("电子发票")))


def _money(label: str, **more: object) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(label, max_digits=14, decimal_places=2, **{"default": NOTHING, **more})  # type: ignore[arg-type]


class OfCase(models.Model):
    """What hangs on a case is seen by who sees the case. `digest` is the hash of the customer's link, good until `link_until`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    listed = _money(_("原价合计"))
    total = _money(_("应付合计"))
    digest = models.BinaryField(max_length=32, unique=True)
    link_until = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    created_name = models.CharField(_("开单人"), max_length=60, blank=True)

    letter: ClassVar[str] = ""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The case's number with a letter and the version: PG2611000017-Q1."""
        return f"{self.case.number}-{self.letter}{self.version}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the case."""
        return Q(case__in=Case.objects.visible_to(actor))


class Quote(OfCase):
    """What a job would cost, and what the customer said. `share` is what part of the list price is asked, `basis` the sentence that
    says why, `reason` why it is not free (HA-3.2.5), `minutes` the estimated time (YD-1.3). A new one voids those before it; `was` is
    the state of a void one until then."""

    STATES = (
        ("open", _("待客户决定")),
        ("accepted", _("客户同意")),
        ("declined", _("客户不同意")),
        ("free", _("无需付费")),
        ("void", _("已作废")),
    )
    TONES: ClassVar[dict[str, str]] = {"open": "amber", "accepted": "green", "declined": "red", "free": "green", "void": "grey"}
    letter = "Q"
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default="open")
    was = models.CharField(max_length=10, choices=STATES, blank=True, default="", db_default="")
    share = models.DecimalField(_("按原价"), max_digits=5, decimal_places=4, default=Decimal(1))
    basis = models.CharField(_("折扣依据"), max_length=300, blank=True)
    reason = models.CharField(_("收费理由"), max_length=300, blank=True)
    minutes = models.PositiveIntegerField(_("预计用时"), null=True)
    valid_until = models.DateField(_("有效期至"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decided_how = models.CharField(_("决定方式"), max_length=10, choices=HOW, blank=True)
    decided_by = models.BigIntegerField(null=True)
    decided_name = models.CharField(_("经手人"), max_length=60, blank=True)
    decided_why = models.CharField(_("客户说明"), max_length=300, blank=True)

    objects = Scoped["Quote"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="quote_version"),
            models.UniqueConstraint(fields=["case"], condition=~Q(state="void"), name="quote_one_in_force"),
            models.CheckConstraint(condition=Q(total__gte=0) & Q(share__gte=0) & Q(share__lte=1), name="quote_sums"),
        ]

    @property
    def tone(self) -> str:
        return self.TONES[self.state]

    @property
    def answer(self) -> str:
        """How it stands in words; of one that is void also what the customer had said to it."""
        said = f"（{self.get_was_display()}）" if self.state == "void" and self.was in ("accepted", "declined") else ""
        return f"{self.get_state_display()}{said}"

    @property
    def percent(self) -> Decimal:
        """The share in percent, without trailing zeros."""
        return Decimal(f"{(self.share * 100).normalize():f}")


class Bill(OfCase):
    """The settlement list of a job. It must have been shown before anything is paid (明码标价规定, 2022). `paid` and `refunded` are the
    sums of its payments, kept under its lock; `waived` is what was given back and is not asked for again. From `written_at` on nobody
    waits for what is left of it."""

    letter = "B"
    quote = models.ForeignKey(Quote, models.PROTECT, null=True, related_name="+", db_index=False)
    share = models.DecimalField(_("按原价"), max_digits=5, decimal_places=4, default=Decimal(1))
    paid = _money(_("已收"))
    refunded = _money(_("已退"))
    waived = _money(_("已减免"), db_default=NOTHING)
    shown_at = models.DateTimeField(_("出示时间"), null=True)
    shown_how = models.CharField(_("出示方式"), max_length=10, choices=HOW, blank=True)
    voided_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(_("核销时间"), null=True)

    objects = Scoped["Bill"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="bill_version"),
            models.UniqueConstraint(fields=["case"], condition=Q(voided_at__isnull=True), name="bill_one_in_force"),
            models.CheckConstraint(condition=Q(total__gte=0, paid__gte=0, refunded__gte=0, refunded__lte=F("paid")), name="bill_sums"),
            models.CheckConstraint(condition=Q(waived__gte=0, waived__lte=F("refunded")), name="bill_waived"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="bill_newest"),
            models.Index(
                fields=["created_at"],
                condition=~Q(total=F("paid") - F("refunded") + F("waived")) & Q(voided_at__isnull=True),
                name="bill_due",
            ),
        ]

    @property
    def rest(self) -> Decimal:
        """What was not paid of it; less than nothing: to be given back."""
        return NOTHING if self.voided_at else self.total - self.paid + self.refunded - self.waived

    @property
    def written(self) -> Decimal:
        """What is written off of it: no more than is not paid."""
        return max(self.rest, NOTHING) if self.written_at else NOTHING

    @property
    def due(self) -> Decimal:
        """What is still to be paid: nothing of what was written off; less than nothing: to be given back."""
        return self.rest - self.written

    @property
    def standing(self) -> tuple[str, str]:
        """(in a word, tone)."""
        if self.voided_at:
            return str(_("已作废")), "grey"
        if self.due < 0:
            return str(_("多收待退")), "red"
        if self.written:
            return str(_("已核销")), "grey"
        if self.due == 0 and self.waived:
            return str(_("已退款") if self.paid == self.refunded else _("已部分退款")), "grey"
        if self.due == 0:
            return str(_("已结清") if self.total else _("无需付费")), "green"
        return (str(_("部分已付")), "amber") if self.paid > self.refunded else (str(_("待付款")), "amber")


class Line(models.Model):
    """One line of a quote or a settlement list, as it was when it was made."""

    quote = models.ForeignKey(Quote, models.CASCADE, null=True, related_name="lines")
    bill = models.ForeignKey(Bill, models.CASCADE, null=True, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("类别"), max_length=10, choices=KINDS)
    name = models.CharField(_("名称"), max_length=120)
    en = models.CharField(_("英文名称"), max_length=120, blank=True, default="", db_default="")
    part = models.BigIntegerField(null=True)
    quantity = models.DecimalField(_("数量"), max_digits=12, decimal_places=3)
    price = _money(_("单价"))
    listed = _money(_("原价"))
    amount = _money(_("应付"))
    fixed = models.BooleanField(default=False)

    class Meta:
        ordering = ("position",)
        constraints = [
            models.CheckConstraint(condition=Q(quote__isnull=False) ^ Q(bill__isnull=False), name="line_of_one"),
            models.CheckConstraint(condition=Q(quantity__gt=0, price__gte=0, amount__gte=0), name="line_sums"),
        ]

    @property
    def label(self) -> str:
        """What it is for, in the language of the moment."""
        return said(self.name, self.en)

    @property
    def count(self) -> str:
        """The quantity without trailing zeros."""
        return f"{self.quantity.normalize():f}"


class Payment(models.Model):
    """Money that came in or was given back (`of` the payment that it gives back). Append-only; the key makes each happen once."""

    append_only = True

    KINDS = (("paid", _("收款")), ("refund", _("退款")))
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="payments")
    kind = models.CharField(_("类别"), max_length=6, choices=KINDS, default="paid")
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="refunds")
    amount = _money(_("金额"))
    way = models.CharField(_("方式"), max_length=10, choices=WAYS)
    reference = models.CharField(_("凭证号"), max_length=80, blank=True)
    reason = models.CharField(_("退款原因"), max_length=200, blank=True)
    charge = models.ForeignKey("Charge", models.PROTECT, null=True, related_name="payments", db_index=False)
    key = models.UUIDField(unique=True)
    at = models.DateTimeField(_("时间"))
    by = models.BigIntegerField(null=True)
    name = models.CharField(_("经手人"), max_length=60, blank=True)

    objects = Scoped["Payment"]()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="payment_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(condition=Q(kind="paid", of__isnull=True) | Q(kind="refund", of__isnull=False), name="payment_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    @property
    def signed(self) -> Decimal:
        """What it adds to the till."""
        return self.amount if self.kind == "paid" else -self.amount

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the case."""
        return Q(bill__case__in=Case.objects.visible_to(actor))


class Payout(models.Model):
    """A refund that the provider of QR payments still has to carry out: written with the refund, sent after the commit, again until
    it is done. The provider is told the refund's own key, so that it pays once."""

    refund = models.OneToOneField(Payment, models.PROTECT, primary_key=True, related_name="payout")
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)


class Charge(models.Model):
    """An amount that a provider of QR payments was asked to collect for a bill. `code` is what the QR code says."""

    STATES = (("open", _("待支付")), ("paid", _("已支付")), ("closed", _("已关闭")))
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="charges")
    provider = models.CharField(max_length=20)
    amount = _money(_("金额"))
    code = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=6, choices=STATES, default="open")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="charge_amount")]

    @property
    def clickable(self) -> bool:
        """Whether the code is an address that a phone can open by itself."""
        return self.code.startswith(("https://", "http://"))


class Callback(models.Model):
    """What a provider has told us, signed: kept with what we made of it, a repetition counted. Finance looks at what did not fit."""

    OUTCOMES = (("paid", _("已入账")), ("amount", _("金额不符")), ("unknown", _("没有这笔收款")))
    provider = models.CharField(max_length=20)
    transaction = models.CharField(_("交易号"), max_length=64)
    order = models.CharField(_("收款单"), max_length=64)
    amount = _money(_("金额"))
    outcome = models.CharField(_("结果"), max_length=8, choices=OUTCOMES)
    charge = models.ForeignKey(Charge, models.PROTECT, null=True, related_name="callbacks", db_index=False)
    at = models.DateTimeField(_("时间"))
    times = models.PositiveIntegerField(_("次数"), default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "transaction", "order", "amount"], name="callback_once")]
        indexes = [models.Index(fields=["-at"], condition=~Q(outcome="paid"), name="callback_odd")]


class Receipt(models.Model):
    """What a receipt or an electronic invoice says (YD-1.6). Its number has neither gap nor repeat."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="receipts")
    number = models.CharField(_("票据号"), max_length=32, unique=True)
    kind = models.CharField(_("票据"), max_length=8, choices=RECEIPTS)
    title = EncryptedText(_("抬头"), blank=True, default="")
    tax_no = EncryptedText(_("税号"), blank=True, default="")
    amount = _money(_("金额"))
    at = models.DateTimeField(_("开具时间"))
    by = models.BigIntegerField(null=True)
    name = models.CharField(_("开具人"), max_length=60, blank=True)

    objects = Scoped["Receipt"]()

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the case."""
        return Q(bill__case__in=Case.objects.visible_to(actor))


class Statement(Record):
    """What a station is owed for a month (`month`, 2026-10). `adjusted` is what finance added or took off, with the reason in the
    journal."""

    period = models.CharField(max_length=10)
    month = models.CharField(_("月份"), max_length=7)
    station = models.CharField(_("服务站"), max_length=80)
    jobs = models.PositiveIntegerField(_("单数"), default=0)
    fees = _money(_("服务费"))
    adjusted = _money(_("调整"))
    note = models.CharField(_("调整说明"), max_length=300, blank=True)
    reference = models.CharField(_("付款凭证号"), max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.station} {self.month}"

    @property
    def amount(self) -> Decimal:
        """What is paid to the station."""
        return self.fees + self.adjusted


class Earning(models.Model):
    """What a station earned by one job: the rows of the rule table that fitted, [row, name, fee]. Once a job, however often it recurs."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    service = models.CharField(_("服务类型"), max_length=40)
    grade = models.CharField(_("级别"), max_length=10, blank=True)
    distance = models.DecimalField(_("里程"), max_digits=7, decimal_places=1, null=True)
    night = models.BooleanField(_("夜间"), default=False)
    finished_at = models.DateTimeField(_("完工时间"))
    fees = models.JSONField(default=list)
    amount = _money(_("服务费"))
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="earnings")

    objects = Scoped["Earning"]()

    class Meta:
        indexes = [models.Index(fields=["unit", "finished_at"], name="earning_of_month")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the station's cases."""
        return below(actor.reading_paths(), "unit__path")
