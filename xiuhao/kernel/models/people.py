"""The organisation as access sees it: units, accounts, grants of roles at units, absences with deputies, tokens, invitations."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from xiuhao.kernel import roles
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _


class Unit(models.Model):
    """A node of the organisation. `path` is "1.4.9." (own id last): a prefix of it reaches the whole branch."""

    KINDS = (
        ("head", _("总部")),
        ("province", _("省公司")),
        ("station", _("服务站")),
        ("dealer", _("经销商")),
        ("department", _("部门")),
        ("team", _("班组")),
    )
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=KINDS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, unique=True)
    zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai")
    region = models.CharField(_("地区"), max_length=40, blank=True)
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        indexes = [models.Index(fields=["path"], name="unit_path", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """How Django's own tools make an account."""

    def create_user(self, login: str, password: str | None = None, **fields: object) -> Account:
        account = Account(login=login, **fields)
        account.set_password(password)
        account.save()
        return account


class Account(AbstractBaseUser):
    """Who can log in: a member of staff, or another system (`kind` api). Posts and skills are the party module's."""

    login = models.CharField(_("登录名"), max_length=60, unique=True)
    email = models.EmailField(_("邮箱"), blank=True)
    name = models.CharField(_("姓名"), max_length=60)
    kind = models.CharField(max_length=8, default="staff", choices=(("staff", _("员工")), ("api", _("接口"))))
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("所属单位"), related_name="accounts")
    language = models.CharField(_("界面语言"), max_length=10, default="zh-hans", choices=(("zh-hans", "中文"), ("en", "English")))
    is_active = models.BooleanField(_("在用"), default=True)
    preferences = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    is_staff = is_superuser = False
    objects = AccountManager()

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Grant(models.Model):
    """A role held at a unit: a post. It reaches everything below the unit, from `since` until `until`."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.CharField(_("角色"), max_length=20, choices=tuple(roles.GRANTED.items()))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "role", "unit"], name="grant_once")]

    @classmethod
    def in_force(cls) -> models.QuerySet[Grant]:
        """The posts that people who may log in hold now."""
        at = now()
        begun, lasting = Q(since=None) | Q(since__lte=at), Q(until=None) | Q(until__gt=at)
        return cls.objects.filter(begun, lasting, account__is_active=True, account__kind="staff")


class Absence(models.Model):
    """While somebody is away their deputy answers what is asked of them; never a request of the deputy's own."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(Account, models.CASCADE, related_name="deputises")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="absence_forward"),
            models.CheckConstraint(condition=~models.Q(account=models.F("deputy")), name="absence_other"),
        ]


class Token(models.Model):
    """An API token: only its hash is kept. `verbs` limits it to named verbs ("ticket.receive"); empty is all of its account's."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    label = models.CharField(_("用途"), max_length=80)
    digest = models.BinaryField(max_length=32, unique=True)
    verbs = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Invitation(models.Model):
    """A way to set the first password, once, before it expires. Only the hash of its token is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
