"""What a complaint, an anomaly slip and a report of wrongdoing know beyond their cases; the options of a plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor, Scoped
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.models import Case, Record
from xiuhao.kernel.words import _
from xiuhao.product.models import Model

CHANNELS = (
    ("phone", _("电话")),
    ("web", _("网页")),
    ("mail", _("邮件")),
    ("store", _("门店")),
    ("visit", _("业务走访")),
    ("dealer", _("经销商")),
)
CONTENTS = (
    ("quality", _("产品质量")),
    ("service", _("服务")),
    ("delivery", _("交付")),
    ("price", _("价格")),
    ("dispute", _("纠纷")),
    ("other", _("其他")),
)
SEVERITIES = (("normal", _("一般")), ("serious", _("严重")), ("critical", _("重大")))
DEMANDS = (
    ("repair", _("维修")),
    ("compensation", _("补偿")),
    ("explanation", _("解释")),
    ("exchange", _("换货")),
    ("refund", _("退货退款")),
    ("apology", _("道歉")),
)
FAULTS = (("ours", _("我方")), ("customer", _("客户")), ("third", _("第三方")), ("unclear", _("暂不明确")))
CAUSES = (("human", _("人为因素")), ("quality", _("品质因素")))
LOSSES = (("some", _("有损失")), ("unclear", _("尚不清楚")), ("none", _("没有损失")))
DEPARTMENTS = (
    (r.QUALITY, _("质量")),
    (r.SALES, _("业务")),
    (r.PRODUCTION, _("制造")),
    (r.RESEARCH, _("研发")),
    (r.WAREHOUSE, _("仓储")),
    (r.FINANCE, _("财务")),
    (r.LEAD, _("客服")),
    (r.REGION, _("区域")),
    (r.SALES_HEAD, _("业务经理")),
    (r.MANAGER, _("客服经理")),
    (r.DEPUTY, _("副总经理")),
    (r.DIRECTOR, _("总经理")),
)
CONCERNS = (("outside", _("外部单位或人员")), ("staff", _("本公司同事")), ("unknown", _("还不清楚是谁")))
ANSWERS = (("", _("未答复")), ("accepted", _("接受")), ("refused", _("有异议")))


def _account(label: str) -> models.ForeignKey:  # type: ignore[type-arg]  # of whoever it is
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=label, db_index=False)


class Complaint(Record):
    """A complaint. `about` is who is complained of, who takes no part in it; `department` the role of the responsible department;
    `repeats` how many of the same customer or machine came before it within the days of `complaint.repeat`; `edition` counts the plans;
    `authorised` is the amount that authority decided (null: nobody was asked, small amounts are the table `complaint.at_once`'s).
    """

    channel = models.CharField(_("渠道"), max_length=10, choices=CHANNELS)
    content = models.CharField(_("投诉内容"), max_length=10, choices=CONTENTS)
    severity = models.CharField(_("严重程度"), max_length=10, choices=SEVERITIES, default="normal")
    contact_name = EncryptedText(_("联系人"), blank=True, default="")
    contact_phone = EncryptedText(_("联系电话"), blank=True, default="")
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+", verbose_name=_("型号"), db_index=False)
    serial = models.CharField(_("序列号"), max_length=40, blank=True)
    symptom = models.TextField(_("故障表现"))
    purchased_on = models.DateField(_("何时购买"), null=True)
    loss = models.CharField(_("损失"), max_length=8, choices=LOSSES, blank=True)
    safety = models.BooleanField(_("涉及人身或财产安全"), default=False)
    claimed = models.DecimalField(_("客户要求的金额"), max_digits=14, decimal_places=2, null=True)
    repeats = models.PositiveSmallIntegerField(_("此前投诉"), default=0)
    restated = models.TextField(_("复述的要点"), blank=True)
    agreed = models.CharField(_("客户是否认可"), max_length=3, blank=True)
    demand = models.CharField(_("核心诉求"), max_length=12, choices=DEMANDS, blank=True)
    about = _account(_("被投诉人"))
    department = models.CharField(_("责任部门"), max_length=20, blank=True)
    promised_at = models.DateTimeField(_("承诺时间"), null=True)
    update_by = models.DateTimeField(_("下次告知进展"), null=True)  # serious ones, until they are closed
    opinion_by = models.DateTimeField(_("征求意见期限"), null=True)
    opinions = models.PositiveSmallIntegerField(_("征求意见次数"), default=0)
    better = models.BooleanField(_("超出客户预期"), null=True)
    fault = models.CharField(_("过错"), max_length=8, choices=FAULTS, blank=True)
    apologised_at = models.DateTimeField(_("道歉时间"), null=True)
    facts = models.TextField(_("了解到的情况"), blank=True)
    edition = models.PositiveSmallIntegerField(_("方案版本"), default=0)
    chosen = models.ForeignKey("complaint.Option", models.PROTECT, null=True, related_name="+", verbose_name=_("客户确认的方案"))
    authorised = models.DecimalField(_("核决金额"), max_digits=14, decimal_places=2, null=True)
    basis = models.TextField(_("处理依据"), blank=True)
    outcome = models.TextField(_("处理结果"), blank=True)
    relayed = models.PositiveSmallIntegerField(_("转告次数"), default=0)
    cause = models.CharField(_("原因分类"), max_length=8, choices=CAUSES, blank=True)
    summary = models.TextField(_("原因总结"), blank=True)
    improvement = models.TextField(_("改进建议"), blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["model", "content"], name="complaint_model"),
            models.Index(fields=["serial"], condition=Q(serial__gt=""), name="complaint_serial"),
            models.Index(fields=["about"], condition=Q(about__isnull=False), name="complaint_about"),
            models.Index(fields=["severity"], condition=~Q(severity="normal"), name="complaint_severe"),
        ]

    def __str__(self) -> str:
        told = " ".join(self.symptom.split())
        return told[:60] + ("…" if len(told) > 60 else "")


class Option(models.Model):
    """One way to settle a complaint. The best has rank 1 and is offered first; the next when the customer objects."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    edition = models.PositiveSmallIntegerField(_("方案版本"), default=1)
    rank = models.PositiveSmallIntegerField(_("次序"))
    text = models.TextField(_("方案"))
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2, default=0)
    offered_at = models.DateTimeField(_("提出时间"), null=True)
    answer = models.CharField(_("客户答复"), max_length=8, choices=ANSWERS, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    objects = Scoped["Option"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "edition", "rank"], name="complaint_option_once")]
        ordering = ("case", "edition", "rank")

    def __str__(self) -> str:
        return f"{self.rank}. {self.text}"[:80]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the case; never a customer: what has not been offered yet is ours."""
        return Q(case__in=Case.objects.visible_to(actor).values("pk")) if actor.kind == "staff" else Q(pk__in=())


class Anomaly(Record):
    """Something wrong that has cost nobody anything (异常处理单): reported, answered, improved."""

    content = models.CharField(_("内容"), max_length=10, choices=CONTENTS[:4])
    model = models.ForeignKey(Model, models.PROTECT, null=True, related_name="+", verbose_name=_("型号"), db_index=False)
    serial = models.CharField(_("序列号"), max_length=40, blank=True)
    found_by = models.CharField(_("反映单位"), max_length=80, blank=True)
    text = models.TextField(_("异常情况"))
    cause = models.TextField(_("原因"), blank=True)
    measure = models.TextField(_("改善措施"), blank=True)
    checked = models.TextField(_("改善效果"), blank=True)

    def __str__(self) -> str:
        return " ".join(self.text.split())[:60]


class Tipoff(Record):
    """A report of wrongdoing. `source` is who told it, sealed; `about` is whom it concerns, who never sees it."""

    about = _account(_("被举报人"))
    concerns = models.CharField(
        _("涉及"), max_length=8, choices=CONCERNS, blank=True, default="", db_default=""
    )  # where nobody of ours is named
    person = models.CharField(_("被举报人或部门"), max_length=80)
    matter = models.TextField(_("举报事项"))
    source = EncryptedText(_("举报人"), blank=True, default="")
    anonymous = models.BooleanField(_("匿名"), default=False)
    findings = models.TextField(_("查核情况"), blank=True)
    outcome = models.TextField(_("处理结果"), blank=True)

    class Meta:
        indexes = [models.Index(fields=["about"], condition=Q(about__isnull=False), name="tipoff_about")]

    def __str__(self) -> str:
        return str(_("举报"))
