"""The questions about the statistics of a month: its tables, who has confirmed, its claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import CaseAsk
from xiuhao.kernel.words import _
from xiuhao.statistics.gathering import SIGNERS
from xiuhao.statistics.labels import named
from xiuhao.statistics.models import Entry, Line, Monthly

# Kind of a line → what it is a sum of.
SUMMED = {"department": "department", "cause": "cause", "product": "product", **dict.fromkeys(("settled", "changed"), "department")}


@dataclass(frozen=True)
class Signature:
    """Where a department stands: `standing` in words, who answered and when; `late` after the day on which it was due."""

    department: str
    standing: str
    name: str = ""
    at: datetime | None = None
    late: bool = False


def lines(record: Monthly, actor: Actor) -> dict[str, list[Line]]:
    """The tables of a month by kind, the greatest first."""
    found: dict[str, list[Line]] = {}
    for line in Line.objects.visible_to(actor).filter(monthly_id=record.pk):
        found.setdefault(line.kind, []).append(line)
    return found


def entries(record: Monthly, actor: Actor, line: Line | None = None) -> QuerySet[Entry]:
    """Every claim of a month with each department that bears a part of it; those of which a line is the sum."""
    rows = Entry.objects.visible_to(actor).filter(monthly_id=record.pk).order_by("pk")
    if line is None:
        return rows
    return rows.filter(**{SUMMED[line.kind]: line.key}, earlier=line.kind in ("settled", "changed"), was__isnull=line.kind != "changed")


def summed(record: Monthly, actor: Actor) -> list[Line]:
    """The lines that are sums of a month's claims, table by table."""
    found = lines(record, actor)
    return [line for kind in SUMMED for line in found.get(kind, ())]


def signatures(record: Monthly, at: datetime) -> list[Signature]:
    """How every department that has to confirm stands at a moment; those that have not by the end of the tenth are late."""
    latest = {ask.to_role: ask for ask in CaseAsk.objects.filter(case_id=record.pk, key="confirm").order_by("pk")}
    words = {"agreed": _("已确认"), "refused": _("有异议"), "": _("未答复"), "void": _("未答复")}
    found = []
    for role in SIGNERS:
        ask = latest.get(role)
        if ask is None:
            continue
        late = bool(record.due_at and (ask.answered_at or at) > record.due_at)
        found.append(Signature(named("late", role), str(words[ask.outcome]), ask.answered_name, ask.answered_at, late))
    return found


def shares(values: Sequence[Decimal | int]) -> list[tuple[Decimal, Decimal]]:
    """Of each its percentage of the whole and the running sum of these, to a tenth; nothing of nothing."""
    whole, run, found = sum(values, Decimal(0)), Decimal(0), []
    for value in values:
        run += value
        found.append(tuple(round(Decimal(100) * each / whole, 1) if whole else Decimal(0) for each in (value, run)))
    return found  # type: ignore[return-value]
