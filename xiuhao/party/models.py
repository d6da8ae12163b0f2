"""Staff with what they can do; customers with their phones, addresses, mail, purchase cards and consents; what was changed by whom.

The organisation itself (units, accounts, posts) is the kernel's: access stands on it. Personal data are sealed; beside them
stand blind hashes to look an exact value up. `visible_to(actor)` opens customers and all that hangs on them (`kernel.clientele`).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from xiuhao.kernel.access import EVERYTHING, NOTHING, Actor, Scoped, below
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.clientele import reach
from xiuhao.kernel.crypto import EncryptedText
from xiuhao.kernel.masking import mask_name
from xiuhao.kernel.models import Account, Unit
from xiuhao.kernel.words import _, pgettext_lazy

# ISO 639-3: the field's regulation (CS1-1.1) wants Mandarin and the local dialect.
LANGUAGES = (
    ("cmn", _("普通话")),
    ("yue", _("粤语")),
    ("wuu", _("吴语")),
    ("nan", _("闽南语")),
    ("hak", _("客家话")),
    ("hsn", _("湘语")),
    ("gan", _("赣语")),
    ("cjy", _("晋语")),
    ("bod", _("藏语")),
    ("uig", _("维吾尔语")),
    ("mon", _("蒙古语")),
    ("eng", _("英语")),
)
LEVELS = ((1, _("初级")), (2, _("中级")), (3, _("高级")))


class Skill(models.Model):
    """Something that routing asks for: a product group, a kind of work."""

    key = models.SlugField(max_length=40, unique=True)
    zh = models.CharField(_("中文名称"), max_length=40)
    en = models.CharField(_("英文名称"), max_length=60)

    def __str__(self) -> str:
        return said(self.zh, self.en)


class Staff(models.Model):
    """What routing knows of a member of staff beyond the account. `max_load` is how many open cases one is given at once."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="staff")
    post = models.CharField(_("职务"), max_length=60, blank=True)
    phone = EncryptedText(_("手机"), blank=True, default="")
    languages = ArrayField(models.CharField(max_length=3, choices=LANGUAGES), verbose_name=_("语言"), default=list, blank=True)
    on_duty = models.BooleanField(_("在岗"), default=True)
    max_load = models.PositiveSmallIntegerField(_("最多在办"), default=20)

    objects = Scoped["Staff"]()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(max_load__lte=1000), name="staff_max_load")]

    def __str__(self) -> str:
        return self.account.name

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Staff see colleagues of the units where they hold a post, and themselves; customers see nobody."""
        if actor.kind != "staff":
            return NOTHING
        return below((path for _role, path in actor.grants), "account__unit__path") | Q(account_id=actor.id)


class StaffSkill(models.Model):
    """How well somebody masters a skill: 1 beginner, 2 experienced, 3 senior."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="holders")
    level = models.PositiveSmallIntegerField(_("等级"), choices=LEVELS, default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "skill"], name="staff_skill_once")]


class Customer(models.Model):
    """Somebody whom the company serves. `region` is a province's short name; `unit` is the home unit, if one is known."""

    KINDS = (("person", _("个人")), ("household", _("家庭")), ("company", pgettext_lazy("a customer", "单位")))
    kind = models.CharField(_("类别"), max_length=10, choices=KINDS, default="person")
    name = EncryptedText(_("姓名"), blank=True, default="")
    name_blind = models.BinaryField(max_length=16, null=True)
    aliases = EncryptedText(_("又名"), blank=True, default="")  # other names told with the same number, one a line
    language = models.CharField(_("语言"), max_length=3, choices=LANGUAGES, default="cmn")
    region = models.CharField(_("地区"), max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("归属单位"), related_name="+", db_index=False)
    notes = EncryptedText(_("备注"), blank=True, default="")
    created_at = models.DateTimeField()
    # Somebody entered twice: everything of this row is now found at that one. It points at the end, never at another that points on.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", db_index=False)
    # What `queries` has read beside the row.
    numbers: list[Phone]
    places: list[Address]
    mails: list[Email]

    fresh = False  # registered in this very transaction (`party.actions.register_many`)

    objects = Scoped["Customer"]()

    class Meta:
        indexes = [
            models.Index(fields=["name_blind"], condition=Q(name_blind__isnull=False), name="customer_name"),
            models.Index(fields=["unit", "-id"], name="customer_unit"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="customer_merged"),
        ]
        constraints = [models.CheckConstraint(condition=Q(merged_into=None) | ~Q(merged_into=models.F("id")), name="customer_merged_other")]

    def __str__(self) -> str:
        return mask_name(self.name) or f"#{self.pk}"

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "pk")


class Merge(models.Model):
    """`away` was entered twice and is now found at `into`. `moved` are the ids of what went with it, so that it can be undone."""

    into = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    away = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    objects = Scoped["Merge"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["away"], condition=Q(undone_at=None), name="merge_once")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "into_id", "into__unit__path")


