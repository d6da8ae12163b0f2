"""What is known of a loss and of who bears it; reward and penalty; the list of a month."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.models import Account, Case, Record
from xiuhao.kernel.words import _

# Who bears a part of a loss, by the role that heads it (which is asked); outsiders are nobody's department.
DEPARTMENTS = (
    (r.PRODUCTION, _("制造部")), (r.QUALITY, _("质量部")), (r.RESEARCH, _("研发部")), (r.SALES, _("业务部")),
    (r.WAREHOUSE, _("仓储部")), (r.MANAGER, _("客服部")), (r.OFFICE, _("总经理室")), ("third", _("外部单位")),
)  # fmt: skip
LOSSES = (("allowance", _("折让赔款")), ("returned", _("退货")), ("rework", _("返工返修")), ("other", _("其他")))
PLACES = (("person", _("责任人")), ("first", _("直接主管")), ("second", _("上一级主管")))
KINDS = (("reward", _("奖励")), ("penalty", _("处罚")))
MEASURES = (
    ("commendation", _("嘉奖")), ("merit", _("记功")), ("bonus", _("奖金")), ("notice", _("通报批评")), ("warning", _("警告")),
    ("demerit", _("记过")), ("major_demerit", _("记大过")), ("amount", _("罚扣")),
)  # fmt: skip
DISCIPLINARY = ("warning", "demerit", "major_demerit")  # 行政处分: published by personnel (CS5-12.1)
READERS = frozenset({r.OFFICE, r.DIRECTOR, r.DEPUTY, r.FINANCE})
LISTED = frozenset({r.OFFICE, r.DIRECTOR, r.DEPUTY, r.PERSONNEL})


def read_by(actor: Actor, wanted: frozenset[str], column: str) -> Q:
    """The rows of units where this actor holds one of the roles."""
    return below((at for role, at in actor.grants if role in wanted), column) if actor.kind == "staff" else NOTHING


class Liability(Record):
    """The worksheet of one claim's loss, in yuan. `ledger` says in words who bears what: the decision is bound to it and to `loss`."""

    claim = models.OneToOneField(Case, models.PROTECT, related_name="+", verbose_name=_("客诉单"))
    basis = models.CharField(_("损失类别"), max_length=10, choices=LOSSES)
    granted = models.DecimalField(_("实际折让金额"), max_digits=14, decimal_places=2, null=True)
    actual = models.DecimalField(_("实际损失"), max_digits=14, decimal_places=2, null=True)
    returned_on = models.DateField(_("退货入库日"), null=True)
    resale_until = models.DateTimeField(_("转售期限"), null=True)
    quantity = models.DecimalField(_("退货数量"), max_digits=14, decimal_places=2, null=True)
    grade_a = models.DecimalField(_("A 级品单价"), max_digits=14, decimal_places=2, null=True)
    sold = models.DecimalField(_("转售数量"), max_digits=14, decimal_places=2, null=True)
    sold_at = models.DecimalField(_("转售单价"), max_digits=14, decimal_places=2, null=True)
    loss = models.DecimalField(_("损失金额"), max_digits=14, decimal_places=2, null=True)
    worksheet = models.TextField(_("核算说明"), blank=True)
    foreseen = models.BooleanField(_("上级可以预见"), default=False)
    ledger = models.TextField(_("责任分摊"), blank=True)
    decided_at = models.DateTimeField(_("核定时间"), null=True)

    class Meta:
        indexes = [models.Index(fields=["decided_at"], name="liability_decided")]

    def __str__(self) -> str:
        return f"{self.get_basis_display()} {'' if self.loss is None else f'¥{self.loss:,.2f}'}".strip()


