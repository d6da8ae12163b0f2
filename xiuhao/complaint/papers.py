"""The letter by which a customer hears what was decided (CS5-9.15): its words, and nothing of the form. And the slip of an anomaly."""

from __future__ import annotations

from xiuhao.complaint.models import Anomaly, Complaint
from xiuhao.kernel import chain
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Facts, Sheet, Signs, Words


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


PAPERS = (
    Paper("letter", _("致客户函"), "complaint", letter, ready=ready, personal=True),
    Paper("slip", _("异常处理单"), "anomaly", slip),
)
