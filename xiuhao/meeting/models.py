"""What a meeting knows beyond its case: who came, what was agreed, and what was to be done about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Case, Record
from xiuhao.kernel.words import _

GROUNDS = (("abnormal", _("异常专题会")), ("review", _("投诉复盘会")))
KINDS = (("correction", _("纠正措施")), ("prevention", _("预防再发")), ("improvement", _("服务策略改进")))
OUTCOMES = (("done", _("已完成且有效")), ("handed", _("转其他单据继续")), ("dropped", _("不再执行")))
DEPARTMENTS = (
    (r.EXPERT, _("技术")), (r.PRODUCTION, _("生产制造")), (r.QUALITY, _("质量")), (r.RESEARCH, _("研发")), (r.SALES, _("业务部门")),
    (r.LEAD, _("客服")), (r.WAREHOUSE, _("备件")), (r.FINANCE, _("财务")), (r.OFFICE, _("总经理室")),
)  # fmt: skip


class Meeting(Record):
    """One meeting on one case. `next_due` is the end of the nearest day on which an open action is due."""

    ground = models.CharField(_("会议类型"), max_length=10, choices=GROUNDS)
    subject = models.CharField(_("议题"), max_length=120)
    matter = models.TextField(_("情况说明"))
    held_at = models.DateTimeField(_("会议时间"))
    place = models.CharField(_("会议地点"), max_length=120)
    cause = models.TextField(_("原因"), blank=True)
    solution = models.TextField(_("解决对策"), blank=True)
    prevention = models.TextField(_("防再发措施"), blank=True)
    lessons = models.TextField(_("教训"), blank=True)
    effect = models.TextField(_("效果确认"), blank=True)
    next_due = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject


class Seat(models.Model):
    """A department at the meeting: by whom it was confirmed, and who comes for it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    department = models.CharField(_("部门"), max_length=20, choices=DEPARTMENTS)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("出席人"))
    deputy = models.BooleanField(_("代表"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "department"], name="meeting_seat_once")]


class Action(models.Model):
    """What a department, or one person of it, has to do by a day; `no` counts from 1 in each meeting. `outcome` is empty while it is
    open; `handed` is what goes on elsewhere (a problem, a project), whose number the result names."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    no = models.PositiveSmallIntegerField(_("序号"))
    kind = models.CharField(_("类别"), max_length=12, choices=KINDS)
    what = models.CharField(_("措施"), max_length=500)
    department = models.CharField(_("责任部门"), max_length=20, choices=DEPARTMENTS)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("责任人"))
    due_on = models.DateField(_("期限"))
    outcome = models.CharField(_("结果"), max_length=8, choices=OUTCOMES, blank=True)
    result = models.CharField(_("跟踪情况"), max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["case", "no"], name="meeting_action_once"),
            models.CheckConstraint(condition=Q(outcome="", done_at=None) | ~Q(outcome=""), name="meeting_action_open"),
        ]
        indexes = [models.Index(fields=["case"], condition=Q(outcome=""), name="meeting_action_waiting")]
