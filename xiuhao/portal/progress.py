"""How far a case is, as a courier would tell it: what happened and when, who has it, what comes next. Plain words, no codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from xiuhao.kernel import chain
from xiuhao.kernel.access import Actor
from xiuhao.kernel.discretion import spoken
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Attachment, Case, Journal
from xiuhao.kernel.roles import CUSTOMER
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.portal import elsewhere, exchanges, visits
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.process import TICKET
from xiuhao.ticket.queries import answer_due

# What the customer may do, in the order in which it is offered.
OFFERED = ("answer", "confirm", "dispute", "urge", "add", "reopen", "cancel")
STAGES = (gettext_lazy("已收到"), gettext_lazy("处理中"), gettext_lazy("等您确认"), gettext_lazy("已完成"))
_STAGE = {"received": 0, "in_review": 0, "in_progress": 1, "waiting_customer": 1, "waiting_parts": 1, "solved": 2, "archived": 3}
_SAID = {
    "receive": gettext_lazy("我们收到了您的请求"),
    "reply": gettext_lazy("客服回复了您"),
    "promise": gettext_lazy("承诺时间有更新"),
    "wait_customer": gettext_lazy("客服需要您补充信息"),
    "solve": gettext_lazy("已处理完毕，等您确认"),
    "confirm": gettext_lazy("已确认解决，服务完成"),
    "dispute": gettext_lazy("问题还没解决，已重新处理"),
    "reopen": gettext_lazy("请求已重新打开"),
    "cancel": gettext_lazy("请求已取消"),
    "add": gettext_lazy("收到补充说明"),
    "answer": gettext_lazy("收到您的答复"),
    "urge": gettext_lazy("收到催单，已转告负责人"),
    "merge": gettext_lazy("与您的另一个请求合并处理"),
    "unmerge": gettext_lazy("恢复为单独处理"),
    "jump": gettext_lazy("您的请求已优先安排"),
    "warn_delay": gettext_lazy("预计会晚于承诺时间，已告知您原因和补救"),
    "inform": gettext_lazy("客服告知了进展"),
    "split": gettext_lazy("从您的另一个请求中分出，单独处理"),
}
VERBS = {
    "answer": gettext_lazy("答复客服"),
    "confirm": gettext_lazy("已解决，我满意"),
    "dispute": gettext_lazy("还没解决"),
    "urge": gettext_lazy("催一催"),
    "add": gettext_lazy("补充说明或照片"),
    "reopen": gettext_lazy("问题又出现了"),
    "cancel": gettext_lazy("取消请求"),
}


@dataclass
class Step:
    """One thing that happened. `text` and `photos` only for whoever has proven to be the customer."""

    at: datetime
    sentence: str
    ours: bool
    text: str = ""
    photos: list[Attachment] = field(default_factory=list)


@dataclass
class Progress:
    """A case as its customer sees it."""

    case: Case
    record: Ticket
    steps: list[Step]
    owner: str
    phone: str
    proven: bool
    answer_due: datetime | None = None  # by when the first answer is owed
    visits: list[visits.Visit] = field(default_factory=list)
    applications: list[exchanges.Application] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return self.case.state == "cancelled"

    @property
    def stages(self) -> list[tuple[str, str]]:
        """(label, "done", "now" or "")."""
        at = _STAGE.get(self.case.state, 0)
        over = self.case.state == "archived"
        return [(str(label), "done" if i < at or over else "now" if i == at else "") for i, label in enumerate(STAGES)]

    @property
    def headline(self) -> str:
        return {
            "received": _("已收到，正在安排人员"),
            "in_review": _("已收到，资深人员正在查看"),
            "in_progress": _("正在处理"),
            "waiting_customer": _("等您补充信息"),
            "waiting_parts": _("正在等备件"),
            "solved": _("已处理完毕，请您确认"),
            "archived": _("服务已完成"),
            "cancelled": _("请求已取消"),
            "merged": _("已并入您的另一个请求"),
        }.get(self.case.state, _("正在处理"))

    @property
    def next_step(self) -> str:
        """What happens now, or what is asked of the customer."""
        if any(visit.quoted for visit in self.visits):
            return _("请打开短信里的报价链接，决定是否维修；您同意后才会开工。")
        return {
            "received": _("我们会安排人员联系您，您无需再做什么。"),
            "in_review": _("查看后会安排合适的人员联系您。"),
            "in_progress": _("负责人会联系您；有新情况可以随时补充。"),
            "waiting_customer": _("请点“答复客服”告诉我们，收到后马上继续。"),
            "waiting_parts": _("备件一到我们就继续，期间无需您做什么。"),
            "solved": _("解决了请点“已解决，我满意”，没解决请点“还没解决”。"),
            "archived": _("如果同样的问题又出现，可以重新打开，不必重新填写。"),
            "cancelled": _("需要时可以再提交一次。"),
        }.get(self.case.state, "")

    @property
    def promised(self) -> datetime | None:
        """By when we said that it would be done or we would answer again; not once it is done."""
        return self.record.promised_at if self.case.state not in ("solved", "archived", "cancelled", "merged") else None

    @property
    def applies(self) -> bool:
        """Whether a return or an exchange may be applied for: of something that was bought, while the request is open, once at a time."""
        return self.case.is_open and self.record.category_id is not None and all(one.done for one in self.applications)

    @property
    def actions(self) -> list[tuple[str, str]]:
        """(verb, words) that the case's state allows to its customer. The engine decides when one is done."""
        open_now = {t.key for t in TICKET.open_to(TICKET.state(self.case.state), {CUSTOMER})}
        return [(verb, str(VERBS[verb])) for verb in OFFERED if verb in open_now]


