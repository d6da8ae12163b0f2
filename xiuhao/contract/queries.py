"""What others ask of contract: which tier holds for whom, what it includes, how it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from xiuhao.contract.models import RANK, Entitlement, Tier
from xiuhao.kernel import policy, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.rows import many, prepared
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.product.models import Category, Device
from xiuhao.product.queries import OUTCOMES, PRODUCT

SELLERS = frozenset({roles.LEAD, roles.MANAGER})
MERGERS = frozenset({roles.LEAD, roles.MANAGER})  # who may say that two customers are one
TIERS, GRADING, BENEFITS, SHARES, TARGETS = (
    "contract.tiers", "contract.tier", "contract.benefits", "contract.price_share", "contract.target",
)  # fmt: skip
_TIER = Column("tier", _("服务级别"), "choice", dict(Tier.choices))
_NAME = Column("name", _("名称"), "words")
policy.table(TIERS, _("服务级别目录"), (_TIER,), (_NAME,))
policy.table(
    GRADING,
    _("自动定级"),
    (*PRODUCT, Column("price", _("价格"), "number", unit="¥")),
    (_TIER,),
    help=_("登记购买时按产品类型和价格决定服务级别。"),
)
policy.table(
    BENEFITS,
    _("级别权益"),
    (_TIER, *PRODUCT),
    (
        _NAME,
        Column("hours", _("时限"), "number", required=False, unit=_("小时")),
        Column("calendar", _("服务时间"), "calendar", required=False),
        Column("priority", _("优先"), "flag", required=False),
    ),
    help=_("所有适用的行一并有效。"),
)
policy.table(
    SHARES,
    _("维修价格比例"),
    (_TIER, *PRODUCT, Column("verdict", _("保修判定"), "choice", OUTCOMES)),
    (Column("share", _("按原价"), "number", unit="%"),),
)
policy.table(
    TARGETS,
    _("级别指标"),
    (_TIER, Column("metric", _("指标"), "choice", {"repair_success": _("维修成功率"), "satisfaction": _("客户满意度")})),
    (Column("least", _("不低于"), "number", unit="%"),),
)
Asked = tuple[int | None, Device | None] | tuple[int | None, Device | None, Category | None]


@dataclass(frozen=True)
class Standing:
    """The tier that holds, and why: the entitlement it stands on, or the row of `contract.tier` that decided just now."""

    tier: str
    row: PolicyRow | None = None
    entitlement: Entitlement | None = None

    @property
    def label(self) -> str:
        return tier_label(self.tier)


def offered(at: datetime | None = None) -> dict[str, str]:
    """The tiers of the catalogue in force, lowest first, with their names (SL-1.1)."""
    rows = {str(row.match.get("tier")): row for row in policy.rows(TIERS, at)}
    return {tier: named(rows[tier]) for tier in RANK if tier in rows}


def tier_label(tier: str) -> str:
    """The name of a tier, as the catalogue calls it."""
    return offered().get(tier) or str(dict(Tier.choices).get(tier, tier))


def product_facts(device: Device | None, category: Category | None = None) -> dict[str, Any]:
    """What `contract.tier` matches on. The price paid counts before the list price; what is not known is not there."""
    model = device.model if device else None
    kind = (model.category if model else device.category) if device else category
    price = (device.price if device and device.price is not None else model.price if model else None) if device else None
    return {
        "industry": kind.industry if kind else None, "category": kind.key if kind else None, "model": model.code if model else None,
        "high_end": model.high_end if model else None, "price": price,
    }  # fmt: skip


def grade(facts: Mapping[str, Any], at: datetime | None = None) -> Standing:
    """The tier by product type and price (SL-3.1); the lowest where no row fits."""
    row = policy.decide(GRADING, facts, at)
    return Standing(row.value["tier"] if row else Tier.BASIC, row)


def tier_of(customer: int | None, device: Device | None = None, category: Category | None = None, on: date | None = None) -> Standing:
    """The tier of one request; see `tiers_of`."""
    return tiers_of([(customer, device, category)], on)[0]


def tiers_of(asked: Sequence[Asked], on: date | None = None) -> list[Standing]:
    """The tier of each (customer id, device[, category]), in order: the highest of what the device and its customer are entitled
    to on that day; without any, what type and price give now. Devices with model and category read. One statement, two if they hold any.
    """
    day = on or local(now()).date()
    names = offered()
    held = _held({one[0] for one in asked if one[0]}, {one[1].pk for one in asked if one[1]}, day)
    found = []
    for one in asked:
        facts = product_facts(one[1], one[2] if len(one) > 2 else None)
        mine = [e for e in held if e.tier in names and _covers(e, one[0], one[1], facts["industry"])]
        best = max(mine, key=lambda e: RANK[e.tier], default=None)
        standing = Standing(best.tier, best.policy, best) if best else grade(facts)
        found.append(standing if standing.tier in names else Standing(Tier.BASIC))
    return found


def _held(customers: set[int], devices: set[int], day: date) -> list[Entitlement]:
    if not customers and not devices:
        return []
    ids = [pk for (pk,) in prepared(_HELD, [day, day, many(customers), many(devices)])]
    rows = Entitlement.objects.unscoped("what a request is entitled to, by ids already found")
    return list(rows.filter(pk__in=ids).select_related("policy")) if ids else []


_HELD = """
SELECT id FROM contract_entitlement WHERE since <= %s::date AND (until IS NULL OR until >= %s::date)
  AND (customer_id = ANY(%s::bigint[]) OR device_id = ANY(%s::bigint[]))
