"""The books: accounts, vouchers with their entries, months, receivables and what of them a complaint holds up."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.words import _

READS = frozenset({r.FINANCE, r.MANAGER, r.AUDITOR, r.DIRECTOR})
KINDS = (("asset", _("资产")), ("liability", _("负债")), ("equity", _("所有者权益")), ("cost", _("成本")), ("profit", _("损益")))
Money = partial(models.DecimalField, max_digits=14, decimal_places=2)
PART = partial(models.CharField, max_length=60, blank=True)


def read_by(actor: Actor, column: str) -> Q:
    """Rows of the units for which this actor reads the books."""
    if actor.kind != "staff":
        return NOTHING
    return below([at for role, at in actor.grants if role in READS], column)


class Title(models.Model):
    """An account of the chart, known by its code for good. `kind` as in the PRC's Accounting Standards for Business Enterprises."""

    code = models.CharField(_("科目编码"), max_length=12, primary_key=True)
    zh = models.CharField(_("科目名称"), max_length=60)
    en = models.CharField(_("英文名称"), max_length=80, blank=True)
    kind = models.CharField(_("类别"), max_length=10, choices=KINDS)
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """In the language of the moment."""
        return said(self.zh, self.en)


class Month(models.Model):
    """A month of the books (2026-11). A closed one takes no voucher: the database refuses it. `checks` is what was found at the closing."""

    month = models.CharField(_("月份"), max_length=7, primary_key=True)
    closed_at = models.DateTimeField(_("结账时间"), null=True)
    closed_by = models.BigIntegerField(null=True)
    closed_name = models.CharField(_("结账人"), max_length=60, blank=True)
    checks = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.month


class Voucher(models.Model):
    """A voucher: never changed, only reversed by another (`reverses`). `total` is the sum of its debits and of its credits, `lines` how
    many entries it has: the database holds both, and that the day's month is open."""

    append_only = True

    number = models.CharField(_("凭证字号"), max_length=32, unique=True)
    month = models.ForeignKey(Month, models.PROTECT, related_name="+", verbose_name=_("月份"))
    day = models.DateField(_("凭证日期"))
    text = models.CharField(_("摘要"), max_length=200)
    total = Money(verbose_name=_("金额"))
    lines = models.PositiveSmallIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("因何单"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("所属单位"))
    key = models.UUIDField(unique=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("冲销"))
    at = models.DateTimeField(_("记账时间"))
    by = models.BigIntegerField(null=True)
    name = models.CharField(_("制单人"), max_length=60, blank=True)

    objects = Scoped["Voucher"]()

    class Meta:
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=Q(total__gt=0, lines__gte=2), name="voucher_some")]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the books of its unit."""
        return read_by(actor, "unit__path")


class Entry(models.Model):
    """One line of a voucher, on one side. `Entry(account_id="1122", credit=…)` is what `actions.post` takes."""

    append_only = True

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Title, models.PROTECT, related_name="+", verbose_name=_("科目"))
    debit = Money(verbose_name=_("借方"), default=0)
    credit = Money(verbose_name=_("贷方"), default=0)
    part_no = PART(verbose_name=_("料号"))
    department = models.CharField(_("部门"), max_length=60, blank=True)
    customer = models.BigIntegerField(null=True)

    objects = Scoped["Entry"]()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0), name="entry_one_side"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the books of its voucher's unit."""
        return read_by(actor, "voucher__unit__path")


class Hold(models.Model):
    """A receivable that the customer disputes by a complaint: it is out of the collection rate's base until it is released (CS5-13.7)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name=_("因何单"))
    customer = models.BigIntegerField(null=True)
    part_no = PART(verbose_name=_("料号"))
    amount = Money(verbose_name=_("争议金额"))
    key = models.UUIDField(unique=True)
    since = models.DateTimeField(_("争议起"))
    released_at = models.DateTimeField(_("解除时间"), null=True)

    objects = Scoped["Hold"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="hold_some")]
        indexes = [models.Index(fields=["-since", "-id"], name="hold_newest")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the books of the case's unit."""
        return read_by(actor, "case__unit_path")


class Receivable(models.Model):
    """What was due in a month from a salesperson's customers for a part number, and what of it was collected: entered by finance."""

    month = models.CharField(_("月份"), max_length=7)
    salesperson = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("业务员"))
    part_no = PART(verbose_name=_("料号"))
    due = Money(verbose_name=_("应收"))
    collected = Money(verbose_name=_("已收"))
    entered_at = models.DateTimeField(_("录入时间"))
    entered_name = models.CharField(_("录入人"), max_length=60, blank=True)

    objects = Scoped["Receivable"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "salesperson", "part_no"], name="receivable_once"),
            models.CheckConstraint(condition=Q(due__gte=0, collected__gte=0), name="receivable_positive"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the books of the salesperson's unit."""
        return read_by(actor, "salesperson__unit__path")