def of(actor: Actor, case: Case, record: Ticket) -> Progress:
    """The progress of a case that this actor sees: five statements for a stranger with the link, eight for the proven customer,
    one more where somebody comes, or something is given back."""
    lines = list(Journal.objects.filter(case_id=case.pk, public=True).order_by("-seq")[:100])
    further = elsewhere.of(case) if actor.proven else []
    texts = chain.read_contents([*lines, *further]) if actor.proven else {}
    photos = _photos(actor, lines) if actor.proven else {}
    coming, told = visits.of(case)
    applications, done = exchanges.of(case, actor.proven)
    steps = [_step(line, texts.get(line.pk, {}), photos) for line in lines]
    steps += [Step(one.at, one.sentence, ours=True) for one in (*told, *done)]
    steps += [_elsewhere(line, texts.get(line.pk, {})) for line in further]
    steps.sort(key=lambda step: step.at, reverse=True)
    owner = mask_name(case.owner.name) if case.owner else ""
    return Progress(case, record, steps, owner, mask_phone(record.contact_phone), actor.proven, answer_due(case), coming, applications)


def _elsewhere(line: Journal, texts: dict[str, str | None]) -> Step:
    return Step(line.occurred_at, elsewhere.sentence(line), line.actor_kind != "customer", elsewhere.text(line, texts))


def _photos(actor: Actor, lines: Sequence[Journal]) -> dict[str, Attachment]:
    ids = {i for line in lines for i in line.data.get("given", {}).get("photos", ())}
    rows = Attachment.objects.visible_to(actor).filter(public_id__in=ids).select_related("file") if ids else ()
    return {str(row.public_id): row for row in rows}


def _step(line: Journal, texts: dict[str, str | None], photos: dict[str, Attachment]) -> Step:
    said = _SAID.get(line.verb) or TICKET.verb(line.verb).label
    kept = [texts.get(key) for key in ("text", "solution", "reason", "description") if key not in TICKET.ours(line.verb)]
    named = line.data.get("given", {}).get("photos", ())
    shown = [photos[i] for i in named if i in photos]
    return Step(line.occurred_at, str(said), line.actor_kind != "customer", spoken("\n".join(t for t in kept if t)), shown)


@dataclass(frozen=True)
class Glance:
    """A case in a list."""

    number: str
    title: str
    headline: str
    opened: datetime
    is_open: bool


def glance(record: Ticket) -> Glance:
    """One line about a case of the customer."""
    headline = Progress(record.case, record, [], "", "", proven=True).headline
    return Glance(record.case.number, spoken(record.case.title), headline, record.case.opened_at, record.case.is_open)
