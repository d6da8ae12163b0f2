"""三包 as data: the decision tables of the state's rules, the provinces' and the company's own, and what of them holds for a device.

In each table the rows that fit are read in order; of those with the same key (part, rule, what, kind) the first holds, so that a
province's or a brand's row above the state's takes its place. `sure` says how well a figure was compared with the official text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from xiuhao.kernel import policy
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.time import zone
from xiuhao.kernel.words import _
from xiuhao.product.catalogue import kinds
from xiuhao.product.facts import Facts
from xiuhao.product.models import INDUSTRIES

K = TypeVar("K")
PERIODS, PARTS, RULES, CHARGES, LIMITS, PROMISES = (
    "warranty.period", "warranty.part", "warranty.remedy", "warranty.fee", "warranty.limit", "warranty.promise",
)  # fmt: skip
SURE: dict[str, str] = {"read": _("已对照原文"), "quoted": _("转引，待核"), "known": _("经验值，待核")}
STARTS: dict[str, str] = {"purchase": _("购买之日"), "delivered": _("交付之日"), "installed": _("安装完成之日")}
GIVES: dict[str, str] = {
    "repair": _("免费修理"), "exchange": _("换货"), "refund": _("退货"), "loaner": _("备用机（车）或补偿"),
    "replace_assembly": _("免费更换总成"), "refund_part": _("退该附件价款"), "paid_repair": _("付费修理"),
}  # fmt: skip
WHEN: dict[str, str] = {
    "from_start": _("起算后若干天内"), "repairs": _("修理次数（满）"), "assemblies": _("同一总成更换次数（满）"),
    "parts": _("同一部件更换次数（满）"), "total_days": _("累计修理天数（超过）"), "one_repair": _("一次修理天数（超过）"),
    "after_repair": _("修后若干天内复发"), "distance": _("远程购物，收货次日起若干天"), "part_restarts": _("换上的部件重新起算"),
}  # fmt: skip
OF: dict[str, str] = {
    "any": _("任何性能故障"), "assembly": _("主要部件故障"), "grave": _("列明的严重故障"), "safety": _("严重安全性能故障"),
    "own": _("修理者自身原因"), "waiting": _("等待备件"),
}  # fmt: skip
WAYS: dict[str, str] = {"daily": _("按天折旧"), "distance": _("按里程"), "none": _("不收")}
WHATS: dict[str, str] = {
    "answer": _("答复"), "carry_out": _("办结"), "delay": _("视为故意拖延"), "money_back": _("退还货款"), "burden": _("经营者举证期"),
}  # fmt: skip
UNITS: dict[str, str] = {"day": _("天"), "workday": _("个工作日"), "month": _("个月")}
KINDS: dict[str, str] = {"replacement": _("免费换新"), "extension": _("延长保修")}
TIERS: dict[str, str] = {"basic": _("初级"), "intermediate": _("中级"), "advanced": _("高级"), "vip": "VIP"}
EXCLUSIONS: dict[str, str] = {
    "misuse": _("使用、维护、保管不当"), "opened": _("非指定单位拆动"), "no_proof": _("无发票等有效凭证"),
    "altered": _("凭证与产品不符或涂改"), "force": _("不可抗力"),
}  # fmt: skip
PRODUCT = (
    Column("industry", _("行业"), "choice", dict(INDUSTRIES)),
    Column("category", _("品类"), "choice", kinds),
    Column("model", _("型号")),
    Column("high_end", _("高端"), "flag"),
)
_PLACE = Column("province", _("省份"))
_BASIS = (Column("article", _("条文"), required=False), Column("sure", _("核对"), "choice", SURE, required=False))
_MONTHS = Column("months", _("期限"), "number", required=False, unit=_("个月"))
_KM = Column("km", _("里程"), "number", required=False, unit=_("公里"))
_BOUND = Column("limit", _("界限"), "number", required=False)


def _flag(key: str, label: str) -> Column:
    return Column(key, label, "flag", required=False)


def _table(key: str, label: str, values: tuple[Column, ...], text: str, extra: tuple[Column, ...] = ()) -> None:
    policy.table(key, label, (*PRODUCT, *extra, _PLACE), (*values, *_BASIS), module="product", help=text)


_table(
    PERIODS,
    _("保修期限"),
    (
        Column("whole", _("整机"), "number", unit=_("个月")),
        _KM,
        Column("swap", _("退换期"), "number", required=False, unit=_("个月")),
        Column("swap_km", _("退换里程"), "number", required=False, unit=_("公里")),
        Column("start", _("起算"), "choice", STARTS),
        Column("made_plus", _("无凭证时出厂后"), "number", required=False, unit=_("天")),
        _flag("pauses", _("扣除修理时间")),
    ),
    _("起算之日有效的一行决定保修期；没有合适的行时判为待定。退换期不填时与整机相同。"),
)
_table(
    PARTS,
    _("主要部件与附件"),
    (Column("part", _("代码")), Column("name", _("名称"), "words"), _MONTHS, _KM, _flag("assembly", _("总成"))),
    _("所有适用的行一并有效，同一代码以靠前的为准；期限不填时与整机相同。"),
)
_table(
    RULES,
    _("退换修规则"),
    (
        Column("rule", _("规则代码")),
        Column("when", _("条件"), "choice", WHEN),
        _BOUND,
        _KM,
        Column("of", _("限于"), "choice", OF, required=False),
        Column("gives", _("消费者可选"), "choices", GIVES, required=False),
        _flag("fee", _("退货扣折旧或使用费")),
    ),
    _("所有适用的行一并有效，同一规则以靠前的为准：省里的规定写在国家规定前面。"),
)
_table(
    CHARGES,
    _("折旧与使用费"),
    (Column("way", _("方式"), "choice", WAYS), Column("rate", _("费率"), "number", required=False, unit="%")),
    _("按天：价款 × 费率 × 天数；按里程：价款 × 公里 ÷ 1000 × 费率。"),
)
_table(
    LIMITS,
    _("销售者时限"),
    (Column("what", _("事项"), "choice", WHATS), Column("number", _("数"), "number"), Column("unit", _("单位"), "choice", UNITS)),
    _("自提出要求之日起；举证期自收货之日起。同一事项以靠前的行为准。"),
)
_table(
    PROMISES,
    _("企业承诺"),
    (
        Column("kind", _("承诺"), "choice", KINDS),
        Column("name", _("名称"), "words"),
        _MONTHS,
        _flag("life", _("终身")),
        _flag("registered", _("须完整登记")),
        Column("within", _("购买后登记期限"), "number", required=False, unit=_("天")),
    ),
    _("在法定三包之外，只增不减。期限自起算之日起。"),
    (Column("tier", _("服务级别"), "choice", TIERS),),
)


@dataclass(frozen=True)
class Basis:
    """What a figure stands on. `sure`: a key of SURE; `ours`: a default of ours."""

    article: str = ""
    sure: str = ""
    ours: bool = False
    clauses: tuple[str, ...] = ()
    row: PolicyRow | None = field(default=None, compare=False)

    @property
    def doubt(self) -> str:
        """What a reader must know before relying on the figure; "" if it was compared with the official text."""
        return str(_("企业默认") if self.ours and self.sure in ("", "read") else SURE.get(self.sure, "") if self.sure != "read" else "")


NOTHING = Basis()


@dataclass(frozen=True)
class Period:
    """`whole` and `swap` in months: free repair, and the period in which exchange and refund are owed; kilometres beside them."""

    whole: int
    start: str = "purchase"
    km: int | None = None
    swap: int = 0
    swap_km: int | None = None
    made_plus: int | None = None
    pauses: bool = False
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Part:
    """A main part or accessory with a period of its own; `months` None: as the whole piece."""

    key: str
    zh: str = ""
    en: str = ""
    months: int | None = None
    km: int | None = None
    assembly: bool = False
    basis: Basis = NOTHING

    @property
    def label(self) -> str:
        return said(self.zh, self.en) or self.key


@dataclass(frozen=True)
class Rule:
    """One way to a remedy. `limit` is days or a count, as `when` says; `of` narrows the faults; `gives` what the customer may choose."""

    key: str
    when: str
    limit: int = 0
    km: int | None = None
    of: str = "any"
    gives: tuple[str, ...] = ()
    fee: bool = False
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Charge:
    """What is taken off a refund: `rate` percent of the price a day, or a thousand kilometres. None: the rate is not known."""

    way: str
    rate: Decimal | None = None
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Limit:
    """By when the seller owes something."""

    what: str
    number: int
    unit: str
    basis: Basis = NOTHING


@dataclass(frozen=True)
class Promise:
    """What the company gives beyond the law. `months` from the start, None with `life`."""

    kind: str
    zh: str = ""
    en: str = ""
    months: int | None = None
    life: bool = False
    registered: bool = False
    within: int | None = None
    basis: Basis = NOTHING

    @property
    def label(self) -> str:
        return said(self.zh, self.en)


@dataclass(frozen=True)
class Law:
    """All that holds for one device."""

    period: Period | None = None
    parts: tuple[Part, ...] = ()
    rules: tuple[Rule, ...] = ()
    charge: Charge | None = None
    limits: tuple[Limit, ...] = ()
    promises: tuple[Promise, ...] = ()

    def rule(self, when: str) -> Rule | None:
        """The first rule of that condition."""
        return next((rule for rule in self.rules if rule.when == when), None)


def signed_on(facts: Facts) -> date | None:
    """The day whose rules hold: of the sale, or of the exchange; where it is not known, of installation, delivery, making."""
    return facts.exchanged_on or facts.purchased_on or facts.installed_on or facts.delivered_on or facts.made_on


def coverage(facts: Facts) -> Law:
    """What decides whether a device is in warranty: period, parts, promises; of rules only whether parts start anew."""
    at = _noon(signed_on(facts))
    period = next(iter(_fitting(PERIODS, facts, at)), None)
    found = {key: tuple(_first(table, facts, at, make, name)) for key, table, make, name in _COVERING}
    return Law(_made(period, _period) if period else None, **found)  # type: ignore[arg-type]


def whole(facts: Facts, on: date) -> Law:
    """Everything that holds for a device: what was law at the sale, and for the seller's time limits what is law on the day."""
    at, law = _noon(signed_on(facts)), coverage(facts)
    charge = next(iter(_fitting(CHARGES, facts, at)), None)
    return Law(
        law.period, law.parts, law.rules, _charge(charge) if charge else None, tuple(_first(LIMITS, facts, _noon(on), _owed, "what")),
        law.promises,
    )  # fmt: skip


