"""Plans that were made of a day, and how long work takes as learned from what was finished."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import NOTHING, Actor, Scoped, below
from xiuhao.kernel.models import Unit
from xiuhao.kernel.words import _
from xiuhao.roster.models import PLANNERS as PLANNERS  # who plans people plans their work


class PlanRun(models.Model):
    """One plan of a station's day: what was asked, how far it is, the best so far, what was published of it.

    `scenario` is what is supposed (somebody is ill, a job takes longer, a part is missing). `progress` is the best so far as numbers;
    `changes` are [number, version, engineer before, start before, engineer, start] of every job that the plan moves (moments as ISO
    texts, None: nobody); `left_out` are [number, reasons]; `terms` the costs before and after by term, in equivalent travel minutes.
    `refused` are [number, sentence] of what could not be published. A worker that dies leaves it where it was; another begins anew.
    """

    KINDS = (("day", _("优化全天")), ("rest", _("从现在起重排")), ("suppose", _("假设推演")))
    STATES = (
        ("waiting", _("排队中")), ("running", _("计算中")), ("ready", _("待发布")), ("publishing", _("发布中")),
        ("published", _("已发布")), ("dropped", _("已放弃")), ("failed", _("未算成")),
    )  # fmt: skip
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    day = models.DateField(_("日期"))
    kind = models.CharField(_("方式"), max_length=10, choices=KINDS, default="day")
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default="waiting")
    backend = models.CharField(_("算法"), max_length=10, default="sisr")
    seconds = models.PositiveSmallIntegerField(_("计算秒数"), default=20)
    seed = models.PositiveIntegerField(default=1)
    scenario = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    notes = models.JSONField(default=list)  # [[code, params], …]: what the plan rests on that one ought to know
    refused = models.JSONField(default=list)
    done = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    objects = Scoped["PlanRun"]()

    class Meta:
        indexes = [models.Index(fields=["unit", "day", "-created_at"], name="plan_latest")]

    def __str__(self) -> str:
        return f"{self.unit} {self.day:%Y-%m-%d} {self.get_kind_display()}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Plans of the stations whose work one plans."""
        if actor.kind != "staff":
            return NOTHING
        return below((at for role, at in actor.grants if role in PLANNERS), "unit__path")

    @property
    def open(self) -> bool:
        """True while something is still to come of it by itself."""
        return self.state in ("waiting", "running", "publishing")

    @property
    def numbers(self) -> dict[str, Any]:
        """The best so far, for the page."""
        return dict(self.progress)


class Lasting(models.Model):
    """How many minutes a service takes at a class of devices, learned from finished jobs; `category` "" is every device."""

    service = models.CharField(_("服务"), max_length=40)
    category = models.CharField(_("品类"), max_length=40, blank=True)
    minutes = models.PositiveSmallIntegerField(_("分钟"))
    jobs = models.PositiveIntegerField(_("依据的工单数"))
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "category"], name="lasting_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.category} {self.minutes}"
