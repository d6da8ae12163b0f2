"""The decision tables of 三包: which columns they have, and the words of their choices. What stands in them is `policies.yaml`."""

from __future__ import annotations

from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _
from xiuhao.product.catalogue import kinds
from xiuhao.product.models import INDUSTRIES

PERIODS, PARTS, RULES, CHARGES, LIMITS, PROMISES, EXCEPTIONS, PROOFS = (
    "warranty.period", "warranty.part", "warranty.remedy", "warranty.fee", "warranty.limit", "warranty.promise", "warranty.exclusion",
    "warranty.proof",
)  # fmt: skip
SURE: dict[str, str] = {"read": _("已对照原文"), "quoted": _("转引，待核"), "known": _("经验值，待核")}
STARTS: dict[str, str] = {"purchase": _("购买之日"), "delivered": _("交付之日"), "installed": _("安装完成之日")}
GIVES: dict[str, str] = {
    "repair": _("免费修理"), "exchange": _("换货"), "refund": _("退货"), "loaner": _("备用机（车）或补偿"),
    "replace_assembly": _("免费更换总成"), "refund_part": _("退该附件价款"), "paid_repair": _("付费修理"),
    "expenses": _("运输等必要费用"),
}  # fmt: skip
# What a customer asks for first, when several things are owed.
FIRST = ("refund", "exchange", "replace_assembly", "refund_part", "loaner", "repair", "paid_repair", "expenses")
WHEN: dict[str, str] = {
    "from_start": _("起算后若干天内"), "repairs": _("修理次数（满）"), "assemblies": _("同一总成更换次数（满）"),
    "parts": _("同一部件更换次数（满）"), "total_days": _("累计修理天数（超过）"), "one_repair": _("一次修理天数（超过）"),
    "after_repair": _("修后若干天内复发"), "distance": _("远程购物，收货次日起若干天"), "part_restarts": _("换上的部件重新起算"),
    "restarts": _("换货后重新起算"), "no_service": _("没有维修点可修"), "covered": _("在保修期内"), "resale": _("二手转售后若干天内"),
}  # fmt: skip
OF: dict[str, str] = {
    "any": _("任何性能故障"), "assembly": _("主要部件故障"), "grave": _("列明的严重故障"), "safety": _("严重安全性能故障"),
    "own": _("修理者自身原因"), "waiting": _("等待备件"),
}  # fmt: skip
WAYS: dict[str, str] = {"daily": _("按天折旧"), "distance": _("按里程"), "none": _("不收")}
WHATS: dict[str, str] = {
    "answer": _("答复"), "carry_out": _("办结"), "delay": _("视为故意拖延"), "money_back": _("退还货款"), "burden": _("经营者举证期"),
    "regulator_accept": _("监管部门决定是否受理投诉"), "regulator_mediate": _("监管部门终止调解"),
}  # fmt: skip
UNITS: dict[str, str] = {"day": _("天"), "workday": _("个工作日"), "month": _("个月"), "term": _("个三包有效期")}
KINDS: dict[str, str] = {"replacement": _("免费换新"), "extension": _("延长保修")}
TIERS: dict[str, str] = {"basic": _("初级"), "intermediate": _("中级"), "advanced": _("高级"), "vip": "VIP"}
DATES: dict[str, str] = {"purchase": _("证明所示的购买日期"), "made": _("出厂日期")}
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


def _worked(row: PolicyRow) -> str:
    """Its worked example. Imported when asked: the engine that works it out stands on these tables."""
    from xiuhao.product import examples

    return examples.told(row)


def _table(key: str, label: str, values: tuple[Column, ...], text: str, extra: tuple[Column, ...] = ()) -> None:
    policy.table(key, label, (*PRODUCT, *extra, _PLACE), (*values, *_BASIS), module="product", help=text, example=_worked)


_table(
    PERIODS,
    _("保修期限"),
    (
        Column("whole", _("整机"), "number", unit=_("个月")),
        _KM,
        Column("swap", _("退换期"), "number", required=False, unit=_("个月")),
        Column("swap_km", _("退换里程"), "number", required=False, unit=_("公里")),
        Column("start", _("起算"), "choice", STARTS),
        _flag("pauses", _("扣除修理时间")),
        _flag("least", _("最低期限")),
        _flag("shifts", _("末日逢休假顺延")),
    ),
    _("起算之日有效的一行决定保修期；没有合适的行时判为待定。退换期不填时与整机相同。最低期限的行只在比所定的更长时取代它。"),
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
        _flag("shifts", _("末日逢休假顺延")),
    ),
    _("所有适用的行一并有效，同一规则以靠前的为准：省里的规定写在国家规定前面。顺延只对若干天内的规则有意义。"),
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
_table(
    EXCEPTIONS,
    _("免责情形"),
    (Column("exclusion", _("代码")), Column("name", _("名称"), "words")),
    _("所有适用的行一并有效。只有列在这里的情形才免除三包责任；没有凭证不是免责情形，见“凭证与替代证明”。"),
)
_table(
    PROOFS,
    _("凭证与替代证明"),
    (
        Column("proof", _("代码")),
        Column("name", _("名称"), "words"),
        Column("date", _("以何日起算"), "choice", DATES),
        Column("plus", _("之后"), "number", required=False, unit=_("天")),
        Column("gives", _("凭此可主张"), "choices", GIVES, required=False),
    ),
    _("没有发票和三包凭证时，什么可以代替、从哪天起算、凭此可主张什么；可主张的不填时不限。"),
)
