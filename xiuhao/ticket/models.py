"""What a ticket knows beyond its case; the daily review of overdue ones; sheets of tickets on their way in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import NOTHING, Actor, OnesOwn, Scoped, above
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import PolicyRow, Record, Unit
from xiuhao.kernel.search import Grams, normal
from xiuhao.kernel.words import _
from xiuhao.party.models import Customer
from xiuhao.product.models import INDUSTRIES, Category, Device, Model
from xiuhao.product.queries import reason
from xiuhao.ticket.naming import short

CHANNELS = (
    ("phone", _("电话")),
    ("web", _("网页")),
    ("store", _("门店")),
    ("dealer", _("经销商")),
    ("mail", _("邮件")),
    ("chat", _("在线")),
    ("api", _("接口")),
    ("import", _("导入")),
)
STAGES = (("after_sale", _("售后")), ("pre_sale", _("售前")))
KINDS = (
    ("fault", _("质量故障")),
    ("usage_question", _("使用咨询")),
    ("installation", _("安装移机")),
    ("return_exchange", _("退换货")),
    ("complaint", _("投诉")),
    ("other", _("其他")),
)
URGENCIES = (("low", _("不急")), ("normal", _("一般")), ("high", _("紧急")), ("danger", _("危险")))
VERDICTS = (("in", _("保内")), ("out", _("保外")), ("uncertain", _("待定")), ("", _("不适用")))
WAYS = (("phone", _("电话")), ("sms", _("短信")), ("wechat", _("微信")), ("mail", _("邮件")))
LEVELS = ((1, _("一线")), (2, _("技术专家")), (3, _("管理层")))


class Ticket(Record):
    """A request for service. The case's keeper is who took it first and answers for it to the end (CS1-8.1); its owner is
    who works on it now. `verdict` is the warranty's; `track_digest` the hash of the customer's tracking link, good until
    `track_until`; `plain` and `grams` serve the search.
    """

    channel = models.CharField(_("渠道"), max_length=10, choices=CHANNELS)
    stage = models.CharField(_("阶段"), max_length=10, choices=STAGES, default="after_sale")
    kind = models.CharField(_("类型"), max_length=16, choices=KINDS)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", verbose_name=_("品类"))
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+", verbose_name=_("型号"))
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name=_("设备"), db_index=False)
    serial = models.CharField(_("序列号"), max_length=40, blank=True)
    serial_claimed = models.BooleanField(_("序列号待核实"), default=False)
    purchased_on = models.DateField(_("购买日期"), null=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+", verbose_name=_("客户"))
    contact_name = EncryptedText(_("联系人"), blank=True, default="")
    contact_phone = EncryptedText(_("联系电话"), blank=True, default="")
    contact_address = EncryptedText(_("地址"), blank=True, default="")
    region = models.CharField(_("地区"), max_length=40, blank=True)
    language = models.CharField(_("语言"), max_length=3, default="cmn")
    description = models.TextField(_("问题描述"))
    urgency = models.CharField(_("急缓"), max_length=8, choices=URGENCIES, default="normal")
    industry = models.CharField(_("行业"), max_length=12, choices=INDUSTRIES, blank=True)
    tier = models.CharField(_("服务级别"), max_length=12, default="basic")
    complexity = models.CharField(_("复杂度"), max_length=8, default="normal")
    skill = models.CharField(_("所需技能"), max_length=40, blank=True)
    priority_row = models.ForeignKey(PolicyRow, models.PROTECT, null=True, related_name="+", db_index=False)
    priority_reason = models.CharField(_("优先级理由"), max_length=200, blank=True)
    jumped_at = models.DateTimeField(_("插队"), null=True)
    verdict = models.CharField(_("保修判定"), max_length=10, choices=VERDICTS, blank=True)
    verdict_reason = models.CharField(_("判定理由"), max_length=300, blank=True)  # as somebody put it
    verdict_said = models.JSONField(default=dict)  # what the rules said: code and params, a sentence in the reader's language
    verdict_until = models.DateField(_("保修至"), null=True)
    verdict_row = models.ForeignKey(PolicyRow, models.PROTECT, null=True, related_name="+", db_index=False)
    promised_at = models.DateTimeField(_("承诺时间"), null=True)
    promise_way = models.CharField(_("联系方式"), max_length=8, choices=WAYS, default="phone")
    parts_due = models.DateTimeField(_("预计到货"), null=True)
    warn_by = models.DateTimeField(_("延误告知期限"), null=True)  # a part is missing, or an expert has to help: the customer hears by then
    update_by = models.DateTimeField(_("下次告知进展"), null=True)  # while it is escalated
    help_due = models.DateTimeField(_("协助答复期限"), null=True)  # of the departments asked, the nearest
    level = models.PositiveSmallIntegerField(_("升级层级"), choices=LEVELS, default=1)
    abnormal = models.BooleanField(_("异常工单"), default=False, db_default=False)
    no_meeting = models.CharField(_("不开专题会的理由"), max_length=500, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(_("首次答复"), null=True)
    replied_at = models.DateTimeField(_("回复客户"), null=True)
    urged_at = models.DateTimeField(_("最近催单"), null=True)
    solution = models.TextField(_("解决办法"), blank=True)
    solved_at = models.DateTimeField(_("解决时间"), null=True)
    at_once = models.BooleanField(_("当场解决"), default=False)
    satisfied = models.BooleanField(_("客户满意"), null=True)
    confirmed_by = models.CharField(_("确认方式"), max_length=10, blank=True)
    keep_until = models.DateField(_("保存至"), null=True)
    external = models.CharField(_("原编号"), max_length=80, blank=True, default="", db_default="")  # its number elsewhere, if it had one
    external_source = models.CharField(_("原系统"), max_length=60, blank=True, default="", db_default="")
    track_digest = models.BinaryField(max_length=32, unique=True)
    track_until = models.DateTimeField(null=True)  # null: the customer's link is revoked
    track_turn = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often the link was renewed
    plain = models.TextField(default="", editable=False)
    grams = Grams(source="plain")

    class Meta:
        indexes = [
            GinIndex(fields=["grams"], name="ticket_grams"),
            models.Index(fields=["device", "-case"], name="ticket_device"),
            models.Index(fields=["serial"], name="ticket_serial"),
            models.Index(fields=["external"], condition=Q(external__gt=""), name="ticket_external"),
            # Few among many: the lists of heads count them on every page.
            models.Index(fields=["case"], condition=Q(level__gt=1), name="ticket_escalated"),
            models.Index(fields=["case"], condition=Q(kind="complaint"), name="ticket_complaint"),
            models.Index(fields=["case"], condition=Q(jumped_at__isnull=False), name="ticket_jumped"),
        ]

    def __str__(self) -> str:
        return short(self.description)

    @property
    def verdict_why(self) -> str:
        """The reason of the verdict, in the language of the moment where the rules gave it."""
        return reason(self.verdict_said) or self.verdict_reason

    def index(self, number: str) -> None:
        """Make the text that the search reads: number (the former one too), serial and what was said; never a name, phone or address."""
        self.plain = normal("\n".join((number, self.external, self.serial, self.description, self.solution)))


class OverdueReview(Record):
    """One working day's look of a team's lead at its overdue tickets."""

    period = models.CharField(_("日期"), max_length=10)
    found = models.PositiveIntegerField(_("逾期工单"), default=0)
    looked_at = models.PositiveIntegerField(_("复核工单数"), null=True)
    findings = models.TextField(_("结论与安排"), blank=True)

    def __str__(self) -> str:
        return f"{self.period} · {self.found}"


class Macro(models.Model):
    """A named set of verbs that somebody does often, one's own or shared with a unit and everybody below it.

    `steps` are [verb, {evidence: raw value}]; texts may hold placeholders (`ticket.macros.WORDS`).
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("名称"), max_length=40)
    shared = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+", verbose_name=_("共享给"))
    steps = models.JSONField(default=list)

    objects = Scoped["Macro"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="macro_once")]
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """One's own, and those shared with a unit at or above the one where the actor works."""
        if actor.kind != "staff":
            return NOTHING
        return Q(account_id=actor.id) | Q(shared__path__in=above(actor.unit_path))


