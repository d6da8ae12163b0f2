"""Complaints for tests, through the one door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.cast import actor
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.time import now
from xiuhao.product.models import Category, Model

GIVEN = {
    "channel": "phone", "contact_name": "王小明", "contact_phone": "13800138000", "content": "quality", "serial": "XH24A0001",
    "symptom": "冰箱第三次不制冷，食物都坏了", "purchased_on": "2026-03-01", "loss": "some", "demand": "repair",
    "restated": "三次不制冷，食物受损，希望尽快修好", "agreed": "yes",
}  # fmt: skip
ANSWER = {
    "contacted": True, "way": "phone", "facts": "压缩机批次不良", "fault": "ours", "apologised": True, "text": "非常抱歉，马上更换压缩机",
}  # fmt: skip
PLAN = {
    "option_1": "更换压缩机并延保一年", "option_2": "更换整机", "amount_2": "180", "option_3": "退货", "amount_3": "3000",
}  # fmt: skip


def later(hours: int = 24) -> str:
    return (now() + timedelta(hours=hours)).isoformat()


def model() -> int:
    kind = Category.objects.get(key="fridge")
    return int(Model.objects.get_or_create(code="XH-CB-1", defaults={"name": "冰箱", "category": kind})[0].pk)


def complain(who: str = "agent", **given: Any) -> Case:
    """A new complaint taken by one of the cast."""
    wanted = {**GIVEN, "model": model(), "promised_at": later(), **given}
    told = {key: value for key, value in wanted.items() if value is not None}
    return engine.perform("complaint", "receive", actor=actor(who), given=told).case


def do(case: Case, verb: str, who: str = "agent", process: str = "complaint", **given: Any) -> engine.Outcome:
    return engine.perform(process, verb, actor=actor(who), number=case.number, given=given)


def rules(case: Case, verb: str) -> dict[str, str]:
    return dict(Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq").rules)


def answered(**given: Any) -> Case:
    """One that its department has answered."""
    case = complain(**given)
    do(case, "assign")
    do(case, "answer", "quality", promised_at=later(), **ANSWER)
    return case


def planned(**given: Any) -> Case:
    """One with three options."""
    case = answered(**given)
    do(case, "plan", **PLAN)
    return case
