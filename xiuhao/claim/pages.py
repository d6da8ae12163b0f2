"""What the desk shows of claims: the ledger, what waits for one's department, the form by departments, its copies; improvements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html

from xiuhao.claim import standing
from xiuhao.claim.elements import CLOSED as ENDED
from xiuhao.claim.elements import DECIDING, DEPARTMENT, ENDORSED, READERS, STAGES, SUBMITTED, WITHDRAWN
from xiuhao.claim.models import CAUSES, MARKETS, OUTCOMES, Claim, Improvement, Recourse
from xiuhao.claim.papers import BESIDE, PAPERS
from xiuhao.claim.words import FORM, PERSONS, department, said
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor, below
from xiuhao.kernel.models import CaseAsk, CaseClock
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.ui.defaults import ALL, CLOSED, DUE, NUMBER, OPENED, OWNER, STATE
from xiuhao.ui.pages import CasePage, Cases, Column, Fact, Filter, Options, Queue, Row, Tie, Todo, View, register
from xiuhao.ui.words import money

WORKERS = (*sorted(READERS), r.AGENT, r.LEAD, r.FINANCE)
IMPROVERS = (r.PRODUCTION, r.QUALITY, r.RESEARCH, r.SALES, r.WAREHOUSE, r.OFFICE, r.MANAGER)
FEW = 500  # cases that are found by their keys
TURN = standing.TURN


def to_do(rows: Cases, actor: Actor) -> Cases:
    """What waits for a department of this actor, and what they are asked; the decision is whose authority it is."""
    wanted = Q(pk__in=CaseAsk.open_to(actor).values("case_id"))
    for state, role in DEPARTMENT.items():
        paths = [at for held, at in actor.grants if held == role]
        if paths and state is not DECIDING:
            wanted |= Q(state=state.key) & below(paths)
    if actor.holds(*standing.HIGHER):  # and what waits for another whom the complaint is about
        few = Claim.objects.filter(case__in=rows.filter(is_open=True), complaint__about__isnull=False).select_related("complaint", "case")
        wanted |= Q(pk__in=standing.whose_turn(few[: standing.FEW], actor))
    return rows.filter(wanted)


def asked(rows: Cases, actor: Actor) -> Cases:
    """What waits for an answer of this actor."""
    return rows.filter(pk__in=CaseAsk.open_to(actor).values("case_id"))


def listed(rows: Cases, actor: Actor) -> Cases:
    """What stands in the ledger: everything from its registration on; of what was withdrawn only what had a number."""
    numbered = Exists(Claim.objects.filter(pk=OuterRef("pk"), ledger_no__isnull=False))
    return rows.filter(~Q(state__in=(SUBMITTED.key, WITHDRAWN.key)) | (Q(state=WITHDRAWN.key) & numbered))


def overdue(rows: Cases, actor: Actor) -> Cases:
    """Open ones with a limit that has passed, of their stage or of the whole."""
    return rows.filter(is_open=True, due_at__lt=now())


def _used(row: Row) -> Any:
    """Days from the registration to the end, of how many, and whether it was, or is by now, over (CS5-10.1)."""
    record: Claim = row.record
    if record.registered_at is None:
        return None
    days = ((row.case.closed_at or now()) - record.registered_at).total_seconds() / 86_400
    total = row.extra.get("total")
    if total is None:
        return _("{used} 天").format(used=f"{days:.1f}")
    told = _("{used} / {limit} 天").format(used=f"{days:.1f}", limit=total.limit // 86_400)
    return format_html("{} {}", told, late) if (late := _late(row)) else told


def _late(row: Row) -> Any:
    total = row.extra.get("total")
    return format_html('<span class="tag tone-red">{}</span>', _("逾期")) if total and total.breached_at else None


def _total(row: Row) -> Any:
    total = row.extra.get("total")
    return total and total.due_at


def _fetch(rows: list[Row]) -> None:
    """The customers, masked; the limit of the whole, also of those that are over. Two statements."""
    names = people.masked_names([row.case.customer_id for row in rows if row.case.customer_id])
    clocks = CaseClock.objects.filter(case__in=[row.case.pk for row in rows], key="total", void=False).order_by("pk")
    totals = {clock.case_id: clock for clock in clocks}
    for row in rows:
        row.extra |= {"customer": names.get(row.case.customer_id or 0), "total": totals.get(row.case.pk)}


def _search(rows: Cases, words: str, actor: Actor) -> Cases:
    """By number of the ledger, beginning of the order or of the part. Few that fit are looked up first: no plan walks the whole ledger."""
    found = Claim.objects.filter(Q(ledger_no=words) | Q(order_no__startswith=words) | Q(part_no__startswith=words)).values("pk")
    few = [row["pk"] for row in found[: FEW + 1]]
    return rows.filter(Q(pk__in=few if len(few) <= FEW else found) | Q(number=words.upper()))


def _departments(actor: Actor) -> Options:
    return tuple((role, department(role)) for role in dict.fromkeys(DEPARTMENT.values()))


def _of_department(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
    return rows.filter(state__in=[key for key, role in TURN.items() if role in chosen])


def _amount(row: Row) -> Any:
    return None if row.record.amount is None else money(row.record.amount)


def _recovered(row: Row) -> Any:
    return None if row.record.recovered is None else money(row.record.recovered)


def _quantity(row: Row) -> Any:
    quantity = row.record.quantity
    return None if quantity is None else f"{quantity.normalize():f}"


def facts(record: Claim, actor: Actor) -> Iterable[Fact]:
    """The form as far as it is filled in, department by department."""
    complaint = record.complaint.case
    yield Fact(_("客诉编号"), record.ledger_no)
    yield Fact(_("投诉编号"), complaint.number, f"/c/complaint/{complaint.number}/")
    if record.previous:
        yield Fact(_("原处理表"), record.previous.case.number, f"/c/claim/{record.previous.case.number}/")
        if record.previous.executed_on and record.previous.amount:
            yield Fact(_("原表已执行"), _("{amount}，本表核定的金额另计").format(amount=money(record.previous.amount)))
    named = actor.holds(*PERSONS, path=record.case.unit_path)
    for _label, fields in FORM:
        for label, value, broad in said(record, *fields, named=named):
            yield Fact(label, value, broad=broad)


def under(record: Claim, actor: Actor) -> str:
    """Whose turn it is, and whose goods they are."""
    turn = department(TURN.get(record.case.state, ""))
    if post := standing.acting(record):
        turn = str(_("{department}（由{post}代办）").format(department=turn, post=department(post)))
    if alone := standing.vacant(record):
        posts = _("、").join(department(post) for post in sorted(alone))
        turn = str(_("{post}的岗位只有被投诉的人担任，请管理员把这一岗位也授予与此事无关的人").format(post=posts))
    parts = [record.ledger_no or "", record.get_market_display(), turn]
    names = people.masked_names([record.case.customer_id] if record.case.customer_id else [])
    return " · ".join(str(part) for part in (*parts, names.get(record.case.customer_id or 0, "")) if part)


def improvement_facts(record: Improvement, actor: Actor) -> Iterable[Fact]:
    """What is to be done by whom, and whether it helped."""
    yield Fact(_("改善单位"), department(record.unit))
    yield Fact(_("改善期限"), record.due_at)
    if record.effective is not None:
        yield Fact(_("改善有效"), _("有效") if record.effective else _("无效，重新改善"))
    for label, value in ((_("改善对策"), record.measure), (_("改善执行情况"), record.result), (_("效果确认"), record.effect)):
        if value:
            yield Fact(label, value, broad=True)


def recourse_facts(record: Recourse, actor: Actor) -> Iterable[Fact]:
    """Of whom how much is claimed, and what came of it."""
    yield Fact(_("外部责任方"), record.party)
    yield Fact(_("索赔金额"), money(record.amount))
    if record.recovered is not None:
        yield Fact(_("追偿所得"), money(record.recovered))
        yield Fact(_("追偿了结日期"), record.recovered_on)
        yield Fact(_("追偿结果"), record.recovery, broad=True)


TO_DO = View("to_do", _("待我部门办理"), to_do, order="due")
OPEN = View("open", _("未结"), lambda rows, actor: rows.filter(is_open=True), order="due")
OVERDUE = View("overdue", _("逾期"), overdue, order="due")
LEDGER = View("ledger", _("登记追踪表"), listed, order="newest")
WAITING = View("to_do", _("待我部门办理"), asked, order="due")
register(
    Queue(
        "claim", icon="building-factory",
        columns=(
            NUMBER,
            Column("ledger_no", _("客诉编号"), lambda row: row.record.ledger_no),
            Column("title", _("料号与要求"), lambda row: row.case.title, kind="title"),
            STATE,
            Column("department", _("责任部门"), lambda row: department(TURN.get(row.case.state, "")) or None),
            Column("used", _("已用天数"), _used, kind="num"),
            Column("total", _("结案期限"), _total, kind="time"),
            Column("late", _("是否逾期"), _late, shown=False),
            DUE,
            Column("customer", _("客户"), lambda row: row.extra.get("customer")),
            Column("order_no", _("订单编号"), lambda row: row.record.order_no, shown=False),
            Column("quantity", _("退换数量"), _quantity, kind="num", shown=False),
            Column("liable", _("拟定责任单位"), lambda row: row.record.liable or None, shown=False),
            Column("registered", _("受理时间"), lambda row: row.record.registered_at, kind="time", shown=False),
            Column("closed", _("结案时间"), lambda row: row.case.closed_at, kind="time", shown=False),
            Column("market", _("内外销"), lambda row: row.record.get_market_display(), shown=False),
            Column("cause", _("原因类别"), lambda row: row.record.get_cause_display() or None, shown=False),
            Column("outcome", _("核定处理"), lambda row: row.record.get_outcome_display() or None),
            Column("amount", _("核定金额"), _amount, kind="num"),
            replace(OWNER, shown=False), OPENED,
        ),
        filters=(
            Filter("department", _("责任部门"), options=_departments, apply=_of_department, first=True),
            Filter("market", _("内外销"), field="record.market", options=lambda actor: MARKETS, first=True),
            Filter("outcome", _("核定处理"), field="record.outcome", options=lambda actor: OUTCOMES),
            Filter("cause", _("原因类别"), field="record.cause", options=lambda actor: CAUSES),
            Filter("part", _("料号"), kind="free", field="record.part_no"),
            Filter("registered", _("登记日期"), kind="days", field="record.registered_at"),
        ),
        views=(TO_DO, OPEN, OVERDUE, LEDGER, CLOSED, ALL), fetch=_fetch, search=_search,
    ),
    CasePage(
        "claim", facts=facts, under=under, steps=(*(state for state in STAGES if state is not ENDORSED), ENDED), compose=("note",),
        first=(
            "register", "investigate", "report", "analyse", "endorse", "study", "review", "negotiate", "read", "renegotiate", "opine",
            "approve", "refuse", "instruct",
            "execute", "collect", "close", "acknowledge", "advise",
        ),
        related=("complaint__case", "previous__case"),
    ),
    Tie("claim", up=_("投诉或原处理表"), down=_("客户抱怨处理表")),
    Todo("claims", _("客诉待我部门办理"), process="claim", view="to_do", roles=(*WORKERS, r.WAREHOUSE), tone="amber", rare=True),
    Queue(
        "recourse", icon="coins",
        columns=(
            NUMBER, Column("title", _("向谁追偿多少"), lambda row: row.case.title, kind="title"), STATE, DUE,
            Column("recovered", _("追偿所得"), _recovered, kind="num"),
            OPENED,
        ),
        views=(OPEN, OVERDUE, CLOSED, ALL),
    ),
    CasePage("recourse", facts=recourse_facts, related=("claim",), first=("recover",), compose=("note",)),
    Tie("recourse", up=_("客户抱怨处理表"), down=_("向外部责任方追偿")),
    Todo("recourse", _("待向外部责任方追偿"), process="recourse", view="open", roles=(r.OFFICE,), tone="amber", rare=True),
    *PAPERS,
    *BESIDE,
    Queue(
        "improvement", icon="trending-up",
        columns=(
            NUMBER, Column("title", _("改善对策"), lambda row: row.case.title, kind="long"), STATE,
            Column("unit", _("改善单位"), lambda row: department(row.record.unit)), DUE, OPENED,
        ),
        views=(WAITING, OPEN, OVERDUE, CLOSED, ALL),
    ),
    CasePage("improvement", facts=improvement_facts, related=("claim",), first=("improve", "verify_effect")),
    Tie("improvement", up=_("客户抱怨处理表"), down=_("改善追踪")),
    Todo("improvements", _("改善待我部门办理"), process="improvement", view="to_do", roles=IMPROVERS, tone="amber", rare=True),
)  # fmt: skip
