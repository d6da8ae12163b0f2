"""What its readers see of liability: the worksheet, who bears what, notices and the month's list; and what each may print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xiuhao.kernel import outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.liability import assessing, papers, queries
from xiuhao.liability.duties import DISCIPLINE, OWED, PUBLISHED, SENT
from xiuhao.liability.models import DEPARTMENTS, LISTED, MEASURES, READERS, Discipline, Liability, Listed, Sanction
from xiuhao.liability.process import DECIDED, SPLIT, SUBMITTED
from xiuhao.liability.sanctions import APPROVED, CONCERNED, PROPOSED, told
from xiuhao.liability.sanctions import CLOSED as HANDED_OUT
from xiuhao.ui.defaults import ALL, CLOSED, DUE, NUMBER, OPEN, OPENED, STATE
from xiuhao.ui.pages import CasePage, Column, Fact, Nav, Panel, Paper, Queue, Tie, Todo, View, register
from xiuhao.ui.words import money

LABELS, MEASURED = dict(DEPARTMENTS), dict(MEASURES)
outbox.reach(CONCERNED, told)
outbox.reach(assessing.REGISTER, assessing.keepers)


def table(label: Any, heads: Sequence[tuple[Any, str]], rows: Iterable[Sequence[Any]], empty: Any) -> Mapping[str, Any]:
    """What the panel's template sets: every cell with its head and kind."""
    cells = [[(head, kind, cell) for (head, kind), cell in zip(heads, row, strict=True)] for row in rows]
    return {"label": label, "heads": heads, "rows": cells, "empty": empty}


def liability_facts(record: Liability, actor: Actor) -> Iterable[Fact]:
    """The worksheet."""
    claim = record.claim
    seen = Case.objects.visible_to(actor).filter(pk=claim.pk).exists()
    yield Fact(_("客诉单"), claim.number, f"/c/claim/{claim.number}/" if seen else "")
    yield Fact(_("损失类别"), record.get_basis_display())
    yield Fact(_("损失金额"), money(record.loss) if record.loss is not None else _("转售期满后核定"))
    yield Fact(_("核算说明"), queries.worked_out(record), broad=True)
    if record.resale_until:
        yield Fact(_("转售期限"), queries.last_day(record.resale_until))
    yield Fact(_("上级可以预见"), _("是") if record.foreseen else _("否"))
    if record.decided_at:
        yield Fact(_("核定时间"), record.decided_at)


def bearers(case: Case, record: Liability, actor: Actor) -> Mapping[str, Any]:
    """Every department with its people; what nobody stands for stays with the department."""
    rows = []
    for share in queries.shares(case.pk):
        people = list(share.persons.all())
        rows.append((LABELS[share.department], f"{share.percent:.2f}%", "", "", "", money(share.amount), "", ""))
        for one in people:
            cap, off = queries.cap(one), queries.deducted(one)
            cells = (one.account.name, one.get_place_display(), f"{one.points.normalize():f}", money(one.amount))
            rows.append(("", "", *cells, "" if cap is None else money(cap), _("不扣款") if off is None else money(off)))
        rest = share.amount - sum(one.amount for one in people)
        if people and rest:
            rows.append(("", "", _("部门承担"), "", "", money(rest), "", ""))
    heads = (
        (_("部门"), "title"), (_("比率"), "num"), (_("人员"), ""), (_("责任"), ""), (_("基点"), "num"), (_("金额"), "num"),
        (_("每月上限"), "num"), (_("扣款"), "num"),
    )  # fmt: skip
    return table(_("责任分摊"), heads, rows, _("还没有分摊"))


def sanction_facts(record: Sanction, actor: Actor) -> Iterable[Fact]:
    """For whom, what, why."""
    yield Fact(_("奖罚"), record.get_kind_display())
    yield Fact(_("措施"), record.get_measure_display())
    yield Fact(_("当事人"), record.person)
    yield Fact(_("所属部门"), record.get_department_display())
    if record.amount is not None:
        yield Fact(_("金额（仅登记）"), money(record.amount))
    yield Fact(_("责任核定"), record.liability.case.number, f"/c/liability/{record.liability.case.number}/")
    yield Fact(_("事由"), record.reason, broad=True)
    if record.approved_at:
        yield Fact(_("批准时间"), record.approved_at)


