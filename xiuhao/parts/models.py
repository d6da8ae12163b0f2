"""The catalogue of parts, the places where they lie, and the ledger of every move, in double entry."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import NOTHING, Actor, Scoped, above, below
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import Case, Record, Unit
from xiuhao.kernel.words import _
from xiuhao.product.models import Category, Model

STORES = (
    ("warehouse", _("仓库")), ("station", _("网点库")), ("van", _("随车库")), ("good", _("待检良品")), ("faulty", _("旧件隔离")),
    ("transit", _("在途")),
)  # fmt: skip
OUTSIDE = (("supplier", _("供应商")), ("customer", _("客户处")), ("variance", _("盘盈盘亏")))
OUT = tuple(key for key, _label in OUTSIDE)
KINDS = (
    ("receive", _("到货入库")), ("reserve", _("占用")), ("release", _("释放占用")), ("issue", _("发料")), ("arrive", _("签收")),
    ("use", _("用料")), ("back", _("旧件回收")), ("return", _("退料")), ("count", _("盘点")), ("settle", _("差异处理")),
)  # fmt: skip
PURPOSES = (("job", _("作业领料")), ("transfer", _("调拨")))
SEES = r.READERS | {r.WAREHOUSE, r.ENGINEER}
Quantity = partial(models.DecimalField, max_digits=12, decimal_places=3)
Money = partial(models.DecimalField, max_digits=14, decimal_places=2)


class Part(models.Model):
    """A spare part. `places` are the decimals in which it is measured (0: pieces); a tracked one has serials, one by one.
    `months` is how long one that was built in is guaranteed itself; `fits` are models, `category` all of a kind. `main` is the key of the
    main part (`warranty.part`) that it is of a device, "" for any other."""

    code = models.CharField(_("编码"), max_length=40, unique=True)
    zh = models.CharField(_("中文名称"), max_length=80)
    en = models.CharField(_("英文名称"), max_length=80, blank=True)
    unit = models.CharField(_("计量单位"), max_length=10, default="个")
    places = models.PositiveSmallIntegerField(_("小数位"), default=0)
    tracked = models.BooleanField(_("按序列号管理"), default=False)
    months = models.PositiveSmallIntegerField(_("换件保修（月）"), default=3)
    main = models.CharField(_("主要部件"), max_length=40, blank=True, default="", db_default="")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("适用品类"))
    fits = models.ManyToManyField(Model, blank=True, related_name="+", verbose_name=_("适用型号"))
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(places__lte=3), name="part_places"),
            models.CheckConstraint(condition=Q(tracked=False) | Q(places=0), name="part_tracked_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def name(self) -> str:
        """In the language of the moment."""
        return said(self.zh, self.en)


class Price(models.Model):
    """What a part costs from a day on: to a customer, and us (`cost`). Later prices follow, none is rewritten."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="prices")
    since = models.DateField(_("生效日期"))
    price = Money(verbose_name=_("售价"))
    cost = Money(verbose_name=_("进价"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "since"], name="price_once_a_day"),
            models.CheckConstraint(condition=Q(price__gte=0) & (Q(cost__isnull=True) | Q(cost__gte=0)), name="price_positive"),
        ]


