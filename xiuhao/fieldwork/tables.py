"""The decision tables of the work on site: kinds of service, evidence sets, slots, readings, checks, causes and measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from xiuhao.fieldwork.models import GRADES, IMPACTS, ROOTS, VERDICTS, WorkOrder
from xiuhao.kernel import policy
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _
from xiuhao.product.models import INDUSTRIES

TIERS = {"basic": _("初级"), "intermediate": _("中级"), "advanced": _("高级"), "vip": "VIP"}
URGENCIES = {"low": _("不急"), "normal": _("一般"), "high": _("紧急"), "danger": _("危险")}
KINDS = {
    "fault": _("质量故障"), "usage_question": _("使用咨询"), "installation": _("安装移机"), "return_exchange": _("退换货"),
    "complaint": _("投诉"), "other": _("其他"),
}  # fmt: skip


@cache
def _shipped() -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """(table, match, name) of the catalogues' shipped lines."""
    return [
        (seed.table, seed.match, seed.value["name"])
        for seed in policy.seeds()
        if seed.table.startswith("fieldwork.") and "name" in seed.value
    ]


def _listed(table: str, key: str) -> dict[str, str]:
    """What a catalogue in force offers: key → name."""
    return {str(row.match[key]): named(row) for row in policy.rows(table) if key in row.match}


def _admitted(table: str, key: str) -> Callable[[], dict[str, str]]:
    """What a row may name: what is in force, and what ships (the rows of both are entered together)."""

    def options() -> dict[str, str]:
        shipped = {str(match[key]): said(name["zh"], name.get("en", "")) for where, match, name in _shipped() if where == table}
        return {**shipped, **_listed(table, key)}

    return options


def named(row: PolicyRow) -> str:
    """The name that a row gives, in the language of the moment."""
    words = row.value["name"]
    return said(words["zh"], words.get("en", ""))


SERVICES, SLOTS, READINGS, CHECKS, SETS, CAUSES, MEASURES = (
    "fieldwork.service", "fieldwork.slot", "fieldwork.reading", "fieldwork.check", "fieldwork.evidence", "fieldwork.cause",
    "fieldwork.measure",
)  # fmt: skip


def services() -> Options:
    """The kinds of service in force, as a select offers them."""
    return tuple(_listed(SERVICES, "service").items())


def slots() -> Options:
    """The slots for pictures in force."""
    return tuple(_listed(SLOTS, "slot").items())


def readings() -> Options:
    """What can be measured."""
    return tuple(_listed(READINGS, "reading").items())


def checks() -> Options:
    """What can be looked at."""
    return tuple(_listed(CHECKS, "check").items())


def causes() -> Options:
    """The causes in force by code, as a select offers them."""
    return tuple(_listed(CAUSES, "cause").items())


def measures() -> Options:
    """The measures in force, as a select offers them."""
    return tuple(_listed(MEASURES, "measure").items())


_NAME = Column("name", _("名称"), "words")
SERVICE = Column("service", _("服务类型"), "choice", _admitted(SERVICES, "service"))
CATEGORY = Column("category", _("品类"))
INDUSTRY = Column("industry", _("行业"), "choice", dict(INDUSTRIES))
GRADE = Column("grade", _("维修级别"), "choice", dict(GRADES))
TIER = Column("tier", _("服务级别"), "choice", TIERS)
URGENCY = Column("urgency", _("急缓"), "choice", URGENCIES)
REGION = Column("region", _("地区"))
VERDICT = Column("verdict", _("保修判定"), "choice", dict(VERDICTS[:4]))
UNITS = Column("units", _("台数"), "number")
KIND = Column("kind", _("类型"), "choice", KINDS)
SKILL = Column("skill", _("所需技能"), required=False)

