"""The papers of liability: the worksheet, the notice in three named copies, the list that personnel publishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.words import _
from xiuhao.liability import queries
from xiuhao.liability.models import DEPARTMENTS, MEASURES, Discipline, Liability, Listed, Sanction
from xiuhao.ui.paper import Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import money

COPIES = (_("奖罚通知单第一联：自存"), _("奖罚通知单第二联：会计"), _("奖罚通知单第三联：受奖罚部门"))
LABELS, MEASURED = dict(DEPARTMENTS), dict(MEASURES)


def worksheet(case: Case, record: Liability, _actor: Actor) -> Sheet:
    """How the loss was worked out, and who bears what."""
    rows: list[tuple[Any, ...]] = []
    for share in queries.shares(case.pk):
        rows.append((LABELS[share.department], f"{share.percent:.2f}%", "", "", money(share.amount)))
        people = list(share.persons.all())
        rows += [("", "", one.account.name, one.get_place_display(), money(one.amount)) for one in people]
        if people and (rest := share.amount - sum(one.amount for one in people)):
            rows.append(("", "", _("部门承担"), "", money(rest)))
    facts = (
        (_("客诉单"), record.claim.number),
        (_("损失类别"), record.get_basis_display()),
        (_("损失金额"), "" if record.loss is None else money(record.loss)),
        (_("核定人"), _decider(case, "decision") if record.decided_at else ""),
        (_("核定时间"), record.decided_at or ""),
    )
    heads = (_("部门"), _("比率"), _("人员"), _("责任"), _("金额"))
    return Sheet(
        _("客诉损失核算与责任分摊表"),
        case.number,
        str(case.unit),
        (
            Facts(facts), Words(queries.worked_out(record), _("核算说明")), Table(heads, rows, _("责任分摊"), right=(1, 4), broad=0),
            Signs(((_("总经理室"), b""), (_("主管批示"), b""))),
        ),
        note=_("责任金额只登记备查，不作为扣款依据。"),
    )  # fmt: skip


def _decider(case: Case, key: str) -> str:
    """Who agreed last, all posts of its row of authority."""
    agreed = CaseAsk.objects.filter(case=case, key=key, outcome="agreed")
    if (last := agreed.order_by("-pk").first()) is None:
        return ""
    return str(_("、")).join(agreed.filter(opened_by_line=last.opened_by_line_id).order_by("pk").values_list("answered_name", flat=True))


def approved(_case: Case, record: Sanction, _actor: Actor) -> bool:
    """A notice is printed once it is approved."""
    return record.approved_at is not None


def copy(label: Any) -> Callable[[Case, Sanction, Actor], Sheet]:
    """One of the three copies of a notice; each says which it is."""
    return lambda case, record, _actor: notice(case, record, label)


def notice(case: Case, record: Sanction, label: Any) -> Sheet:
    """奖罚通知单, under the name of its copy."""
    facts = (
        (_("当事人"), record.person.name),
        (_("所属部门"), record.get_department_display()),
        (_("奖罚"), record.get_kind_display()),
        (_("措施"), record.get_measure_display()),
        (_("金额（仅登记）"), "" if record.amount is None else money(record.amount)),
        (_("批准人"), _decider(case, "approval")),
        (_("批准时间"), record.approved_at or ""),
    )
    signs = Signs(((_("总经理"), b""), (_("当事人"), b"")))
    return Sheet(label, case.number, str(case.unit), (Facts(facts), Words(record.reason, _("事由"), strong=True), signs))


def announcement(case: Case, record: Discipline, actor: Actor) -> Sheet:
    """人事公布单: names, departments and measures; nothing of the complaints."""
    found = Listed.objects.visible_to(actor).filter(discipline_id=case.pk)
    rows = [(one.number, one.name, LABELS[one.department], MEASURED[one.measure], one.approved_at) for one in found]
    heads = (_("通知单号"), _("姓名"), _("部门"), _("处分"), _("批准时间"))
    return Sheet(
        _("人事公布单"),
        case.number,
        str(case.unit),
        (Facts(((_("案件月份"), record.month), (_("件数"), str(record.cases)))), Table(heads, rows, broad=1), Signs(((_("人事"), b""),))),
    )