def _noon(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone()) if day else None


def _fitting(table: str, facts: Facts, at: datetime | None) -> tuple[PolicyRow, ...]:
    matched = {
        "industry": facts.industry, "category": facts.category, "model": facts.model, "high_end": facts.high_end,
        "province": facts.province or None, "tier": facts.tier or None,
    }  # fmt: skip
    return policy.fitting(table, matched, at)


def _first(table: str, facts: Facts, at: datetime | None, make: Callable[[PolicyRow], K], name: str) -> Iterable[K]:
    """Of rows with the same key the first."""
    found: dict[str, PolicyRow] = {}
    for row in _fitting(table, facts, at):
        found.setdefault(str(row.value[name]), row)
    return [_made(row, make) for row in found.values()]


def _made(row: PolicyRow, make: Callable[[PolicyRow], K]) -> K:
    """What the row says, in our words: kept at the row, which lives as long as its edition."""
    kept: dict[Any, K] = row.__dict__.setdefault("_made", {})
    if make not in kept:
        kept[make] = make(row)
    return kept[make]


def _basis(row: PolicyRow) -> Basis:
    return Basis(row.value.get("article") or row.note, row.value.get("sure", ""), row.ours, tuple(row.clauses), row)


def _whole_number(value: Any) -> int | None:
    return int(Decimal(str(value))) if value not in (None, "") else None


