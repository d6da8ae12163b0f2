"""Time as columns: working calendars, holidays, one row a clock, one row a level that fired."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xiuhao.kernel.models.case import Case
from xiuhao.kernel.words import _


class WorkCalendar(models.Model):
    """When work is done: intervals a weekday in local time, or always. `kernel.calendars` turns it into arithmetic."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=60)
    zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai")
    always = models.BooleanField(_("全天候"), default=False)
    weekly = models.JSONField(_("每周时段"), default=dict)
    region = models.CharField(_("假日表"), max_length=10, default="CN")
    edition = models.PositiveIntegerField(default=1)


class Holiday(models.Model):
    """A public holiday or a working-day override (调休). A year without any row is provisional."""

    region = models.CharField(max_length=10, default="CN")
    day = models.DateField(_("日期"))
    kind = models.CharField(_("类别"), max_length=4, choices=(("off", _("休")), ("work", _("班"))))
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "day"], name="holiday_once")]


class CaseClock(models.Model):
    """One deadline of one round of a case; a promise that was broken and given again has one for each. What was consumed up to
    `since` is kept in `spent`; everything else is derived from the journal, and `kernel.clocks.trace` proves that both agree.

    status: running, paused, met, broken (breached, still running or stopped late), void. `next_at` is the next moment at which
    something must happen; the scheduler looks at nothing else. `limit`, `spent` are working seconds of the calendar.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    policy = models.ForeignKey("kernel.PolicyRow", models.PROTECT, null=True, related_name="+", db_index=False)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="+", db_index=False)
    limit = models.PositiveBigIntegerField()
    levels = models.JSONField(default=list)  # [{"key", "share", "kind", "to"}], copied from the policy row in force
    clauses = models.JSONField(default=list)
    started_at = models.DateTimeField()
    since = models.DateTimeField(null=True)  # running since; null while paused or stopped
    spent = models.PositiveBigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    fired = models.JSONField(default=list)  # keys of the levels that fired, in order
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    void = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key", "round", "started_at"], name="clock_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="clock_next"),
            models.Index(  # what runs, by clause and by row, without a look into the table
                fields=["clauses", "policy"],
                include=["case", "breached_at", "void"],
                condition=Q(stopped_at__isnull=True),
                name="clock_open",
            ),
        ]

    @property
    def status(self) -> str:
        if self.void:
            return "void"
        if self.breached_at:
            return "broken"
        if self.stopped_at:
            return "met"
        return "running" if self.since else "paused"