class Phone(models.Model):
    """A number of a customer in E.164. `identity` equals `blind` at the one customer whom this number identifies and is null at
    others who share it, so that two calls at once cannot make two customers of one number. `last4` finds by the last four digits.
    """

    KINDS = (("mobile", _("手机")), ("landline", _("座机")), ("work", pgettext_lazy("a phone", "单位")))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    number = EncryptedText(_("号码"))
    blind = models.BinaryField(max_length=16)
    identity = models.BinaryField(max_length=16, null=True, unique=True)
    last4 = models.BinaryField(max_length=16)
    kind = models.CharField(_("类别"), max_length=10, choices=KINDS, default="mobile")
    verified_at = models.DateTimeField(null=True)
    is_primary = models.BooleanField(default=False)

    objects = Scoped["Phone"]()

    class Meta:
        indexes = [models.Index(fields=["last4"], name="phone_last4")]
        constraints = [
            models.UniqueConstraint(fields=["blind", "customer"], name="phone_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_primary=True), name="phone_one_primary"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "customer_id", "customer__unit__path")


class Contact(models.Model):
    """Somebody at a company or in a household whom one speaks to: name, what they do there, and one of the customer's numbers."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = EncryptedText(_("联系人"))
    post = models.CharField(_("职务或关系"), max_length=40, blank=True)
    phone = models.ForeignKey(
        "party.Phone", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("电话"), db_index=False
    )

    objects = Scoped["Contact"]()

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "customer_id", "customer__unit__path")


class Address(models.Model):
    """A place of a customer: what statistics and routing need in the open, street and door sealed. `blind` stops repeats."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    province = models.CharField(_("省"), max_length=20, blank=True)
    city = models.CharField(_("市"), max_length=30, blank=True)
    district = models.CharField(_("区县"), max_length=30, blank=True)
    detail = EncryptedText(_("详细地址"), blank=True, default="")
    blind = models.BinaryField(max_length=16)
    is_primary = models.BooleanField(default=False)

    objects = Scoped["Address"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "blind"], name="address_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_primary=True), name="address_one_primary"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "customer_id", "customer__unit__path")


class Email(models.Model):
    """A mail address of a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="emails")
    address = EncryptedText(_("邮箱"))
    blind = models.BinaryField(max_length=16)
    verified_at = models.DateTimeField(null=True)
    is_primary = models.BooleanField(default=False)

    objects = Scoped["Email"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blind", "customer"], name="email_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_primary=True), name="email_one_primary"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "customer_id", "customer__unit__path")


class PurchaseCard(models.Model):
    """The card of one purchase, as the dealer registered it with its customer. `serial` names the piece: the device itself is the
    product module's. The ID number stands there only with a stated need (PIPL art. 28, 29). `card_blind` finds an equal card.
    """

    NEEDS = (("law", _("法律法规要求")), ("subsidy", _("补贴或以旧换新申领")), ("customs", _("报关或出口")))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cards")
    serial = models.CharField(_("序列号"), max_length=40, unique=True)
    card_no = EncryptedText(_("购货卡号"), blank=True, default="")
    card_blind = models.BinaryField(max_length=16, null=True)
    id_no = EncryptedText(_("证件号"), blank=True, default="")
    id_need = models.CharField(_("收集证件号的理由"), max_length=10, choices=NEEDS, blank=True)
    complete = models.BooleanField(_("登记完整"), default=False)
    registered_at = models.DateTimeField()

    objects = Scoped["PurchaseCard"]()

    class Meta:
        indexes = [models.Index(fields=["card_blind"], name="card_number")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "customer_id", "customer__unit__path")


PURPOSES = (("service", _("售后服务")), ("revisit", _("服务回访")), ("marketing", _("新品与政策推广")))
WAYS = (
    ("dealer", _("购买登记时")),
    ("phone", _("电话")),
    ("store", _("当面")),
    ("web", _("网上报修")),
    ("portal", _("自助网站")),
)


class Consent(models.Model):
    """A line of the ledger: somebody agreed to a purpose, or took it back. The latest line of a purpose holds. `notice` is the policy
    row of the privacy notice that was shown. Nothing personal stands here: it outlives an erasure.
    """

    append_only = True

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(_("用途"), max_length=10, choices=PURPOSES)
    given = models.BooleanField(_("同意"))
    at = models.DateTimeField()
    way = models.CharField(_("方式"), max_length=8, choices=WAYS)
    notice = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)

    objects = Scoped["Consent"]()

    class Meta:
        indexes = [models.Index(fields=["customer", "purpose", "-id"], name="consent_latest")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        return reach(actor, "customer_id", "customer__unit__path")


class Change(models.Model):
    """Who changed what of the organisation or of a customer, and why. `data` holds ids and keys, never personal data."""

    append_only = True

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    verb = models.CharField(max_length=30)
    subject = models.CharField(max_length=60)  # "kernel.unit:4", "party.customer:17"
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=200, blank=True)

    objects = Scoped["Change"]()

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="change_subject")]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Staff read the history of what they see: pages reach it only through its subject."""
        return EVERYTHING if actor.kind == "staff" else NOTHING
