"""What those see who answer for others' work: how the tickets lie on their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.party.queries import roster
from xiuhao.ui.defaults import late

HEADS = (r.LEAD, r.MANAGER, r.DISPATCHER)
HANDS = (r.AGENT, r.EXPERT, r.LEAD)
MOST = 12


@dataclass(frozen=True)
class Load:
    """One person: tickets in hand and overdue of those that the reader sees, and how many fit."""

    login: str
    name: str
    open: int
    late: int
    most: int

    @property
    def share(self) -> int:
        """How full the hands are, in percent, at most 100."""
        return min(100, round(100 * self.open / max(1, self.most)))

    @property
    def full(self) -> bool:
        return self.open >= self.most


def team_load(actor: Actor) -> Mapping[str, Any]:
    """The people of the units that the actor heads, most overdue first, with the numbers of the lists behind them. One statement."""
    paths = [at for role, at in actor.grants if role in HEADS]
    able = [one.hand for one in roster.now() if one.roles.intersection(HANDS)]
    mine = {hand.account: hand for hand in able if any(hand.unit_path.startswith(path) for path in paths)}
    seen = Case.objects.of("ticket", actor).filter(is_open=True, owner__in=mine)
    counts = {"open": Count("pk"), "late": Count("pk", filter=late(actor))}
    counted = {row["owner"]: row for row in seen.order_by().values("owner").annotate(**counts)}
    none = {"open": 0, "late": 0}
    rows = [Load(hand.login, hand.name, most=hand.max_load, **_numbers(counted.get(pk, none))) for pk, hand in mine.items()]
    rows.sort(key=lambda row: (-row.late, -row.open, row.login))
    return {"loads": rows[:MOST], "more": max(0, len(rows) - MOST)}


def _numbers(row: Mapping[str, int]) -> dict[str, int]:
    return {"open": row["open"], "late": row["late"]}