class ImportRun(OnesOwn, models.Model):
    """A sheet that somebody uploaded: read, checked row by row, imported. A worker that dies leaves it where it was; another goes on,
    and since every row has its own key none is imported twice. `whole` imports all rows or none; `tell` sends
    customers the notices that a call would.
    """

    STATES = (
        ("checking", _("校验中")),
        ("checked", _("待确认")),
        ("importing", _("导入中")),
        ("finished", _("已完成")),
        ("dropped", _("已放弃")),
    )
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("文件"), max_length=120)
    read_as = models.CharField(max_length=60)  # "xlsx", or of a text file its encoding and separator: "csv gb18030 ;"
    headers = models.JSONField(default=list)  # [[text, evidence key or "" where we do not know it], …]
    rows = models.PositiveIntegerField(default=0)
    state = models.CharField(_("状态"), max_length=10, choices=STATES, default="checking")
    whole = models.BooleanField(default=True)
    tell = models.BooleanField(default=False)  # whether the customers are sent what a received request sends them
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = Scoped["ImportRun"]()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="import_latest")]

    def __str__(self) -> str:
        return self.name


class ImportPiece(models.Model):
    """Some rows of a sheet, encrypted until they are imported; those with faults until the run is swept away.

    `faults` are [row, column, sentence]; `made` and `known` count tickets made and rows that an earlier import had made.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    sealed = models.BinaryField()
    rows = models.PositiveIntegerField()
    checked = models.BooleanField(default=False)
    done = models.BooleanField(default=False)
    faults = models.JSONField(default=list)
    made = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="import_piece_once")]