class Place(models.Model):
    """Where parts lie: of a unit, a van of its engineer; those without a unit (on the way, and outside) are there once."""

    kind = models.CharField(_("类别"), max_length=10, choices=(*STORES, *OUTSIDE))
    name = models.CharField(_("名称"), max_length=80)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("所属单位"))
    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("工程师"))
    active = models.BooleanField(_("启用"), default=True)

    objects = Scoped["Place"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(unit=None), name="place_once"),
            models.CheckConstraint(condition=Q(kind="van", account__isnull=False) | (~Q(kind="van") & Q(account=None)), name="place_van"),
        ]

    def __str__(self) -> str:
        return self.name if self.unit_id else str(self.get_kind_display())

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Staff: what lies in their branch, the warehouses above them that supply it, and their own van."""
        if actor.kind != "staff" or not actor.holds(*SEES):
            return NOTHING
        mine = below([at for role, at in actor.grants if role in SEES], "unit__path")
        return mine | Q(kind="warehouse", unit__path__in=above(actor.unit_path)) | Q(account_id=actor.id)


class Balance(models.Model):
    """How much of a part lies at a place, and how much of that is held for jobs: the sums of the ledger, written by the database
    alone (`parts_post`). Only a van may owe (`owes`): what was used without a network was used."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("位置"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name=_("备件"))
    quantity = Quantity(verbose_name=_("现存"), default=0)
    held = Quantity(verbose_name=_("占用"), default=0)
    owes = models.BooleanField(default=False)

    objects = Scoped["Balance"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "part"], name="balance_once"),
            models.CheckConstraint(condition=Q(held__gte=0), name="balance_held"),
            models.CheckConstraint(condition=Q(owes=True) | Q(quantity__gte=F("held")), name="balance_there"),
        ]
        indexes = [models.Index(fields=["place"], condition=Q(quantity__lt=0), name="balance_below")]

    @property
    def free(self) -> Decimal:
        """What nobody holds."""
        return self.quantity - self.held

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the place."""
        return Q(place__in=Place.objects.visible_to(actor))


class Piece(models.Model):
    """One numbered piece of a tracked part; `place` is where the ledger says that it is."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    serial = models.CharField(_("序列号"), max_length=40)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")

    objects = Scoped["Piece"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "serial"], name="piece_once")]

    def __str__(self) -> str:
        return self.serial

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the place where it is."""
        return Q(place__in=Place.objects.visible_to(actor))


class Movement(models.Model):
    """One act on stock: who, when, for which case, by which paper. `forced`: it had happened, whatever the
    books say (used without a network, found in a count)."""

    append_only = True

    kind = models.CharField(_("类别"), max_length=10, choices=KINDS)
    key = models.UUIDField(unique=True, null=True)
    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("经办人"), max_length=60, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("因何单"))
    paper = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("单据"))
    forced = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case"], name="movement_case"), models.Index(fields=["paper"], name="movement_paper")]


class Entry(models.Model):
    """One line of the ledger: `quantity` of a part into (+) or out of (-) a place, and `held` more or less of it for the movement's
    case. The quantities of a movement add up to nothing for each part."""

    append_only = True

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("位置"), db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name=_("备件"), db_index=False)
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="+")
    quantity = Quantity(verbose_name=_("数量"), default=0)
    held = Quantity(verbose_name=_("占用"), default=0)

    objects = Scoped["Entry"]()

    class Meta:
        indexes = [
            models.Index(fields=["movement"], name="entry_movement"),
            models.Index(fields=["part", "place", "-id"], name="entry_part"),
            models.Index(fields=["place", "-id"], name="entry_place"),
        ]

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """Who sees the place."""
        return Q(place__in=Place.objects.visible_to(actor))


class Level(models.Model):
    """When so little of a part is left at a place (`least`), so much is to be there again (`target`)."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="levels")
    part = models.ForeignKey(Part, models.CASCADE, related_name="levels")
    least = Quantity(verbose_name=_("补货点"))
    target = Quantity(verbose_name=_("补到"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "part"], name="level_once"),
            models.CheckConstraint(condition=Q(least__gte=0, target__gt=F("least")), name="level_order"),
        ]


class Need(models.Model):
    """What a job will take of a part, as it was estimated."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    quantity = Quantity()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "part"], name="need_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="need_some"),
        ]


class Supply(Record):
    """A request for parts, from one place to another: of a job, or between stores. `lines` that were asked, `filled` of them at once."""

    purpose = models.CharField(_("用途"), max_length=10, choices=PURPOSES)
    source = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("发料库"))
    destination = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("收料库"))
    work = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("作业单"))
    asked = models.PositiveSmallIntegerField(_("申请项数"), default=0)
    filled = models.PositiveSmallIntegerField(_("当场满足项数"), default=0)
    issued_by = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.source} → {self.destination}"


class SupplyLine(models.Model):
    """One part of a request: how much was wanted, is held, was sent and accepted; its price as it was handed out."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    wanted = Quantity()
    held = Quantity(default=0)
    sent = Quantity(default=0)
    accepted = Quantity(default=0)
    price = Money(null=True)
    serials = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "part"], name="supply_part_once")]


class Purchase(Record):
    """Parts that are to be bought for a place. `content` is what an approval covers."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("入库位置"))
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    content = models.TextField(_("采购明细"), blank=True)
    amount = Money(verbose_name=_("预计金额"), default=0)
    supplier = models.CharField(_("供应商"), max_length=80, blank=True)
    ordered_at = models.DateTimeField(_("下单时间"), null=True)
    expected_at = models.DateTimeField(_("预计到货"), null=True)

    def __str__(self) -> str:
        return f"{self.place} {self.content}"[:80]


class PurchaseLine(models.Model):
    """One part that is bought."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    quantity = Quantity()
    received = Quantity(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "part"], name="purchase_part_once")]


class Count(Record):
    """A count of a place. `differences` is what an approval covers, `amount` their value by the price list."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("盘点位置"))
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    differences = models.TextField(_("差异"), blank=True)
    amount = Money(verbose_name=_("差异金额"), default=0)

    def __str__(self) -> str:
        return str(self.place)


class CountLine(models.Model):
    """What was found of a part, beside what the books said in that moment."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    book = Quantity()
    found = Quantity()
    serials = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "part"], name="count_part_once")]
