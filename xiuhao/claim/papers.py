"""The form on paper: five copies of a closed claim, each with the name of whom it is for (CS5-9.11). For the house only (CS5-9.15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings

from xiuhao.claim.elements import CLOSED
from xiuhao.claim.models import Claim, Improvement
from xiuhao.claim.words import FORM, PERSONS, department, said
from xiuhao.kernel import chain
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.asks import PARTLY
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Block, Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import money

COPIES = (
    (r.QUALITY, _("第一联：质量管理部")),
    (r.PRODUCTION, _("第二联：制造部门")),
    (r.SALES, _("第三联：业务部门")),
    (r.FINANCE, _("第四联：会计科")),
    (r.OFFICE, _("第五联：总经理室")),
)
SIGNED = {
    "submit": _("业务填报"), "resubmit": _("业务填报"), "register": _("总经理室登记"), "investigate": _("质管调查"),
    "report": _("调查报告"), "instruct": _("批示调查报告"), "analyse": _("制造分析"), "endorse": _("经理批示"), "study": _("研发研究"),
    "advise": _("会签意见"), "review": _("总经理室审议"), "send_back": _("退回重办"), "negotiate": _("业务交涉"),
    "read": _("业务经理核阅"), "renegotiate": _("退回重新交涉"), "opine": _("综合意见"), "approve": _("核决"), PARTLY: _("核决"),
    "refuse": _("不同意，退回"), "amend": _("更改核定内容"), "object": _("签呈异议"), "dispute": _("客户有异议，呈报上级"),
    "execute": _("执行"), "collect": _("收回账款"), "close": _("结案"),
}  # fmt: skip
REASONS = ("why", "text", "note")  # what somebody wrote with it that stands in no field of the form


def _blocks(case: Case, record: Claim, named: bool) -> Iterable[Block]:
    names = people.masked_names([case.customer_id] if case.customer_id else [])
    whose = [(_("客户"), names.get(case.customer_id or 0, "")), (_("投诉编号"), record.complaint.case.number)]
    if record.previous:
        whose.append((_("原处理表"), record.previous.ledger_no or record.previous.case.number))
    for place, (label, fields) in enumerate(FORM):
        pairs = [(name, value) for name, value, broad in said(record, *fields, named=named) if not broad]
        if shown := (*(whose if place == 0 else ()), *pairs):
            yield Facts(shown, label)
        for name, value, broad in said(record, *fields):
            if broad:
                yield Words(value, name)
    lines = list(Journal.objects.filter(case_id=case.pk, verb__in=SIGNED).order_by("seq"))
    texts = chain.read_contents(lines)
    rows = [(SIGNED[line.verb], line.actor_name, line.occurred_at, _reason(line, texts.get(line.pk, {}))) for line in lines]
    yield Table((_("环节"), _("经办"), _("时间"), _("意见")), rows, _("办理经过"), broad=3)


def _reason(line: Journal, texts: Mapping[str, str | None]) -> str:
    given = line.data.get("given", {})
    return str(next((said for key in REASONS if (said := texts.get(key) or given.get(key))), ""))


def copy(label: str, named: bool) -> Callable[[Case, Claim, Actor], Sheet]:
    """The form as one of its copies; with the names of the operators where it is for a department that may know them."""

    def sheet(case: Case, record: Claim, actor: Actor) -> Sheet:
        return Sheet(
            _("客户抱怨处理表（{copy}）").format(copy=label), record.ledger_no or case.number, str(case.unit),
            tuple(_blocks(case, record, named)), qr=f"{settings.BASE_URL}/c/claim/{case.number}/", qr_says=label,
            note=_("{copy}。仅供内部使用，不得影印给客户。").format(copy=label),
        )  # fmt: skip

    return sheet


def petition(case: Case, record: Claim, actor: Actor) -> Sheet:
    """签呈: what a department, or the customer, has against the decision, and what had been decided (CS5-9.16, CS5-9.18)."""
    line = Journal.objects.filter(case_id=case.pk, verb__in=("object", "dispute")).order_by("seq").last()
    title = _("客户异议呈报") if line and line.verb == "dispute" else _("签呈")
    facts = (
        (_("客诉编号"), record.ledger_no or ""), (_("料号"), record.part_no), (_("呈报人"), line.actor_name if line else ""),
        (_("呈报时间"), line.occurred_at if line else ""), (_("核定处理"), record.get_outcome_display()),
        (_("核定金额"), "" if record.amount is None else money(record.amount)),
    )  # fmt: skip
    blocks = (Facts(facts), Words(record.objection, title, strong=True), Signs(((_("呈报部门"), b""), (_("核决"), b"")), seal=False))
    return Sheet(title, case.number, str(case.unit), blocks, note=_("仅供内部使用，不得影印给客户。"))


def improvement(case: Case, record: Improvement, actor: Actor) -> Sheet:
    """改善追踪单: what is to be done by whom until when, what was done, whether it helped (CS5-9.9)."""
    facts = (
        (_("客诉编号"), record.claim.ledger_no or record.claim.case.number), (_("料号"), record.claim.part_no),
        (_("改善单位"), department(record.unit)), (_("改善期限"), record.due_at or ""),
        (_("改善有效"), "" if record.effective is None else _("有效") if record.effective else _("无效，重新改善")),
    )  # fmt: skip
    told = ((record.measure, _("改善对策")), (record.result, _("改善执行情况")), (record.effect, _("效果确认")))
    signs = Signs(((_("改善单位"), b""), (_("质量管理部"), b""), (_("总经理室"), b"")), seal=False)
    texts = tuple(Words(text, label) for text, label in told if text)
    return Sheet(_("改善追踪单"), case.number, str(case.unit), (Facts(facts), *texts, signs))


def _closed(case: Case, record: Any, actor: Actor) -> bool:
    return case.state == CLOSED.key


PAPERS = tuple(
    Paper(f"copy_{role}", label, "claim", copy(label, role in PERSONS), ready=_closed, roles=(role, r.OFFICE)) for role, label in COPIES
)
BESIDE = (
    Paper("petition", _("签呈"), "claim", petition, ready=lambda case, record, actor: bool(record.objection)),
    Paper("tracking", _("改善追踪单"), "improvement", improvement),
)