def _period(row: PolicyRow) -> Period:
    v = row.value
    return Period(
        int(v["whole"]), v.get("start", "purchase"), _whole_number(v.get("km")), int(v.get("swap") or v["whole"]),
        _whole_number(v.get("swap_km") or v.get("km")), _whole_number(v.get("made_plus")), bool(v.get("pauses")), _basis(row),
    )  # fmt: skip


def _part(row: PolicyRow) -> Part:
    v, name = row.value, row.value["name"]
    months, km = _whole_number(v.get("months")), _whole_number(v.get("km"))
    return Part(v["part"], name["zh"], name.get("en", ""), months, km, bool(v.get("assembly")), _basis(row))


def _rule(row: PolicyRow) -> Rule:
    v = row.value
    limit, km = _whole_number(v.get("limit")) or 0, _whole_number(v.get("km"))
    return Rule(v["rule"], v["when"], limit, km, v.get("of", "any"), tuple(v.get("gives", ())), bool(v.get("fee")), _basis(row))


def _charge(row: PolicyRow) -> Charge:
    rate = row.value.get("rate")
    return Charge(row.value["way"], Decimal(str(rate)) if rate not in (None, "") else None, _basis(row))


def _owed(row: PolicyRow) -> Limit:
    return Limit(row.value["what"], int(row.value["number"]), row.value["unit"], _basis(row))


def _promise(row: PolicyRow) -> Promise:
    v, name = row.value, row.value["name"]
    life, within = bool(v.get("life")), _whole_number(v.get("within"))
    months = None if life else _whole_number(v.get("months"))
    return Promise(v["kind"], name["zh"], name.get("en", ""), months, life, bool(v.get("registered")), within, _basis(row))


_COVERING: tuple[tuple[str, str, Callable[[PolicyRow], Any], str], ...] = (
    ("parts", PARTS, _part, "part"), ("rules", RULES, _rule, "rule"), ("promises", PROMISES, _promise, "kind"),
)  # fmt: skip
