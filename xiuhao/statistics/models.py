"""The statistics of a month, kept as they were when they were drawn up: what changes later does not alter them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.models import Record
from xiuhao.kernel.words import _

READERS = frozenset({r.OFFICE, r.DIRECTOR, r.DEPUTY, r.MANAGER, r.AUDITOR, r.QUALITY, r.PRODUCTION, r.RESEARCH, r.FINANCE})
KINDS = (
    ("department", _("责任部门")), ("product", _("产品")), ("cause", _("原因类别")), ("settled", _("以前结案本月核定")),
    ("changed", _("以前已报本月改判")), ("late", _("逾期部门")), ("measure", _("改善对策")),
)  # fmt: skip


class Monthly(Record):
    """客诉案件统计表: the claims closed in `month` (2026-10), what they cost in yuan, by when it is signed. `unsettled` of them have no
    decided liability: their loss is what was granted, until a later month's table says who bears it (`settled`)."""

    period = models.CharField(_("编制月份"), max_length=10)
    month = models.CharField(_("统计月份"), max_length=7)
    due_at = models.DateTimeField(_("完成期限"), null=True)
    closed = models.PositiveIntegerField(_("结案件数"), default=0)
    on_time = models.PositiveIntegerField(_("按期结案"), default=0)
    unsettled = models.PositiveIntegerField(_("责任未核定"), default=0)
    loss = models.DecimalField(_("损失合计"), max_digits=14, decimal_places=2, default=0)
    edition = models.PositiveSmallIntegerField(_("版次"), default=0)
    checked = models.TextField(_("对策查核"), blank=True)

    def __str__(self) -> str:
        return self.month


class Entry(models.Model):
    """One claim and one department: its percent of the liability and of the loss in yuan; no department where none was decided. An
    `earlier` one was closed in a month before, and is in none of this month's sums: only its liability was decided now. `was` is what an
    earlier table has told of it, where it was decided anew since."""

    monthly = models.ForeignKey(Monthly, models.CASCADE, related_name="entries")
    claim = models.CharField(_("客诉单"), max_length=32)
    ledger_no = models.CharField(_("客诉编号"), max_length=12, blank=True)
    product = models.CharField(_("产品"), max_length=80, blank=True)
    cause = models.CharField(_("原因类别"), max_length=8, blank=True)
    market = models.CharField(_("内外销"), max_length=8, blank=True)
    outcome = models.CharField(_("核定处理"), max_length=12, blank=True)
    department = models.CharField(_("责任部门"), max_length=20, blank=True)
    percent = models.DecimalField(_("责任比率"), max_digits=5, decimal_places=2, null=True)
    amount = models.DecimalField(_("损失金额"), max_digits=14, decimal_places=2)
    first = models.BooleanField(default=True)  # of the claim: each is counted once
    earlier = models.BooleanField(_("以前结案"), default=False, db_default=False)
    was = models.DecimalField(_("原报金额"), max_digits=14, decimal_places=2, null=True)

    objects = Scoped["Entry"]()

    class Meta:
        ordering: ClassVar[list[str]] = ["monthly", "pk"]
        indexes = [models.Index(fields=["claim"], name="statistics_entry_claim")]

    def __str__(self) -> str:
        return f"{self.ledger_no or self.claim} {self.department}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the statistics."""
        return _read(actor)


class Line(models.Model):
    """One line of a table of the statistics: how many, how much, and of how many (measures that work, of all)."""

    monthly = models.ForeignKey(Monthly, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=12, choices=KINDS)
    key = models.CharField(max_length=80)
    count = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    loss = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    was = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0)  # of what was told before and decided anew

    objects = Scoped["Line"]()

    class Meta:
        ordering: ClassVar[list[str]] = ["monthly", "kind", "-loss", "-count", "key"]
        constraints = [models.UniqueConstraint(fields=["monthly", "kind", "key"], name="statistics_line_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who reads the statistics."""
        return _read(actor)


def _read(actor: Actor) -> Q:
    if actor.kind != "staff":
        return NOTHING
    return below((at for role, at in actor.grants if role in READERS), "monthly__case__unit_path")
