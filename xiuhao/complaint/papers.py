"""The form of a complaint for the house; the letter by which a customer hears what was decided (CS5-9.15): its words, and nothing of the
form. And the slip of an anomaly."""

from __future__ import annotations

from xiuhao.complaint import queries
from xiuhao.complaint.models import DEPARTMENTS, Anomaly, Complaint
from xiuhao.complaint.stages import CHIEFS, DESK, READERS
from xiuhao.kernel import chain
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Facts, Sheet, Signs, Table, Words
from xiuhao.ui.words import money


def _line(case: Case) -> Journal | None:
    rows = Journal.objects.filter(case_id=case.pk, verb="relay", data__given__way="letter")
    return rows.order_by("-seq").first()


def ready(case: Case, record: Complaint, actor: Actor) -> bool:
    """Whether the customer was written to."""
    return record.relayed > 0 and _line(case) is not None


def letter(case: Case, record: Complaint, actor: Actor) -> Sheet:
    """The latest letter."""
    line = _line(case)
    assert line is not None
    text = chain.read_contents([line]).get(line.pk, {}).get("text") or ""
    return Sheet(
        _("关于您投诉的答复"),
        case.number,
        str(case.unit),
        (
            Words(_("尊敬的{name}：").format(name=record.contact_name or _("客户"))),
            Words(text),
            Words(_("如您对以上处理还有意见，请随时与我们联系。")),
            Facts(((_("产品"), record.model or ""), (_("序列号"), record.serial), (_("日期"), local(line.occurred_at).date()))),
            Signs(((_("客户服务部"), b""),)),
        ),
    )


def form(case: Case, record: Complaint, actor: Actor) -> Sheet:
    """投诉处理单: what was told, found, offered, done and learned; for the house only, so the customer is masked (CS5-9.15)."""
    whose = f"{mask_name(record.contact_name)} {mask_phone(record.contact_phone)}".strip()
    facts = (
        (_("客户"), whose), (_("渠道"), record.get_channel_display()), (_("受理时间"), case.opened_at),
        (_("投诉内容"), record.get_content_display()), (_("严重程度"), record.get_severity_display()),
        (_("核心诉求"), record.get_demand_display()), (_("型号"), record.model or ""), (_("序列号"), record.serial),
        (_("何时购买"), record.purchased_on or ""), (_("造成损失"), record.get_loss_display()),
        (_("责任部门"), dict(DEPARTMENTS).get(record.department, "")), (_("过错"), record.get_fault_display()),
        (_("核决金额"), "" if record.authorised is None else money(record.authorised)), (_("结案时间"), case.closed_at or ""),
    )  # fmt: skip
    told = (
        (record.symptom, _("故障表现")), (record.restated, _("复述的要点")), (record.facts, _("了解到的情况")),
        (record.outcome, _("处理结果")), (record.basis, _("处理依据")), (record.summary, _("原因总结")),
        (record.improvement, _("改进建议")),
    )  # fmt: skip
    heads = (_("次序"), _("方案"), _("金额"), _("客户答复"))
    rows = [
        (str(one.rank), one.text, money(one.amount), one.get_answer_display() if one.offered_at else "")
        for one in queries.options(actor, record)
    ]
    blocks = (
        Facts(facts, columns=3), *(Words(text, label) for text, label in told if text),
        *((Table(heads, rows, _("方案"), right=(2,), broad=1),) if rows else ()),
        Signs(((_("受理人"), b""), (_("责任部门"), b""), (_("客服经理"), b"")), seal=False),
    )  # fmt: skip
    return Sheet(_("投诉处理单"), case.number, str(case.unit), blocks, note=_("仅供内部使用，不得影印给客户。"))


def slip(case: Case, record: Anomaly, actor: Actor) -> Sheet:
    """异常处理单 (CS5-3): what was seen, why it is so, what is done about it, whether it helped."""
    told = (
        (record.text, _("异常情况")), (record.cause, _("原因")), (record.measure, _("改善措施")), (record.checked, _("改善效果")),
    )  # fmt: skip
    facts = (
        (_("内容"), record.get_content_display()), (_("型号"), record.model or ""), (_("序列号"), record.serial),
        (_("反映单位"), record.found_by), (_("反映时间"), case.opened_at),
    )  # fmt: skip
    signs = Signs(((_("反映单位"), b""), (_("责任单位"), b""), (_("质量管理部"), b"")), seal=False)
    return Sheet(_("异常处理单"), case.number, str(case.unit), (Facts(facts), *(Words(text, label) for text, label in told if text), signs))


HOUSE = tuple(sorted(DESK | CHIEFS | READERS | {r.AUDITOR}))  # no dealer, though they took it in
PAPERS = (
    Paper("form", _("投诉处理单"), "complaint", form, roles=HOUSE),
    Paper("letter", _("致客户函"), "complaint", letter, ready=ready, personal=True),
    Paper("slip", _("异常处理单"), "anomaly", slip),
)
