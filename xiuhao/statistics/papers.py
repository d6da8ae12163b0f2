"""客诉案件统计表 as a paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.statistics import queries
from xiuhao.statistics.labels import named
from xiuhao.statistics.models import KINDS, Line, Monthly
from xiuhao.ui.paper import Block, Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import money

LABELS = dict(KINDS)


def heads(kind: str) -> tuple[Any, ...]:
    """The heads of a table of that kind."""
    if kind == "late":
        return (LABELS[kind], _("逾期次数"))
    if kind == "measure":
        return (_("改善单位"), _("对策"), _("有效"), _("未见效"))
    if kind == "changed":
        return (LABELS[kind], _("件数"), _("原报金额"), _("改判后"), _("增减"))
    return (LABELS[kind], _("件数"), _("损失金额"), _("占比"))


def cells(kind: str, lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    """The rows of such a table."""
    if kind == "late":
        return [(named(kind, line.key), str(line.count)) for line in lines]
    if kind == "measure":
        return [(named(kind, line.key), str(line.count), str(line.good), str(line.count - line.good)) for line in lines]
    if kind == "changed":
        return [(named(kind, line.key), str(line.count), *map(money, (line.was, line.loss, line.loss - line.was))) for line in lines]
    parts = queries.shares([line.loss for line in lines])
    return [(named(kind, line.key), str(line.count), money(line.loss), f"{part}%") for line, (part, _run) in zip(lines, parts, strict=True)]


def facts(record: Monthly) -> list[tuple[Any, Any]]:
    """The month in numbers."""
    return [
        (_("统计月份"), record.month), (_("结案件数"), str(record.closed)), (_("按期结案"), str(record.on_time)),
        (_("责任未核定"), str(record.unsettled)), (_("损失合计"), money(record.loss)), (_("完成期限"), record.due_at or ""),
        (_("版次"), str(record.edition)),
    ]  # fmt: skip


def monthly(case: Case, record: Monthly, actor: Actor) -> Sheet:
    """The month with its tables, who has confirmed, what was found of the measures."""
    found = queries.lines(record, actor)
    blocks: list[Block] = [Facts(facts(record), columns=3)]
    for kind, label in KINDS:
        if kind in found:
            rows = cells(kind, found[kind])
            blocks.append(Table(heads(kind), rows, label, right=tuple(range(1, len(rows[0]))), broad=0))
    signed = [
        (one.department, one.standing, one.name, one.at or "", _("逾期") if one.late else "") for one in queries.signatures(record, now())
    ]
    blocks.append(Table((_("会签部门"), _("意见"), _("确认人"), _("时间"), ""), signed, _("责任比率确认"), broad=0))
    if record.checked:
        blocks.append(Words(record.checked, _("对策查核"), strong=True))
    blocks.append(Signs(((_("总经理室"), b""), (_("总经理"), b""))))
    return Sheet(_("客诉案件统计表"), case.number, str(case.unit), tuple(blocks))
