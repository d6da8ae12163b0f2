"""Claims for tests, through the one door: from a complaint on, as far along the chain as a test wants it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cast import actor
from tests.complaints import complain
from xiuhao.claim.models import Claim
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Case, CaseClock, Message, Outbox
from xiuhao.kernel.refusal import Refused

LATER = (datetime.now(UTC) + timedelta(days=60)).isoformat()
FORM: dict[str, Any] = {
    "order_no": "SO-2611-08", "part_no": "PCB-7731",
    "ship_date": "2026-10-20", "quantity": "120", "defect_quantity": "35", "price": "12.50",
    "demand": "allowance", "reason": "客户上线时发现孔位偏移", "advice": "请先换一批合格品，再核对整批", "market": "domestic",
    "sample": "不良板 3 片", "sample_place": "样品柜 A3", "sample_with": "quality",
}  # fmt: skip
UNCERTIFIED = "客户已在货款中抵扣，不另开证明"  # why there is no certificate of what was granted
# (state that it leads from, verb, who, what is given), in the order of the chain (CS5-9.4)
CHAIN: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("submitted", "register", "office", {}),
    ("registered", "investigate", "quality", {"cause": "quality", "finding": "程序版本错误", "origin": "own", "liable": "制造部钻孔课"}),
    ("investigated", "report", "quality", {"report": "同批 3 箱均偏移 0.2 mm"}),
    (
        "reported", "analyse", "production",
        {
            "analysis": "换线后沿用旧程序", "countermeasure": "换线首件必检", "unit_of_occurrence": "钻孔课", "machine_shift": "3 号机夜班",
            "operators": "甲班", "produced_on": "2026-10-12",
        },
    ),
    ("analysed", "endorse", "manager", {"to_research": "yes", "note": "请研发核对程序管控"}),
    ("endorsed", "study", "research", {"study": "程序须带版本号下发"}),
    (
        "reviewing", "review", "office",
        {"handling": "折让并改善换线检验", "tracking": "tracked", "improver": "production", "improve_by": LATER},
    ),
    ("negotiating", "negotiate", "sales", {"negotiation": "客户同意折让 600 元"}),
    ("negotiating", "read", "sales_head", {}),
    ("negotiated", "opine", "office", {"opinion": "同意折让", "outcome": "allowance", "amount": "600", "approved_quantity": "120"}),
    ("deciding", "approve", "director", {"why": "责任明确，同意"}),
    ("decided", "execute", "sales", {"execution": "已开立折让证明", "executed_on": "2026-11-01"}),
    ("decided", "close", "office", {"note": UNCERTIFIED}),
)  # fmt: skip


def do(case: Case, verb: str, who: str, **given: Any) -> Case:
    """One verb on a claim; the case as it stands after it."""
    return engine.perform("claim", verb, actor=actor(who), number=case.number, given=given).case


def refused(case: Case, verb: str, who: str, **given: Any) -> Refused:
    """Why it is refused; AssertionError if it is not."""
    try:
        do(case, verb, who, **given)
    except Refused as no:
        return no
    raise AssertionError(f"{verb} by {who} was not refused")


def submitted(who: str = "sales", complaint: Case | None = None, **given: Any) -> Case:
    """A claim on a complaint (a new one)."""
    form = {name: value for name, value in {**FORM, **given}.items() if value is not None}
    return engine.perform("claim", "submit", actor=actor(who), given=form, parent=(complaint or complain()).number).case


def along(case: Case, until: str, **changed: dict[str, Any]) -> Case:
    """On through the chain until the verb `until` is to be done next; `changed` are other evidence by verb."""
    for state, verb, who, given in CHAIN:
        if verb == until:
            return case
        if state == case.state:
            case = do(case, verb, who, **{**given, **changed.get(verb, {})})
    return case


def at(until: str, **changed: dict[str, Any]) -> Case:
    """A new claim on which `until` is the next verb of the chain."""
    return along(submitted(**changed.pop("form", {})), until, **changed)


def settled() -> None:
    """Whatever the commits have left to be done."""
    dispatcher.drain()


def record(case: Case) -> Claim:
    return Claim.objects.select_related("complaint").get(pk=case.pk)


def clock(case: Case, key: str) -> CaseClock:
    return CaseClock.objects.get(case_id=case.pk, key=key)


def told(case: Case, template: str) -> set[str]:
    """The roles to which a notice of that template waits to go out."""
    rows = Outbox.objects.filter(case_id=case.pk, kind="notice")
    return {role for row in rows if row.body.get("template") == template for role in row.body["to"]}


def inboxes(case: Case, template: str = "") -> set[str]:
    """Who has got a message about the case, of that template."""
    return set(Message.objects.filter(case=case, template__contains=template).values_list("to_account__login", flat=True))
