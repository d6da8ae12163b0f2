"""How long what names persons is kept, by policy; what is due is emptied by a chore, and can be looked at before."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet

from xiuhao.kernel import erasure, past, policy, registry
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Content, PolicyRow
from xiuhao.kernel.policy import Column
from xiuhao.kernel.process import Process
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import PurchaseCard
from xiuhao.privacy.models import SubjectRequest

TABLE = "privacy.retention"
ASKED = "privacy.deletion"
FORGOTTEN = _("已申请删除")
KINDS = {"case": _("已结服务单里的个人信息"), "identity": _("购买登记的证件号")}
BATCH = 200  # of one kind, a round
policy.table(
    TABLE,
    _("个人信息保存期限"),
    (Column("kind", _("信息类别"), "choice", KINDS), Column("process", _("流程"))),
    (Column("months", _("保存月数"), "number", unit=_("个月")),),
    module="privacy",
    help=_("到期后清除姓名、电话、地址、文字、照片和短信；编号、日期和判定保留。"),
)


@dataclass(frozen=True)
class Due:
    """One class: since when what is older is due by its rule, and the rows that are. Without a rule its persons have asked for it."""

    label: str
    row: PolicyRow | None
    before: datetime | None
    rows: QuerySet[Any]

    @property
    def months(self) -> int | None:
        return int(self.row.value["months"]) if self.row else None

    @property
    def reason(self) -> str:
        return f"{TABLE}/{self.row.line}" if self.row else ASKED


def due() -> list[Due]:
    """Every class with a rule, each with what is due now; classes without a rule are kept. A case that moved in is kept from when it
    did, though it was closed years before: else a migration would bring what the next hour empties."""
    found: list[Due] = []
    for process in registry.processes():
        row = policy.decide(TABLE, {"kind": "case", "process": process.key})
        if row is not None:
            before = _before(row)
            rows = Case.objects.unscoped("retention by rule").filter(process=process.key, is_open=False, closed_at__lt=before)
            rows = _full(rows, process).exclude(Exists(past.brought(before)))
            found.append(Due(f"{KINDS['case']} · {process.label}", row, before, rows))
    row = policy.decide(TABLE, {"kind": "identity"})
    if row is not None:
        before = _before(row)
        cards = PurchaseCard.objects.unscoped("retention by rule").filter(registered_at__lt=before).exclude(id_need="")
        found.append(Due(str(KINDS["identity"]), row, before, cards.order_by("pk")))
    return [*found, *_asked()]


def _asked() -> Iterator[Due]:
    """What the law kept of those who asked to be forgotten, once it does so no longer."""
    done = SubjectRequest.objects.filter(kind="deletion", case__state="done").values_list("customer_id", flat=True)
    if not (who := list(done)):
        return
    rows = Case.objects.unscoped("of whoever asked to be forgotten").filter(is_open=False, customer_id__in=people.family(who))
    for process in registry.processes():
        if _dated(process):
            yield Due(f"{FORGOTTEN} · {process.label}", None, None, _full(rows.filter(process=process.key), process))


def _full(rows: QuerySet[Case], process: Process) -> QuerySet[Case]:
    """Of these cases those that still say something, and that the law does not keep."""
    unerased = Content.objects.filter(case=OuterRef("pk"), erased_at=None)
    return rows.filter(Exists(unerased)).exclude(Exists(_kept_by_law(process))).order_by("pk")


def kept_until(cases: Collection[int]) -> dict[int, date]:
    """Until when the law keeps each of these cases (HA-3.5.2); those that it does not keep are left out. A statement for each process
    that knows such a day."""
    found: dict[int, date] = {}
    for process in registry.processes():
        if _dated(process):
            found |= dict(_kept(process).filter(case__in=cases).values_list("case_id", "keep_until"))
    return found


def _dated(process: Process) -> bool:
    return any(field.name == "keep_until" for field in apps.get_model(process.record)._meta.concrete_fields)


def _kept_by_law(process: Process) -> QuerySet[Any]:
    """For `Exists` on a case of a process: its record, if the law keeps it longer."""
    return _kept(process).filter(case=OuterRef("pk"))


def _kept(process: Process) -> QuerySet[Any]:
    """The records of a process that the law keeps longer (HA-3.5.2): whose `keep_until` has not passed."""
    records: QuerySet[Any] = apps.get_model(process.record)._base_manager.all()
    return records.filter(keep_until__gte=local(now()).date()) if _dated(process) else records.none()


def _before(row: PolicyRow) -> datetime:
    at = now()
    year, month = divmod(at.year * 12 + at.month - 1 - int(row.value["months"]), 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def sweep(most: int = BATCH) -> int:
    """Empty what is due, at most so many of each class; how many. Harmless when missed, safe when done twice."""
    done = 0
    for each in due():
        for row in each.rows[:most]:
            if isinstance(row, Case):
                erasure.forget(row, SYSTEM, each.reason)
            else:
                party.forget_identity(row)
            done += 1
    return done
