"""What the desk shows of problems: the case, where one is suspected, how far its tickets are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.words import _
from xiuhao.problem import queries
from xiuhao.problem.models import Problem
from xiuhao.ui.pages import Card, CasePage, Fact, Tie, register

CHIEFS = (r.LEAD, r.EXPERT, r.MANAGER)


def facts(record: Problem, actor: Actor) -> Iterable[Fact]:
    """What is known of the problem, and how many tickets still wait for it."""
    counted = queries.state_of(record.case, actor)
    yield Fact(_("问题"), record.subject, broad=True)
    yield Fact(_("型号"), record.model)
    yield Fact(_("工单"), _("{total} 张，未结 {open} 张").format(**counted))
    yield Fact(_("现象"), record.description, broad=True)
    if record.answer:
        yield Fact(_("统一答复"), record.answer, broad=True)
    if record.solution:
        yield Fact(_("解决办法"), record.solution, broad=True)


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """How many tickets a line has joined."""
    if "joined" in data:
        yield _("并入工单"), data["joined"]


def suspected(actor: Actor) -> Mapping[str, Any]:
    """Where one problem seems to be behind many tickets."""
    return {"clusters": queries.clusters(actor)}


register(
    CasePage("problem", facts=facts, told=told, first=("answer", "join", "solve"), compose=("note",), related=("model",)),
    Tie("problem", up=_("所属批量问题"), down=_("并入的工单")),
    Card("suspected", _("疑似批量问题"), "problem/suspected.html", suspected, roles=CHIEFS),
)
