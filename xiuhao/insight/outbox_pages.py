"""The outbox: what went out to people about the cases that one sees, what waits, what failed."""

from __future__ import annotations

from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xiuhao.kernel import letters
from xiuhao.kernel.models import Message, Outbox
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.ui.desk import actor_of, case_url, staff
from xiuhao.ui.register import Ask, Column, asked, register
from xiuhao.ui.words import moment

CHANNELS = (("sms", gettext_lazy("短信")), ("email", gettext_lazy("邮件")), ("wecom", gettext_lazy("企业微信")))
STATES = (
    ("sent", gettext_lazy("已发出")),
    ("waiting", gettext_lazy("待发")),
    ("again", gettext_lazy("未送出，将再试")),
    ("failed", gettext_lazy("未送出，已放弃")),
    ("twice", gettext_lazy("可能发了两次")),
)
TONES = {"sent": "green", "waiting": "blue", "again": "amber", "failed": "red", "twice": "amber"}
WHERE = {
    "sent": Q(sent_at__isnull=False, maybe_twice=False),
    "waiting": Q(sent_at=None, error="", maybe_twice=False),
    "again": Q(sent_at=None, maybe_twice=False, again_at__isnull=False) & ~Q(error=""),
    "failed": Q(sent_at=None, maybe_twice=False, again_at=None) & ~Q(error=""),
    "twice": Q(maybe_twice=True),
}


@staff
def outbox(request: HttpRequest) -> HttpResponseBase:
    """GET /outbox/?channel=&state=&q="""
    actor = actor_of(request)
    channel, state, number = asked(request, "channel", CHANNELS), asked(request, "state", STATES), asked(request, "q")
    rows = _tried(letters.sent(actor))
    if channel:
        rows = rows.filter(channel=channel)
    if state:
        rows = rows.filter(WHERE[state])
    if number:
        rows = rows.filter(case__number=number.upper())
    columns = (
        Column(_("时间"), lambda m: m.created_at, kind="time"),
        Column(_("渠道"), lambda m: dict(CHANNELS).get(m.channel, m.channel)),
        Column(_("收件人"), lambda m: m.to_masked or None),
        Column(_("编号"), lambda m: m.case.number if m.case else None, url=lambda m: case_url(m.case) if m.case else ""),
        Column(_("主题"), lambda m: m.subject or None),
        Column(_("状态"), _standing),
        Column(_("内容"), letters.readable),
    )
    asks = (
        Ask("channel", _("渠道"), channel, CHANNELS),
        Ask("state", _("状态"), state, STATES),
        Ask("q", _("编号"), number, hint=_("工单编号")),
    )
    return register(request, _("发件箱"), rows, columns, asks=asks, empty=_("还没有发给客户的消息。"))


def _tried(rows: QuerySet[Message]) -> QuerySet[Message]:
    """With `again_at`: when a message that failed is tried again; None once it was given up. Its row of the outbox, which knows, has
    the message's key without whom it goes to."""
    root = Func(F("effect_key"), Value(":[^:]+:[^:]+$"), Value(""), function="regexp_replace")
    held = Outbox.objects.filter(Q(effect_key=OuterRef("root")) | Q(effect_key=OuterRef("effect_key")), done_at=None, dead=False)
    return rows.annotate(root=root, again_at=Subquery(held.values("not_before")[:1]))


def state_of(message: Message) -> str:
    """The key of STATES that a message of `_tried` is in."""
    if message.maybe_twice:
        return "twice"
    if message.sent_at or not message.error:
        return "sent" if message.sent_at else "waiting"
    return "again" if message.again_at else "failed"  # type: ignore[attr-defined]  # an annotation


def _standing(message: Message) -> SafeString:
    key = state_of(message)
    why = format_html(' <span class="soft small">{}</span>', message.error) if message.error else ""
    if key == "again":
        why = format_html(" {}{}", _("下次：{at}").format(at=moment(message.again_at)), why)  # type: ignore[attr-defined]
    return format_html('<span class="tag tone-{}">{}</span>{}', TONES[key], dict(STATES)[key], why)
