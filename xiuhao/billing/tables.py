"""The decision tables of money: the price list of work, what a station earns, how long a quote holds."""

from __future__ import annotations

from xiuhao.billing.sums import KINDS
from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _

PRICES, FEES, TERMS = "billing.price", "billing.station_fee", "billing.terms"
STANDING = {"valid_days": 7, "night_from": 20, "night_until": 8, "detour": 1.3}  # where no row says otherwise
_SERVICE = Column("service", _("服务类型"))
_GRADE = Column("grade", _("级别"))
_DISTANCE = Column("distance", _("里程"), "number", unit=_("公里"))
_ITEM = Column("item", _("项目"), "words")

policy.table(
    PRICES,
    _("服务收费标准"),
    (_SERVICE, _GRADE, Column("category", _("品类")), _DISTANCE),
    (
        _ITEM,
        Column("kind", _("类别"), "choice", dict(KINDS)),
        Column("price", _("单价"), "number", unit="¥"),
        Column("hourly", _("按小时"), "flag", required=False),
        Column("fixed", _("不参与级别折扣"), "flag", required=False),
    ),
    help=_("所有适用的行一并收取；保内免收。配件价格见配件目录。"),
)
policy.table(
    FEES,
    _("服务站结算标准"),
    (_SERVICE, _GRADE, _DISTANCE, Column("night", _("夜间"), "flag")),
    (_ITEM, Column("fee", _("服务费"), "number", unit="¥")),
    help=_("所有适用的行相加，即一单的服务费。里程是服务站到现场的单程：直线距离乘路程系数。"),
)
policy.table(
    TERMS,
    _("报价与结算规则"),
    (),
    (
        Column("valid_days", _("报价有效天数"), "number"),
        Column("night_from", _("夜间起（点）"), "number"),
        Column("night_until", _("夜间止（点）"), "number"),
        Column("detour", _("路程系数"), "number", required=False),
    ),
)
