"""The letter by which a customer hears what was decided (CS5-9.15): its words, and nothing of the form."""

from __future__ import annotations

from xiuhao.complaint.models import Complaint
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


LETTER = Paper("letter", _("致客户函"), "complaint", letter, ready=ready, personal=True)