"""


def _covers(held: Entitlement, customer: int | None, device: Device | None, industry: str | None) -> bool:
    """A sold tier of a device ends for a customer who is not (or no longer) the device's."""
    if held.device_id is not None:
        return device is not None and held.device_id == device.pk and held.customer_id in (None, device.customer_id)
    return held.customer_id == customer and (not held.industry or held.industry == industry)


@dataclass(frozen=True)
class Benefit:
    """Something that a tier includes; `priority` lets it go before others."""

    name: str
    row: PolicyRow
    priority: bool = False
    hours: int | None = None


def benefits(tier: str, facts: Mapping[str, Any] | None = None) -> list[Benefit]:
    """What a tier includes for such a product (facts as `product_facts`): every row of `contract.benefits` that fits."""
    matched = {**(facts or {}), "tier": tier}
    rows = [row for row in policy.rows(BENEFITS) if policy.fits(row.match, matched)]
    return [Benefit(named(row), row, bool(row.value.get("priority")), row.value.get("hours")) for row in rows]


def named(row: PolicyRow) -> str:
    """The name that a row gives, in the language of the moment."""
    return said(row.value["name"]["zh"], row.value["name"].get("en", ""))


def price_share(tier: str, verdict: str, facts: Mapping[str, Any]) -> tuple[Decimal, PolicyRow] | None:
    """What part of the list price the customer pays for a repair (0 to 1), and the row that says so; None: the whole, unreduced."""
    row = policy.decide(SHARES, {**facts, "tier": tier, "verdict": verdict})
    return (Decimal(str(row.value["share"])) / 100, row) if row else None


def target(tier: str, metric: str) -> Decimal | None:
    """The least percentage that a tier has to reach in a metric (repair_success, satisfaction); None if none is set."""
    row = policy.decide(TARGETS, {"tier": tier, "metric": metric})
    return Decimal(str(row.value["least"])) if row else None


def entitlements(actor: Actor, customers: Iterable[int] = (), devices: Iterable[int] = ()) -> QuerySet[Entitlement]:
    """The visible entitlements of these customers and devices, latest first."""
    rows = Entitlement.objects.visible_to(actor).filter(Q(customer_id__in=set(customers)) | Q(device_id__in=set(devices)))
    return rows.select_related("device__model__category", "device__category", "policy").order_by("-pk")
