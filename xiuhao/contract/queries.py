"""What others ask of contract: which tier holds for whom, what it includes, how it was decided."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from xiuhao.contract.models import RANK, BenefitUse, Entitlement, Tier
from xiuhao.kernel import calendars, policy, roles, rulebook
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.models import Account, PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import many, prepared
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.party.queries import roster
from xiuhao.product.models import INDUSTRIES, Category, Device
from xiuhao.product.queries import OUTCOMES, PRODUCT, devices_of, tiers_by

NOTICE = timedelta(days=30)
RESPONSE = "clock.ticket.service_response"
GRANTERS = frozenset({roles.AGENT, roles.LEAD, roles.DISPATCHER, roles.MANAGER})  # who lets a customer use a counted benefit
SELLERS = frozenset({roles.LEAD, roles.MANAGER})
CARERS = frozenset({roles.AGENT, roles.EXPERT})
MERGERS = frozenset({roles.LEAD, roles.MANAGER})  # who may say that two customers are one
TIERS, GRADING, BENEFITS, SHARES, TARGETS = (
    "contract.tiers", "contract.tier", "contract.benefits", "contract.price_share", "contract.target",
)  # fmt: skip
WAYS_IN: dict[str, str] = {
    "phone": _("电话"), "web": _("网页"), "chat": _("在线"), "store": _("门店"), "dealer": _("经销商"), "manager": _("专属客户经理"),
}  # fmt: skip
_TIER = Column("tier", _("服务级别"), "choice", dict(Tier.choices))
_NAME = Column("name", _("名称"), "words")
STANDARDS = rulebook.bind("SL-2.0", "contract", _("服务级别的定义须写齐范围、时效、质量、满意度"))
FACTORS = ("scope", "response_time", "repair_quality", "satisfaction")


def _weighed(value: Mapping[str, Any]) -> None:
    """A tier's definition weighs all four factors (SL-2.0)."""
    lacking = [str(column.label) for column in _STANDARD if not value.get(column.key)]
    if lacking and STANDARDS.active:
        raise Refused("tier_not_weighed", {"labels": lacking}, status=422, clauses=("SL-2.0",))


_STANDARD = (
    Column("scope", _("服务范围"), "words", required=False),
    Column("response_time", _("服务时效"), "words", required=False),
    Column("repair_quality", _("维修成功率不低于"), "number", required=False, unit="%"),
    Column("satisfaction", _("满意度不低于"), "number", required=False, unit="%"),
)
policy.table(
    TIERS,
    _("服务级别目录"),
    (_TIER,),
    (_NAME, *_STANDARD, Column("channels", _("服务渠道"), "choices", WAYS_IN, required=False)),
    _weighed,
    holds=(STANDARDS,),
    help=_("定级须权衡服务范围、时效、维修质量和满意度，四项缺一不可。"),
)
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
        Column("manager", _("由专属客户经理接待"), "flag", required=False),
        Column("life", _("级别到期后仍有效"), "flag", required=False),
        Column("covered", _("限保修期内"), "flag", required=False),
        Column("quota", _("次数"), "number", required=False),
        Column("per", _("每几个月"), "number", required=False, unit=_("个月")),
        Column("say", _("告知用语"), "words", required=False),
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
    former: tuple[str, ...] = ()  # tiers held before, of which something may last for life

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
    to on that day; without any, what type and price give now. Tiers that have ended are told as `former`. Devices with model and
    category read. One statement, two if they hold any.
    """
    day = on or local(now()).date()
    names = offered()
    held = _held({one[0] for one in asked if one[0]}, {one[1].pk for one in asked if one[1]}, day)
    found = []
    for one in asked:
        facts = product_facts(one[1], one[2] if len(one) > 2 else None)
        mine = [e for e in held if e.tier in names and _covers(e, one[0], one[1], facts["industry"])]
        best = max((e for e in mine if not e.over(day)), key=lambda e: RANK[e.tier], default=None)
        former = tuple(sorted({e.tier for e in mine if e.over(day)}, key=RANK.__getitem__))
        standing = Standing(best.tier, best.policy, best) if best else grade(facts)
        found.append(replace(standing if standing.tier in names else Standing(Tier.BASIC), former=former))
    return found


def _held(customers: set[int], devices: set[int], day: date) -> list[Entitlement]:
    if not customers and not devices:
        return []
    ids = [pk for (pk,) in prepared(_HELD, [day, many(customers), many(devices)])]
    rows = Entitlement.objects.unscoped("what a request is entitled to, by ids already found")
    return list(rows.filter(pk__in=ids).select_related("policy")) if ids else []


_HELD = """
SELECT id FROM contract_entitlement WHERE since <= %s::date
  AND (customer_id = ANY(%s::bigint[]) OR device_id = ANY(%s::bigint[]))