def discipline_facts(record: Discipline, actor: Actor) -> Iterable[Fact]:
    """Which month, by when, when published."""
    yield Fact(_("案件月份"), record.month)
    yield Fact(_("件数"), record.cases)
    yield Fact(_("送交期限"), record.due_at)
    if record.published_on:
        yield Fact(_("公布日期"), record.published_on)


def lines(case: Case, record: Discipline, actor: Actor) -> Mapping[str, Any]:
    """The list as it was drawn up."""
    found = Listed.objects.visible_to(actor).filter(discipline_id=case.pk)
    rows = [(one.number, one.name, LABELS[one.department], MEASURED[one.measure], one.approved_at) for one in found]
    heads = ((_("通知单号"), "title"), (_("姓名"), ""), (_("部门"), ""), (_("处分"), ""), (_("批准时间"), "time"))
    return table(_("行政处分名单"), heads, rows, _("上月无行政处分"))


TABLE = "liability/table.html"
register(
    Queue(
        "liability", icon="scale", related=("claim",),
        columns=(
            NUMBER,
            Column("claim", _("客诉单"), lambda row: row.record.claim.number),
            Column("basis", _("损失类别"), lambda row: row.record.get_basis_display()),
            Column("loss", _("损失金额"), lambda row: row.record.loss, kind="num"),
            STATE, DUE, OPENED,
        ),
        views=(OPEN, CLOSED, ALL),
    ),
    CasePage(
        "liability", facts=liability_facts, steps=(assessing.ASSESSED, SPLIT, SUBMITTED, DECIDED),
        first=("resell", "split", "charge", "submit"),
        related=("claim",),
    ),
    Panel("bearers", _("责任分摊"), TABLE, bearers, on="liability", place="main"),
    Queue(
        "sanction", icon="gavel", related=("person",),
        columns=(
            NUMBER,
            Column("kind", _("奖罚"), lambda row: row.record.get_kind_display()),
            Column("measure", _("措施"), lambda row: row.record.get_measure_display()),
            Column("person", _("当事人"), lambda row: row.record.person),
            Column("department", _("所属部门"), lambda row: row.record.get_department_display()),
            STATE, DUE, OPENED,
        ),
        views=(
            View("waiting", _("待批准"), lambda rows, actor: rows.filter(state=PROPOSED.key), order="due"),
            View("copies", _("分送中"), lambda rows, actor: rows.filter(state=APPROVED.key), order="due"),
            ALL,
        ),
    ),
    CasePage("sanction", facts=sanction_facts, steps=(PROPOSED, APPROVED, HANDED_OUT), related=("person", "liability__case")),
    Queue(
        "discipline", icon="list-check",
        columns=(
            NUMBER,
            Column("month", _("案件月份"), lambda row: row.record.month, kind="title"),
            Column("cases", _("件数"), lambda row: row.record.cases, kind="num"),
            STATE, DUE,
        ),
        views=(OPEN, ALL),
    ),
    CasePage("discipline", facts=discipline_facts, steps=(OWED, SENT, PUBLISHED), first=("send", "publish")),
    Panel("lines", _("行政处分名单"), TABLE, lines, on="discipline", place="main"),
    Tie("liability", up=_("客诉单"), down=_("责任核定")),
    Tie("sanction", up=_("责任核定"), down=_("奖罚通知")),
    Nav("personal", _("个人责任登记"), "/liability/personal", "users", roles=READERS | {r.PERSONNEL}),
    Todo("sanctions", _("奖罚待批准"), process="sanction", view="waiting", roles=(r.DIRECTOR,), tone="red", rare=True),
    Todo("discipline", _("行政处分名单"), process=DISCIPLINE.key, view="open", roles=tuple(sorted(LISTED)), tone="amber", rare=True),
    Paper("worksheet", _("损失核算与责任分摊表"), "liability", papers.worksheet),
    *(
        Paper(f"copy{place}", label, "sanction", papers.copy(label), ready=papers.approved)
        for place, label in enumerate(papers.COPIES, 1)
    ),
    Paper("list", _("人事公布单"), "discipline", papers.announcement, ready=lambda case, record, actor: bool(record.cases)),
)  # fmt: skip
