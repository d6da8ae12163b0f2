"""The minutes on paper: who was there, cause, countermeasures, actions, and where the departments sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.words import _
from xiuhao.meeting import queries
from xiuhao.meeting.models import DEPARTMENTS, Meeting
from xiuhao.ui.pages import Paper
from xiuhao.ui.paper import Facts, Sheet, Signs, Table, Words

NAMES = dict(DEPARTMENTS)


def agreed(record: Meeting) -> Iterator[tuple[Any, str]]:
    """What came of it, heading by heading, as far as it is written down."""
    for label, text in (
        (_("原因"), record.cause), (_("解决对策"), record.solution), (_("防再发措施"), record.prevention), (_("教训"), record.lessons),
        (_("效果确认"), record.effect),
    ):  # fmt: skip
        if text:
            yield label, text


def sheet(case: Case, record: Meeting, actor: Actor) -> Sheet:
    """会议纪要 of one meeting."""
    seats, actions = queries.seats(case.pk), queries.actions(case.pk)
    about = Link.objects.filter(child_id=case.pk, kind="meeting").values_list("parent__number", flat=True)
    rows = [
        (one.no, one.get_kind_display(), one.what, NAMES.get(one.department, one.department), one.person or "", one.due_on,
         one.get_outcome_display() if one.outcome else _("跟踪中"), one.result)
        for one in actions
    ]  # fmt: skip
    came = [(NAMES.get(seat.department, seat.department), seat.account, _("代表") if seat.deputy else "") for seat in seats]
    heads = (_("序号"), _("类别"), _("措施"), _("责任部门"), _("责任人"), _("期限"), _("结果"), _("跟踪情况"))
    return Sheet(
        _("会议纪要"),
        case.number,
        str(case.unit),
        (
            Facts(
                (
                    (_("议题"), record.subject), (_("会议类型"), record.get_ground_display()), (_("所议单号"), _("、").join(about)),
                    (_("召集人"), case.keeper), (_("会议时间"), record.held_at), (_("会议地点"), record.place),
                )
            ),
            Table((_("部门"), _("出席人"), _("备注")), came, label=_("出席"), broad=1),
            Words(record.matter, _("情况说明")),
            *(Words(text, label) for label, text in agreed(record)),
            Table(heads, rows, label=_("措施"), broad=2),
            Signs(tuple((_("{department}签字").format(department=NAMES.get(seat.department, "")), b"") for seat in seats), seal=False),
        ),
        qr=f"{settings.BASE_URL}/c/meeting/{case.number}/",
        qr_says=_("内部扫码查看"),
    )  # fmt: skip


MINUTES = Paper("minutes", _("会议纪要"), "meeting", sheet, ready=lambda case, record, actor: bool(record.cause))