policy.facts("work", SERVICE, CATEGORY, INDUSTRY, GRADE, TIER, URGENCY, REGION, VERDICT, UNITS)
policy.table(
    SERVICES,
    _("服务类型"),
    (Column("service", _("代码")),),
    (
        _NAME,
        Column("minutes", _("预计时长"), "number", unit=_("分钟")),
        SKILL,
        Column("level", _("所需等级"), "number", required=False),
    ),
    help=_("现场服务的种类；增加一行就多一种服务。"),
)
policy.table("fieldwork.by_kind", _("工单对应的服务"), (KIND, INDUSTRY, CATEGORY), (SERVICE,))
policy.table(
    "fieldwork.grade",
    _("维修定级"),
    (KIND, URGENCY, CATEGORY, INDUSTRY, TIER, Column("complexity", _("复杂度"))),
    (GRADE,),
    help=_("初诊定级：远程指导、现场处理或仅限资深工程师。"),
)
policy.table(SLOTS, _("照片位"), (Column("slot", _("代码")),), (_NAME, Column("least", _("至少"), "number", required=False, unit=_("张"))))
policy.table(
    READINGS,
    _("检测读数"),
    (Column("reading", _("代码")),),
    (
        _NAME,
        Column("unit", _("单位")),
        Column("least", _("下限"), "number", required=False),
        Column("most", _("上限"), "number", required=False),
        Column("below", _("应低于"), "choices", _admitted(READINGS, "reading"), required=False),
    ),
)
policy.table(CHECKS, _("检查项"), (Column("check", _("代码")),), (_NAME,))
policy.table(
    SETS,
    _("完工凭证"),
    (SERVICE, CATEGORY, INDUSTRY, GRADE, UNITS),
    (
        Column("photos", _("照片"), "choices", _admitted(SLOTS, "slot"), required=False),
        Column("readings", _("读数"), "choices", _admitted(READINGS, "reading"), required=False),
        Column("checks", _("检查项"), "choices", _admitted(CHECKS, "check"), required=False),
        Column("signature", _("客户签字"), "flag", required=False),
        Column("another", _("他人终检"), "flag", required=False),
        Column("watch", _("监测"), "number", required=False, unit=_("小时")),
    ),
    help=_("所有适用的行一并有效：缺一项就不能完工或签字。"),
)
policy.table(
    CAUSES,
    _("故障原因"),
    (Column("cause", _("代码")),),
    (
        _NAME,
        Column("root", _("根因类别"), "choice", dict(ROOTS)),
        Column("measures", _("对应措施"), "choices", _admitted(MEASURES, "measure")),
    ),
)
policy.table(MEASURES, _("维修措施"), (Column("measure", _("代码")),), (_NAME,))
policy.table(
    "fieldwork.impact",
    _("影响范围的优先级"),
    (Column("impact", _("影响范围"), "choice", dict(IMPACTS)), Column("core", _("影响核心业务"), "flag")),
    (Column("priority", _("优先级"), "number"),),
)
policy.table("fieldwork.loading", _("出发前装车清单"), (SERVICE, CATEGORY, INDUSTRY), (Column("items", _("工具和备件"), "words"),))
policy.table("fieldwork.care", _("客户巡检清单"), (CATEGORY, INDUSTRY), (Column("items", _("巡检项目"), "words"),))
policy.table(
    "fieldwork.benefit",
    _("服务使用的权益"),
    (SERVICE, INDUSTRY, TIER, Column("urgent_parts", _("紧急备件"), "flag")),
    (Column("benefit", _("级别权益"), help=_("决策表“级别权益”中的行")),),
)
policy.table("fieldwork.tolerance", _("到场宽限"), (SERVICE,), (Column("minutes", _("分钟"), "number", unit=_("分钟")),))
policy.table(
    "fieldwork.capacity",
    _("预约容量"),
    (REGION,),
    (Column("each", _("每名工程师同一时段"), "number", unit=_("单")), Column("reach", _("到场核对半径"), "number", unit=_("米"))),
)
policy.table("fieldwork.location", _("位置保留时间"), (), (Column("hours", _("小时"), "number", unit=_("小时")),))
policy.table("fieldwork.channels", _("远程安全通道"), (Column("channel", _("代码")),), (_NAME,), help=_("远程支持只能走这里列出的通道。"))