class Share(models.Model):
    """What one department bears of a loss: percent of it, and yuan."""

    liability = models.ForeignKey(Liability, models.CASCADE, related_name="shares")
    department = models.CharField(_("部门"), max_length=20, choices=DEPARTMENTS)
    place = models.PositiveSmallIntegerField(_("次序"))
    percent = models.DecimalField(_("比率"), max_digits=5, decimal_places=2)
    amount = models.DecimalField(_("承担金额"), max_digits=14, decimal_places=2)

    objects = Scoped["Share"]()

    class Meta:
        ordering: ClassVar[list[str]] = ["liability", "place"]
        constraints = [
            models.UniqueConstraint(fields=["liability", "department"], name="share_once"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100, amount__gte=0), name="share_within"),
        ]

    def __str__(self) -> str:
        return f"{self.get_department_display()} {self.percent.normalize():f}%"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads liabilities."""
        return read_by(actor, READERS, "liability__case__unit_path")


class Personal(models.Model):
    """What one person answers for: recorded. That it be taken from anybody's pay is off (table `liability.deduction`)."""

    share = models.ForeignKey(Share, models.CASCADE, related_name="persons")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("人员"))
    place = models.CharField(_("责任"), max_length=8, choices=PLACES)
    points = models.DecimalField(_("基点"), max_digits=8, decimal_places=2)
    bonus = models.DecimalField(_("当月效率奖金"), max_digits=14, decimal_places=2, null=True)
    amount = models.DecimalField(_("责任金额"), max_digits=14, decimal_places=2, default=Decimal("0.00"))

    objects = Scoped["Personal"]()

    class Meta:
        ordering: ClassVar[list[str]] = ["share", "pk"]
        constraints = [models.UniqueConstraint(fields=["share", "account"], name="personal_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads liabilities; personnel, what was decided."""
        decided = Q(share__liability__decided_at__isnull=False)
        at = "share__liability__case__unit_path"
        return read_by(actor, READERS, at) | (read_by(actor, frozenset({r.PERSONNEL}), at) & decided)


class Sanction(Record):
    """A notice of reward or penalty (奖罚通知单): for whom, what, why. `amount` is recorded only."""

    liability = models.ForeignKey(Liability, models.PROTECT, related_name="+", verbose_name=_("责任核定"))
    kind = models.CharField(_("奖罚"), max_length=8, choices=KINDS)
    measure = models.CharField(_("措施"), max_length=16, choices=MEASURES)
    person = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("当事人"))
    department = models.CharField(_("所属部门"), max_length=20, choices=DEPARTMENTS[:-1])
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2, null=True)
    reason = models.TextField(_("事由"), blank=True)
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        indexes = [models.Index(fields=["approved_at"], name="sanction_approved")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_measure_display()}"

    @property
    def disciplinary(self) -> bool:
        """Whether personnel publishes it."""
        return self.kind == "penalty" and self.measure in DISCIPLINARY


class Discipline(Record):
    """The disciplinary cases of one month (人事公布单): by when they are due with personnel, when they were published."""

    period = models.CharField(_("办理月份"), max_length=10)
    month = models.CharField(_("案件月份"), max_length=7)
    due_at = models.DateTimeField(_("送交期限"), null=True)
    cases = models.PositiveIntegerField(_("件数"), default=0)
    published_on = models.DateField(_("公布日期"), null=True)

    def __str__(self) -> str:
        return self.month


class Listed(models.Model):
    """One line of the list, as it was when it was drawn up: nothing of the complaint stands on it."""

    discipline = models.ForeignKey(Discipline, models.CASCADE, related_name="lines")
    number = models.CharField(_("通知单号"), max_length=32)
    name = models.CharField(_("姓名"), max_length=60)
    department = models.CharField(_("部门"), max_length=20, choices=DEPARTMENTS)
    measure = models.CharField(_("处分"), max_length=16, choices=MEASURES)
    approved_at = models.DateTimeField(_("批准时间"))

    objects = Scoped["Listed"]()

    class Meta:
        ordering: ClassVar[list[str]] = ["discipline", "approved_at", "pk"]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """The general manager's office and personnel."""
        return read_by(actor, LISTED, "discipline__case__unit_path")
