"""What the desk and the departments see of complaints, anomaly slips and reports of wrongdoing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html

from xiuhao.complaint import authority, papers, queries
from xiuhao.complaint.models import CHANNELS, CONTENTS, DEPARTMENTS, SEVERITIES, Anomaly, Complaint, Tipoff
from xiuhao.complaint.process import COMPLAINT
from xiuhao.complaint.slips import ANOMALY, TIPOFF
from xiuhao.complaint.stages import ANSWERED, ASSIGNED, CLOSED, CONFIRMED, EXECUTED, PLANNED, RECEIVED
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name, mask_phone
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.ui.defaults import CLOSED as ENDED
from xiuhao.ui.defaults import DUE, MINE, NUMBER, OPEN, OPENED, OVERDUE, OWNER, STATE, TITLE, UNOWNED, waiting
from xiuhao.ui.pages import CasePage, Cases, Column, Fact, Filter, Finder, Hit, Panel, Queue, Row, Tie, Todo, View, register
from xiuhao.ui.words import money

TONES = {"normal": "grey", "serious": "amber", "critical": "red"}
NAMED_CONTENTS, NAMED_SEVERITIES, NAMED_CHANNELS = dict(CONTENTS), dict(SEVERITIES), dict(CHANNELS)
HEADS = (r.LEAD, r.MANAGER, r.QUALITY)


def _by(field: str) -> Any:
    def apply(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
        return rows.filter(pk__in=Complaint.objects.filter(**{f"{field}__in": chosen}).values("pk"))

    return apply


def _of_models(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
    return rows.filter(pk__in=Complaint.objects.filter(model__in=[int(pk) for pk in chosen if pk.isdigit()][:50]).values("pk"))


def _again(rows: Cases, given: bool, actor: Actor) -> Cases:
    return rows.filter(pk__in=Complaint.objects.filter(repeats__gt=0).values("pk"))


def _asked(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(is_open=True, pk__in=CaseAsk.open_to(actor).values("case_id"))


def _serious(rows: Cases, actor: Actor) -> Cases:
    return waiting(rows, actor).filter(pk__in=Complaint.objects.exclude(severity="normal").values("pk"))


def _repeated(rows: Cases, actor: Actor) -> Cases:
    return _again(waiting(rows, actor), True, actor)


def _to_survey(rows: Cases, actor: Actor) -> Cases:
    return waiting(rows, actor).filter(state="executed")


def graded(severity: str) -> Any:
    """How grave, in its colour."""
    return format_html('<span class="tag tone-{}">{}</span>', TONES.get(severity, "grey"), NAMED_SEVERITIES.get(severity, severity))


def _fetch(rows: list[Row]) -> None:
    names = people.masked_names([row.case.customer_id for row in rows if row.case.customer_id])
    for row in rows:
        row.extra["customer"] = names.get(row.case.customer_id) if row.case.customer_id else None


def _department(record: Complaint) -> Any:
    return dict(DEPARTMENTS).get(record.department)


QUEUE = Queue(
    "complaint",
    place=3,
    icon="thumb-down",
    columns=(
        NUMBER,
        TITLE,
        STATE,
        Column("severity", _("严重程度"), lambda row: graded(row.record.severity), verb="grade"),
        Column("content", _("投诉内容"), lambda row: NAMED_CONTENTS.get(row.record.content)),
        DUE,
        Column("customer", _("客户"), lambda row: row.extra["customer"]),
        Column("model", _("型号"), lambda row: row.record.model, shown=False),
        Column("department", _("责任部门"), lambda row: _department(row.record), verb="assign"),
        OWNER,
        Column("repeats", _("此前投诉"), lambda row: row.record.repeats or None, kind="num"),
        Column("channel", _("渠道"), lambda row: NAMED_CHANNELS.get(row.record.channel), shown=False),
        OPENED,
    ),
    filters=(
        Filter("severity", _("严重程度"), options=lambda actor: SEVERITIES, apply=_by("severity"), first=True),
        Filter("content", _("投诉内容"), options=lambda actor: CONTENTS, apply=_by("content"), first=True),
        Filter("channel", _("渠道"), options=lambda actor: CHANNELS, apply=_by("channel")),
        Filter("department", _("责任部门"), options=lambda actor: DEPARTMENTS, apply=_by("department")),
        Filter("model", _("型号"), kind="free", apply=_of_models),
        Filter("again", _("重复投诉"), kind="flag", apply=_again),
    ),
    views=(
        OPEN,
        MINE,
        View("asked", _("待我部门答复"), _asked, order="due"),
        UNOWNED,
        View("serious", _("严重未结"), _serious, order="due"),
        OVERDUE,
        View("repeat", _("重复未结"), _repeated, order="due"),
        View("survey", _("待征求意见"), _to_survey, order="due"),
        ENDED,
        View("all", _("全部"), lambda rows, actor: rows, order="newest"),
    ),
    bulk=("take", "grade"),
    related=("model",),
    fetch=_fetch,
)


def facts(record: Complaint, actor: Actor) -> Iterable[Fact]:
    """What the customer wants most stands first (CS4-6); then what happened, how grave, whose, and what became of it."""
    yield Fact(_("核心诉求"), record.get_demand_display())
    yield Fact(_("严重程度"), graded(record.severity))
    yield Fact(_("故障表现"), record.symptom, broad=True)
    yield Fact(_("复述的要点"), _heard(record), broad=True)
    yield Fact(_("投诉内容"), record.get_content_display())
    yield Fact(_("渠道"), record.get_channel_display())
    yield from _whose(record, actor)
    yield from _machine(record)
    yield from _noticed(record)
    yield Fact(_("责任部门"), _department(record))
    yield Fact(_("承诺时间"), record.promised_at)
    if record.about_id:
        yield Fact(_("被投诉人"), _("{name}（不参与处理）").format(name=record.about))
    yield from _settled(record)


def _heard(record: Complaint) -> str:
    if not record.restated:
        return str(_("还没有复述，请客户确认后再定方案"))
    return record.restated + str(_("（客户认可）") if record.agreed == "yes" else _("（客户不认可，请再复述）"))


def _whose(record: Complaint, actor: Actor) -> Iterable[Fact]:
    customer = record.case.customer_id
    url = f"/customers/{customer}/" if customer and actor.holds(*r.REVEALERS) else ""
    yield Fact(_("客户"), f"{mask_name(record.contact_name)} {mask_phone(record.contact_phone)}".strip(), url=url)


def _machine(record: Complaint) -> Iterable[Fact]:
    yield Fact(_("型号"), record.model)
    yield Fact(_("序列号"), record.serial)
    yield Fact(_("何时购买"), record.purchased_on)
    if record.loss:
        yield Fact(_("造成损失"), record.get_loss_display())
    if record.safety:
        yield Fact(_("涉及人身或财产安全"), format_html('<span class="tag tone-red">{}</span>', _("是")))
    if record.claimed is not None:
        yield Fact(_("客户要求的金额"), money(record.claimed))


def _noticed(record: Complaint) -> Iterable[Fact]:
    """That it is not the first, or not the only one."""
    if record.repeats:
        days = queries.days("complaint.repeat")
        yield Fact(_("重复投诉"), _("{days} 天内第 {n} 次，见“此前投诉”").format(days=days, n=record.repeats + 1))
    if found := queries.batch(record):
        url = f"/c/complaint/?view=all&model={record.model_id}&content={record.content}"
        yield Fact(_("批量投诉"), _("同型号同类投诉 {days} 天内 {n} 件").format(n=found[0], days=found[1]), url=url)


def _settled(record: Complaint) -> Iterable[Fact]:
    if record.apologised_at and not record.fault:
        yield Fact(_("道歉时间"), record.apologised_at)
    if record.fault:
        said = _("{fault}，已道歉") if record.apologised_at else "{fault}"
        yield Fact(_("过错"), str(said).format(fault=record.get_fault_display()))
    if record.authorised is not None:
        yield Fact(_("核决金额"), money(record.authorised))
    texts = (
        (_("了解到的情况"), record.facts),
        (_("处理结果"), record.outcome),
        (_("处理依据"), record.basis),
        (_("原因总结"), record.summary),
        (_("改进建议"), record.improvement),
    )
    if record.cause:
        yield Fact(_("原因分类"), record.get_cause_display())
    if record.better is not None:
        yield Fact(_("超出客户预期"), _("是") if record.better else _("否"))
    for label, text in texts:
        if text:
            yield Fact(label, text, broad=True)


def under(record: Complaint, actor: Actor) -> str:
    """Whose it is, masked."""
    return f"{mask_name(record.contact_name)} {mask_phone(record.contact_phone)}".strip()


def beside_before(case: Case, record: Complaint, actor: Actor) -> Mapping[str, Any]:
    """The complaints of the same customer or machine that the actor sees."""
    mine = Case.objects.of("complaint", actor)
    rows = queries.before(case.customer_id, record.serial, case.pk).filter(case__in=mine)[:10]
    return {"rows": rows, "states": {state.key: state for state in COMPLAINT.states}, "days": queries.days("complaint.repeat")}


def plan(case: Case, record: Complaint, actor: Actor) -> Mapping[str, Any]:
    """The options of the plan, the best first."""
    options = queries.options(actor, record)
    return {"options": options, "beyond": authority.beyond(authority.allowance(actor, record), options) if options else ()}


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """How the rules graded it, which option it was, what came before."""
    if data.get("graded"):
        yield _("规则分级"), NAMED_SEVERITIES.get(data["graded"], data["graded"])
    if data.get("repeats"):
        yield _("此前投诉"), data["repeats"]
    if data.get("option"):
        yield _("方案次序"), data["option"]
    if data.get("beyond"):
        yield _("须先核决的方案"), _("、").join(str(rank) for rank in data["beyond"])
    if data.get("overruled"):
        yield _("投诉规则"), _("未按规则，见理由")


def of_anomaly(record: Anomaly, actor: Actor) -> Iterable[Fact]:
    """What was found, why, and what was done against it."""
    yield Fact(_("异常情况"), record.text, broad=True)
    yield Fact(_("内容"), record.get_content_display())
    yield Fact(_("反映单位"), record.found_by)
    yield Fact(_("型号"), record.model)
    yield Fact(_("序列号"), record.serial)
    for label, text in ((_("原因"), record.cause), (_("改善措施"), record.measure), (_("改善效果"), record.checked)):
        if text:
            yield Fact(label, text, broad=True)


def of_tipoff(record: Tipoff, actor: Actor) -> Iterable[Fact]:
    """The matter; of the source no more than whether there is one."""
    yield Fact(_("被举报人或部门"), record.person)
    yield Fact(_("被举报人（本公司）"), record.about or record.get_concerns_display())
    yield Fact(_("举报人"), _("匿名") if record.anonymous else _("已加密保存，不显示"))
    for label, text in ((_("举报事项"), record.matter), (_("查核情况"), record.findings), (_("处理结果"), record.outcome)):
        if text:
            yield Fact(label, text, broad=True)


def find(actor: Actor, words: str) -> Sequence[Hit]:
    """A complaint by its number. No statement for other words."""
    number = words.strip().upper()
    if not (number.startswith(COMPLAINT.series.prefix) and number[2:].isdigit()):
        return []
    rows = Case.objects.of("complaint", actor).filter(number__startswith=number).order_by("-pk")[:8]
    return [
        Hit(f"{one.number} {one.title}", f"/c/complaint/{one.number}/", str(COMPLAINT.state(one.state).label), "thumb-down") for one in rows
    ]


def addressee(record: Complaint, actor: Actor) -> str:
    """Whom a public verb speaks to."""
    return mask_phone(record.contact_phone)


register(
    QUEUE,
    CasePage(
        "complaint",
        facts=facts,
        under=under,
        addressee=addressee,
        told=told,
        steps=(RECEIVED, ASSIGNED, ANSWERED, PLANNED, CONFIRMED, EXECUTED, CLOSED),
        compose=("inform", "note"),
        first=(
            "take", "assign", "answer", "settle", "restate", "offer", "confirm", "object", "plan", "execute", "survey", "close",
        ),
        related=("model", "about"),
    ),
    CasePage("anomaly", facts=of_anomaly, steps=ANOMALY.states, first=("answer", "close"), related=("model",)),
    CasePage("tipoff", facts=of_tipoff, steps=TIPOFF.states, first=("name", "handle", "close"), related=("about",)),
    Queue("anomaly", columns=(NUMBER, TITLE, STATE, OWNER, DUE, OPENED), icon="note"),
    Queue("tipoff", columns=(NUMBER, STATE, DUE, OPENED), views=(OPEN, ENDED), icon="shield-lock"),
    Tie("complaint", up=_("来源工单"), down=_("投诉")),
    Panel("plan", _("处理方案"), "complaint/plan.html", plan, on="complaint", place="main"),
    Panel("before", _("此前投诉"), "complaint/before.html", beside_before, on="complaint", icon="history"),
    *papers.PAPERS,
    Finder("complaint", _("投诉"), find),
    Todo("complaint_mine", _("待我处理·投诉"), process="complaint", view="mine", rare=True),
    Todo("complaint_unowned", _("待认领·投诉"), process="complaint", view="unowned", roles=(r.AGENT, r.LEAD, r.MANAGER), rare=True),
    Todo("complaint_serious", _("严重投诉"), process="complaint", view="serious", roles=HEADS, rare=True, tone="red"),
    Todo("complaint_overdue", _("超时投诉"), process="complaint", view="overdue", roles=HEADS, rare=True, tone="red"),
    Todo("complaint_repeat", _("重复投诉"), process="complaint", view="repeat", roles=HEADS, rare=True, tone="amber"),
)  # fmt: skip
