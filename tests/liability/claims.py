"""Claims for tests of what stands on them: written as rows, as many as wanted at once; the chain itself is claim's own to test."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.cast import actor, unit
from xiuhao.claim.models import Claim
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.liability.models import Liability, Share

HERE = ZoneInfo("Asia/Shanghai")
CLOSED = datetime(2026, 10, 20, 12, tzinfo=HERE)
CAUSES = ("quality", "human", "service")


def _cases(process: str, count: int, state: str, at: datetime) -> list[Case]:
    where, mark = unit("总部"), uuid4().hex[:8].upper()
    made = [
        Case(
            process=process, number=f"{process[:1].upper()}{mark}{i:06d}", state=state, is_open=False, unit=where, unit_path=where.path,
            opened_at=at - timedelta(days=i % 20 + 1), changed_at=at, closed_at=at, title="",
        )
        for i in range(count)
    ]  # fmt: skip
    return Case.objects.unscoped("arranging a test").bulk_create(made, batch_size=5000)


def closed(count: int = 1, *, at: datetime = CLOSED, amount: str = "1000.00", **more: Any) -> list[Case]:
    """So many closed claims of complaints, of ten parts, three causes, both markets."""
    complaints = _cases("complaint", count, "closed", at)
    Complaint.objects.bulk_create(
        [
            Complaint(case=case, channel="phone", content=("quality", "service", "delivery")[i % 3], symptom="外观划伤", severity="normal")
            for i, case in enumerate(complaints)
        ],
        batch_size=5000,
    )
    cases = _cases("claim", count, "closed", at)
    rows = [
        Claim(
            case=case, complaint_id=complaints[i].pk, order_no=f"D{i}", part_no=f"PCB-{i % 10}", cause=CAUSES[i % 3],
            market=("domestic", "overseas")[i % 2], outcome="allowance", amount=amount, **more,
        )
        for i, case in enumerate(cases)
    ]  # fmt: skip
    Claim.objects.bulk_create(rows, batch_size=5000)
    return cases


def liable(cases: list[Case], *, at: datetime = CLOSED) -> None:
    """Of each a decided liability of 1,000 yuan, 70 % production and 30 % quality."""
    own = _cases("liability", len(cases), "decided", at)
    rows = [
        Liability(case=case, claim=claim, basis="allowance", granted=1000, loss=1000, decided_at=at)
        for case, claim in zip(own, cases, strict=True)
    ]
    Liability.objects.bulk_create(rows, batch_size=5000)
    parts = (("production", 1, 70, 700), ("quality", 2, 30, 300))
    shares = [Share(liability=row, department=d, place=n, percent=p, amount=a) for row in rows for d, n, p, a in parts]
    Share.objects.unscoped("arranging a test").bulk_create(shares, batch_size=5000)


def assess(claim: Case, **given: Any) -> Case:
    """Its loss assessed by the general manager's office; an allowance of 1,000 unless something else is said."""
    wanted = given or {"basis": "allowance", "granted": "1000"}
    return engine.perform("liability", "assess", actor=actor("office"), given=wanted, parent=claim.number).case


def do(case: Case, verb: str, who: str = "office", **given: Any) -> Case:
    """One verb on a case of any process."""
    return engine.perform(case.process, verb, actor=actor(who), number=case.number, given=given).case


def decided(claim: Case | None = None) -> Case:
    """A liability that production bears alone, the agent as the person, decided."""
    case = assess(claim or closed()[0])
    do(case, "split", department1="production")
    do(case, "charge", department="production", person=actor("engineer").id, place="person", points="2", bonus="600")
    do(case, "accept", "production", opinion="同意")
    do(case, "submit")
    return do(case, "approve", "director", note="照办")
