"""What planning knows of an engineer beyond party's staff: home and pace, shifts that differ from the pattern, leave, certificates."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from xiuhao.kernel import roles
from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.words import _
from xiuhao.party.models import Skill

PLANNERS = frozenset({roles.LEAD, roles.DISPATCHER, roles.MANAGER})
LEAVES = (("annual", _("年假")), ("sick", _("病假")), ("personal", _("事假")), ("training", _("培训")), ("other", _("其他")))


def _near(actor: Actor) -> Q:
    """Rows of those whom an actor plans, and one's own."""
    if actor.kind != "staff":
        return NOTHING
    reached = below((path for role, path in actor.grants if role in PLANNERS | roles.READERS), "account__unit__path")
    return reached | Q(account_id=actor.id)


class Engineer(models.Model):
    """Where an engineer's day begins and ends (degrees, WGS 84; unknown: the middle of the station's homes), and the pace of work:
    a job of an hour takes one of speed 1.25 48 minutes."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("工程师"))
    home_lat = models.FloatField(_("出发点纬度"), null=True, blank=True)
    home_lon = models.FloatField(_("出发点经度"), null=True, blank=True)
    speed = models.DecimalField(_("作业速度"), max_digits=3, decimal_places=2, default=1)

    objects = Scoped["Engineer"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(home_lat=None, home_lon=None) | Q(home_lat__isnull=False, home_lon__isnull=False),
                                   name="engineer_home_whole"),
            models.CheckConstraint(condition=Q(home_lat=None) | Q(home_lat__range=(-90, 90), home_lon__range=(-180, 180)),
                                   name="engineer_home_on_earth"),
            models.CheckConstraint(condition=Q(speed__range=("0.50", "2.00")), name="engineer_speed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.account)

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return _near(actor)


class Shift(models.Model):
    """One day that differs from the unit's pattern: other hours, or a day off (both empty). Local time of the unit."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("工程师"))
    day = models.DateField(_("日期"))
    start = models.TimeField(_("上班"), null=True, blank=True)
    end = models.TimeField(_("下班"), null=True, blank=True)

    objects = Scoped["Shift"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="shift_once"),
            models.CheckConstraint(condition=Q(start=None, end=None) | Q(end__gt=F("start")), name="shift_forward"),
        ]
        indexes = [models.Index(fields=["day", "account"], name="shift_day")]

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}" if self.start and self.end else str(_("休息"))

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return _near(actor)


class Leave(models.Model):
    """Time in which somebody does not work though the roster says so. A withdrawn one stays, for the record."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("工程师"))
    kind = models.CharField(_("类别"), max_length=10, choices=LEAVES)
    since = models.DateTimeField(_("自"))
    until = models.DateTimeField(_("至"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = Scoped["Leave"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="leave_forward")]
        indexes = [models.Index(fields=["account", "until"], condition=Q(withdrawn_at=None), name="leave_standing")]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return _near(actor)


class Certificate(models.Model):
    """A paper without which a skill may not be used (`roster.certificate`), with its last day (HA-3.3.2). `level` as of skills."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("工程师"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("技能"))
    level = models.PositiveSmallIntegerField(_("等级"), default=3)
    name = models.CharField(_("证书名称"), max_length=60)
    number = models.CharField(_("证书编号"), max_length=40)
    valid_from = models.DateField(_("生效日期"))
    valid_until = models.DateField(_("有效期至"))
    withdrawn_at = models.DateTimeField(null=True)

    objects = Scoped["Certificate"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="certificate_forward"),
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="certificate_level"),
            models.UniqueConstraint(fields=["account", "skill", "number"], condition=Q(withdrawn_at=None), name="certificate_once"),
        ]
        indexes = [models.Index(fields=["valid_until"], condition=Q(withdrawn_at=None), name="certificate_ends")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return _near(actor)
