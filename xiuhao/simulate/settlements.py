"""What decisions come to as the demo opens: goods taken back and booked, receivables entered, complaints gone over again in meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from xiuhao.accounts import actions as books
from xiuhao.kernel.models import CaseAsk
from xiuhao.kernel.time import local, now
from xiuhao.simulate.departments import claimed
from xiuhao.simulate.grievances import HOUR, act, act_with_papers, apart, complained, hence, told
from xiuhao.simulate.world import Story, World

# Complaints of the weeks before that are over: key, days ago, who took it in, which department answered.
PAST = (("drawer", 9, "agent8", "quality"), ("courier", 16, "agent9", "sales"), ("receipt", 24, "agent8", "sales"))
RETURNED = timedelta(days=19)  # ago: the claim by which goods came back
GRAVE = timedelta(days=8)  # ago: the complaint that was gone over again
PARTS = (("KZB-7731", "186000", "164000"), ("FJ-72A", "92000", "70000"), ("MK-90", "64000", "58500"), ("MB-30E", "41000", "26000"))
THIS_MONTH = Decimal("0.4")  # of what was due in the whole month before is collected in this one so far


def scenes(world: World) -> Iterator[tuple[datetime, Story]]:
    """What must be there as the demo opens, with the moment at which it begins."""
    yield local(world.end).replace(day=1, hour=9, minute=30), apart(world, entered(world), "entered")


def behind(world: World) -> Iterator[tuple[datetime, Story]]:
    """What is over by then, each with the moment at which it begins."""
    for place, (at, story) in enumerate(_over(world)):
        yield at, apart(world, story, f"settlement {place}")


def _over(world: World) -> Iterator[tuple[datetime, Any]]:
    texts = {one["key"]: one for one in told("past")}
    for key, days, who, department in PAST:
        noon = local(world.end - timedelta(days=days)).replace(hour=14, minute=30)
        yield noon, complained(world, texts[key], "phone", who, "close", department)
    yield world.end - RETURNED, taken_back(world)
    yield local(world.end - GRAVE).replace(hour=14, minute=25), gone_over(world)


def taken_back(world: World) -> Story:
    """A claim whose goods came back one short: asked about, signed for at the actual, proven, booked; to be sold again within a month."""
    one = told("taken_back")
    claim = yield from claimed(world, one, "approve")
    yield world.hours(2, 3)
    slip = act(world, "returns", "slip", "sales", parent=claim, issued=one["form"]["quantity"], **one["slip"]).number
    yield world.hours(2, 3)
    who = CaseAsk.objects.get(case__number=slip, key="slip", outcome="").to_role
    act(world, "returns", "endorse", who, slip, note=one["endorsed"])
    yield world.hours(18, 20)
    act(world, "returns", "receive", "warehouse", slip, counted=one["counted"])
    yield world.hours(1, 2)
    act(world, "returns", "instruct", "sales_head", slip, note=one["instructed"])
    yield world.hours(1, 2)
    act_with_papers(world, "returns", "sign", "warehouse", slip, actual=one["counted"], photos=[world.papers.pop()])
    yield world.hours(1, 2)
    proof = {"proof": "certificate", "proof_no": one["proof_no"], "proof_file": [world.papers.pop()]}
    act_with_papers(world, "returns", "prove", "sales", slip, **proof)
    yield world.hours(14, 16)
    act(world, "returns", "book", "finance", slip, checked=one["counted"], cost=one["cost"])
    yield world.hours(1, 2)
    act(world, "claim", "execute", "sales", claim, execution=one["execute"], executed_on=local(now()).date().isoformat())
    yield world.hours(1, 2)
    act(world, "claim", "close", "office", claim)
    yield world.hours(2, 3)
    figures = {
        "basis": "returned",
        "returned_on": local(now()).date().isoformat(),
        "quantity": one["counted"],
        "grade_a": one["form"]["price"],
    }
    act(world, "liability", "assess", "office", parent=claim, **figures)


def gone_over(world: World) -> Story:
    """A grave complaint that is carried out, and the meeting that went over it: minuted, one action done, one still to do."""
    one = told("grave")
    complaint = yield from complained(world, one, "phone", "agent9", "survey", "quality")
    yield world.hours(2, 3)
    given = {**one["meeting"], "held_at": hence(24), "department": "quality"}
    meeting = act(world, "meeting", "review", "manager", parent=complaint, **given).number
    act(world, "meeting", "invite", "manager", meeting, department="production")
    for department in ("quality", "production"):
        yield world.minutes(30, 90)
        act(world, "meeting", "attend", department, meeting, who="self")
    yield now() + 25 * HOUR
    act(world, "meeting", "debrief", "manager", meeting, **one["minutes"])
    due = (local(now()).date() + timedelta(days=14)).isoformat()
    for action in one["actions"]:
        act(world, "meeting", "assign", "manager", meeting, due_on=due, **action)
    yield world.hours(24, 26)
    act(world, "meeting", "follow_up", "quality", meeting, no=1, outcome="done", result=one["done"])


def entered(world: World) -> Story:
    """What was due and collected: the whole month before, and the present one as far as it has come."""
    yield now()
    seller, finance = world.company.people["sales"].pk, world.staff("finance")
    before = local(now() - timedelta(days=2))
    for month, share in ((f"{before:%Y-%m}", Decimal(1)), (f"{local(now()):%Y-%m}", THIS_MONTH)):
        rows = [books.Entered(seller, part_no, Decimal(due), Decimal(got) * share) for part_no, due, got in PARTS]
        books.enter_receivables(month, rows, finance)