"""


def _covers(held: Entitlement, customer: int | None, device: Device | None, industry: str | None) -> bool:
    """A sold tier of a device ends for a customer who is not (or no longer) the device's. What was sold for an industry counts too
    where nobody has said yet what the request is about."""
    if held.device_id is not None:
        return device is not None and held.device_id == device.pk and held.customer_id in (None, device.customer_id)
    return held.customer_id == customer and (not held.industry or industry in (None, held.industry))


@dataclass(frozen=True)
class Benefit:
    """Something that a tier includes; `priority` lets it go before others."""

    name: str
    row: PolicyRow
    priority: bool = False
    hours: int | None = None
    quota: int | None = None
    per: int = 12

    @property
    def spoken(self) -> str:
        """One sentence that can be read out."""
        if words := self.row.value.get("say"):
            return said(words["zh"], words.get("en", ""))
        if self.quota is not None:
            return str(_("您可以享受{name}，每 {per} 个月 {n} 次。")).format(name=self.name, per=self.per, n=self.quota)
        return str(_("您可以享受{name}。")).format(name=self.name)


def benefits(tier: str, facts: Mapping[str, Any] | None = None, former: Collection[str] = ()) -> list[Benefit]:
    """What a tier includes for such a product (facts as `product_facts`): every row of `contract.benefits` that fits; and of tiers
    held before what lasts for life (SL-1.10)."""
    return [_benefit(row) for row in _included(tier, facts or {}, former)]


def _included(tier: str, facts: Mapping[str, Any], former: Collection[str]) -> list[PolicyRow]:
    found = list(policy.fitting(BENEFITS, {**facts, "tier": tier}))
    if former:
        lasting = [row for row in policy.fitting(BENEFITS, {**facts, "tier": tuple(former)}) if row.value.get("life")]
        found = [row for row in policy.rows(BENEFITS) if row in found or row in lasting]
    return found


def _benefit(row: PolicyRow) -> Benefit:
    v = row.value
    return Benefit(named(row), row, bool(v.get("priority")), v.get("hours"), v.get("quota"), int(v.get("per") or 12))


def enjoyed(standing: Standing, facts: Mapping[str, Any], by: str) -> set[str]:
    """The clauses of entitlement whose benefits a request of that standing is given, of those that show `by` whether they are kept:
    "use" (a benefit that is counted), "manager" (who is given the work), "priority", else "service". What a clock measures is not
    among them, nor, as service, what shows otherwise."""
    shown: dict[str, set[str]] = {}
    for row in _included(standing.tier, facts, standing.former):
        shown.setdefault(_shows(row), set()).update(entitled(row))
    otherwise = set().union(*(clauses for way, clauses in shown.items() if way != "service")) if by == "service" else set()
    return shown.get(by, set()) - otherwise


def _shows(row: PolicyRow) -> str:
    v = row.value
    return "use" if v.get("quota") is not None else "manager" if v.get("manager") else "priority" if v.get("priority") else "service"


def entitled(row: PolicyRow) -> set[str]:
    """The clauses of entitlement that a row of `contract.benefits` carries out."""
    return {clause for clause in row.clauses if rulebook.clause(clause).kind == "entitlement"}


def dedicated(standing: Standing, facts: Mapping[str, Any]) -> int | None:
    """The account of the dedicated manager, where the tier includes one (SL-1.4) and somebody was named; no statement."""
    held = standing.entitlement
    if held is None or held.manager_id is None:
        return None
    return held.manager_id if any(b.row.value.get("manager") for b in benefits(standing.tier, facts)) else None


def response(industry: str, tier: str, **more: Any) -> tuple[str, PolicyRow] | None:
    """(limit and calendar in words, the row) of a request: how soon the tier is answered."""
    row = policy.decide(RESPONSE, {"industry": industry, "tier": tier, **more})
    if row is None:
        return None
    return f"{calendars.limit_text(row.value['limit'])} · {calendars.label(calendars.named(row.value['calendar']))}", row


def speech(standing: Standing, facts: Mapping[str, Any], verdict: str = "", case: Mapping[str, Any] | None = None) -> list[str]:
    """What an agent reads out (SL-3.3): the tier, how soon we answer, what a repair costs, until when it holds, then each benefit in a
    sentence. `case` is what else is known of the request (channel, urgency, …) and `verdict` of its warranty: nothing is read out that
    does not hold for it."""
    first = str(_("您的服务级别是{tier}。")).format(tier=standing.label)
    more = {key: value for key, value in (case or {}).items() if key not in ("industry", "tier")}
    soon = response(str(facts.get("industry") or ""), standing.tier, **{**more, "category": facts.get("category")})
    until = standing.entitlement.until if standing.entitlement else None
    price = price_words(standing.tier, verdict, facts)
    return [
        first,
        *([str(_("我们会在 {limit}内响应。")).format(limit=calendars.limit_text(soon[1].value["limit"]))] if soon else []),
        *([price] if price else []),
        *([str(_("这一级别到 {until} 为止。")).format(until=until)] if until else []),
        *([str(_("您可以通过{ways}联系我们。")).format(ways=ways)] if (ways := ways_in(standing.tier)) else []),
        *(b.spoken for b in benefits(standing.tier, facts, standing.former) if not (verdict == "out" and b.row.value.get("covered"))),
    ]


def ways_in(tier: str) -> str:
    """The ways by which a tier is served, as its row in the catalogue lists them; "" where it lists none."""
    row = next((row for row in policy.rows(TIERS) if row.match.get("tier") == tier), None)
    return str(_("、")).join(str(WAYS_IN[way]) for way in (row.value.get("channels") or () if row else ()))


def named(row: PolicyRow) -> str:
    """The name that a row gives, in the language of the moment."""
    return said(row.value["name"]["zh"], row.value["name"].get("en", ""))


def price_share(tier: str, verdict: str, facts: Mapping[str, Any]) -> tuple[Decimal, PolicyRow] | None:
    """What part of the list price the customer pays for a repair (0 to 1), and the row that says so; None: the whole, unreduced."""
    row = policy.decide(SHARES, {**facts, "tier": tier, "verdict": verdict})
    return (Decimal(str(row.value["share"])) / 100, row) if row else None


def price_words(tier: str, verdict: str, facts: Mapping[str, Any]) -> str:
    """What the tier makes of the price of a repair, in a sentence that can be read out; "" where nothing is said of it. Before the
    warranty is judged it is the price outside of it."""
    found = price_share(tier, verdict if verdict == "in" else "out", facts)
    if found is None:
        return ""
    if not found[0]:
        return str(_("在保修期内，这次维修不收费。")) if verdict == "in" else str(_("保修期外的维修也不收费。"))
    said = _("保修期内的维修，按原价的 {percent}% 收费。") if verdict == "in" else _("保修期外的维修，按原价的 {percent}% 收费。")
    return str(said).format(percent=f"{found[0] * 100:f}".rstrip("0").rstrip("."))


def prices(customer: int) -> list[tuple[str, str]]:
    """(what, in words) of each device of a customer for which their tier makes a repair cheaper outside of the warranty. Four
    statements."""
    owned = devices_of([customer])[customer]
    standings = tiers_of([(customer, device) for device in owned])
    found = [(str(d), price_words(s.tier, "out", product_facts(d))) for d, s in zip(owned, standings, strict=True)]
    return [(what, words) for what, words in found if words]


def target(tier: str, metric: str) -> Decimal | None:
    """The least percentage that a tier has to reach in a metric (repair_success, satisfaction); None if none is set."""
    row = policy.decide(TARGETS, {"tier": tier, "metric": metric})
    return Decimal(str(row.value["least"])) if row else None


def expiring(actor: Actor, on: date | None = None) -> QuerySet[Entitlement]:
    """The visible sold tiers that end within the days of notice (`NOTICE`), the next to end first."""
    day = on or local(now()).date()
    rows = Entitlement.objects.visible_to(actor).filter(source="sold", until__gte=day, until__lte=day + NOTICE)
    return rows.select_related("customer", "device__model__category", "device__category", "manager").order_by("until", "pk")


def uses(customer: int, line: str, per: int, on: date) -> int:
    """How often a counted benefit was used in the `per` months before a day, that day included."""
    since = months_before(on, per)
    rows = BenefitUse.objects.unscoped("of a customer already reached").filter(customer=customer, line=line, returned_at=None)
    return rows.filter(used_on__gt=since, used_on__lte=on).count()


def standings(customer: int) -> list[tuple[Standing, dict[str, Any]]]:
    """Each standing of a customer with the facts it holds for: by industry, and device by device. At most three statements."""
    asked: list[Asked] = [(customer, None, Category(industry=key)) for key, _label in INDUSTRIES]
    asked += [(customer, device, None) for device in devices_of([customer])[customer]]
    facts = [product_facts(one[1], one[2] if len(one) > 2 else None) for one in asked]
    return list(zip(tiers_of(asked), facts, strict=True))


def best(customer: int) -> tuple[Standing, dict[str, Any]]:
    """The highest standing of a customer, and the facts it holds for."""
    return max(standings(customer), key=lambda found: (RANK[found[0].tier], found[0].entitlement is not None))


def counted(customer: int) -> dict[str, Benefit]:
    """Line → each benefit with a quota that a customer has by what they hold."""
    found: dict[str, Benefit] = {}
    for standing, facts in standings(customer):
        for benefit in benefits(standing.tier, facts, standing.former):
            if benefit.quota is not None:
                found.setdefault(benefit.row.line, benefit)
    return found


def managers(kept: Account | None = None) -> dict[str, str]:
    """Who can be a dedicated manager, as account id → name: who routing gives calls to, and who is it already, be they off duty today."""
    found = {str(kept.pk): kept.name} if kept else {}
    return found | {str(one.hand.account): one.hand.name for one in roster.now() if one.roles & CARERS}


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def entitlements(actor: Actor, customers: Iterable[int] = (), devices: Iterable[int] = ()) -> QuerySet[Entitlement]:
    """The visible entitlements of these customers and devices, latest first."""
    rows = Entitlement.objects.visible_to(actor).filter(Q(customer_id__in=set(customers)) | Q(device_id__in=set(devices)))
    return rows.select_related("device__model__category", "device__category", "policy", "manager").order_by("-pk")


tiers_by(lambda devices: [found.tier for found in tiers_of([(device.customer_id, device) for device in devices])])