def channels() -> Options:
    """The secure ways of remote work (JD-2.7)."""
    return tuple(_listed("fieldwork.channels", "channel").items())


@dataclass(frozen=True)
class EvidenceSet:
    """What a job has to bring: slots with how many pictures at least, readings, checks, and whose hand. `by` tells which row asks for
    each of them."""

    photos: dict[str, int] = field(default_factory=dict)
    readings: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    signature: bool = False
    another: bool = False
    watch: int = 0
    by: Mapping[tuple[str, str], PolicyRow] = field(default_factory=dict)
    rows: tuple[PolicyRow, ...] = ()

    def clauses(self, missing: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """The clauses for whose sake something is asked."""
        return tuple(dict.fromkeys(c for one in missing for c in self.by[one].clauses))


def facts(record: WorkOrder, units: int = 0) -> dict[str, Any]:
    """What policies match on; `units` 0 is not counted yet, one."""
    return {
        "service": record.service, "grade": record.grade, "industry": record.industry, "tier": record.tier, "urgency": record.urgency,
        "category": record.category.key if record.category else "", "region": record.region, "verdict": record.verdict,
        "units": units or 1, "priority": record.priority,
    }  # fmt: skip


def evidence(told: Mapping[str, Any], at: datetime | None = None) -> EvidenceSet:
    """The evidence set of a job (`facts`): every row of `fieldwork.evidence` in force that fits, together."""
    found = policy.fitting(SETS, told, at)
    by: dict[tuple[str, str], PolicyRow] = {}
    for row in found:
        for kind in ("photos", "readings", "checks"):
            for key in row.value.get(kind) or ():
                by.setdefault((kind, key), row)
        for flag in ("signature", "another", "watch"):
            if row.value.get(flag):
                by.setdefault((flag, ""), row)
    least = {str(row.match["slot"]): int(row.value.get("least") or 1) for row in policy.rows(SLOTS, at) if "slot" in row.match}
    named_by = {kind: tuple(key for found_kind, key in by if found_kind == kind) for kind in ("photos", "readings", "checks")}
    return EvidenceSet(
        {slot: least.get(slot, 1) for slot in named_by["photos"]},
        named_by["readings"],
        named_by["checks"],
        ("signature", "") in by,
        ("another", "") in by,
        max((int(row.value.get("watch") or 0) for row in found), default=0),
        by,
        tuple(found),
    )


def following() -> dict[str, dict[str, Any]]:
    """Cause → what usually goes with it: its root, and its measures, the most usual first (HA-3.3.3)."""
    rows = {str(row.match["cause"]): row.value for row in policy.rows(CAUSES) if "cause" in row.match}
    return {key: {"root": value.get("root", ""), "measure": list(value.get("measures") or ())} for key, value in rows.items()}


def within(key: str, value: Decimal) -> bool:
    """Whether a reading lies within the bounds of its row; one without a row has none."""
    row = next((row for row in policy.rows(READINGS) if row.match.get("reading") == key), None)
    low, high = (row.value.get("least"), row.value.get("most")) if row else (None, None)
    return (low is None or value >= Decimal(str(low))) and (high is None or value <= Decimal(str(high)))


def doubtful(values: Mapping[str, Decimal]) -> list[str]:
    """The readings that are not below those which they should be below (YD-P2: the outlet cleaner than the rooms)."""
    found = []
    for row in policy.rows(READINGS):
        key = str(row.match.get("reading"))
        others = [values[other] for other in row.value.get("below") or () if other in values]
        if key in values and any(values[key] >= other for other in others):
            found.append(key)
    return found


def cause(key: str) -> PolicyRow | None:
    """The row of a cause."""
    return next((row for row in policy.rows(CAUSES) if row.match.get("cause") == key), None)
