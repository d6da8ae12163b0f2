"""What one installation exports another reads: the same clocks to the second, the same pauses, the same figures of every clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connections

from tests import ground
from tests.cast import account, actor
from tests.migration.test_bring import bring, scheduler_runs_until
from xiuhao.kernel import figures, jobs, kept, policy, recount
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.clocks import trace
from xiuhao.kernel.engine import perform
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, ClauseFigure, Content, Journal, Link, PolicyRow
from xiuhao.kernel.policy import Change
from xiuhao.kernel.time import now, simulated
from xiuhao.migration import exporting, running
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
REQUEST = {
    "contact_name": "顾清", "contact_phone": "13900000001", "contact_address": "浙江省杭州市西湖区文三路1号", "kind": "fault",
    "category": "fridge", "purchased_on": "2025-06-01", "description": "冰箱不制冷", "urgency": "normal", "channel": "phone",
    "serial": "XH24A0001",
}  # fmt: skip
# hours after the beginning, verb, what is given, who
LIVES: tuple[tuple[tuple[float, str, dict[str, Any], str], ...], ...] = (
    (
        (0.5, "reply", {"text": "您好，马上安排。"}, ""), (1, "wait_customer", {"text": "请发照片"}, ""),
        (30, "answer", {"text": "已发"}, ""),
        (31, "prioritise", {"priority": "2", "reason": "家有婴儿"}, "manager"), (60, "solve", {"solution": "更换压缩机"}, ""),
        (61, "record_call", {"direction": "out", "summary": "客户说又不制冷"}, ""), (62, "dispute", {"reason": "又坏了"}, ""),
        (80, "solve", {"solution": "再次更换"}, ""), (81, "record_call", {"direction": "out", "summary": "满意"}, ""),
        (82, "confirm", {"satisfied": "yes", "confirmed_by": "phone"}, ""),
    ),
    ((3, "wait_parts", {"note": "等压缩机"}, ""), (100, "resume", {"note": "到货"}, "")),
    ((2, "cancel", {"reason": "客户已自行解决"}, "manager"),),
    (  # office hours, then around the clock, then office hours again; a promise renewed; its policy row is corrected on the way
        (1, "prioritise", {"priority": "3", "reason": "不急"}, "manager"), (2, "prioritise", {"priority": "1", "reason": "漏"}, "manager"),
        (3, "prioritise", {"priority": "3", "reason": "已关水阀"}, "manager"), (5, "wait_customer", {"text": "请发照片"}, ""),
        (26, "answer", {"text": "已发"}, ""), (27, "prioritise", {"priority": "2", "reason": "加急"}, "manager"),
        (28, "promise", {"promised_at": "2026-03-11T10:00", "promise_way": "phone", "reason": "等配件"}, "manager"),
    ),
)  # fmt: skip


def live() -> None:
    """A few cases of this house, with its scheduler at work."""
    for number, life in enumerate(LIVES):
        start = BEGUN + timedelta(days=number)
        with simulated(start):
            told = {**REQUEST, "contact_phone": f"1390000000{number}", "serial": f"XH24A000{number}"}
            case = perform("ticket", "receive", actor=actor("agent"), given=told).case
        for hours, verb, given, who in life:
            at = start + timedelta(hours=hours)
            while scheduler_runs_until(at):
                continue
            with simulated(at):
                owner = Case.objects.visible_to(SYSTEM).select_related("owner").get(pk=case.pk).owner
                perform("ticket", verb, actor=actor(who or (owner.login if owner else "manager")), number=case.number, given=given)
                if given.get("priority") == "3" and hours == 3:
                    correct("p3", "20h")
    while scheduler_runs_until(now()):
        continue


def correct(line: str, limit: str) -> None:
    """Another limit than was written: running clocks of the row are computed anew."""
    row = PolicyRow.objects.get(table="clock.ticket.resolution", line=line, until=None)
    given = {"position": row.position, "match": row.match, "value": {**row.value, "limit": limit}, "clauses": tuple(row.clauses)}
    policy.apply(Change("correction", row.table, row.line, row.pk, row.edition, **given), actor("admin"), "原文有误")
    assert jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="原文有误") == 2, "one of them waits"


def told(row: CaseClock) -> list[Any]:
    """The explanation without the ids of this database."""
    found = trace(row, BEGUN + timedelta(days=400))
    return [replace(part, held=part.held and (part.held.calendar.key, part.held.limit, part.held.since)) for part in found.lines]  # type: ignore[arg-type]


def portrait() -> dict[str, Any]:
    """Everything that must come out the same, without the ids of this database."""
    clocks = []
    for row in CaseClock.objects.select_related("policy", "case").order_by("case_id", "started_at", "key", "pk"):
        facts = (
            "key",
            "round",
            "started_at",
            "stopped_at",
            "since",
            "spent",
            "limit",
            "due_at",
            "next_at",
            "breached_at",
            "void",
            "provisional",
        )
        said = {f: getattr(row, f) for f in facts}
        line = (row.policy.table, row.policy.line) if row.policy else None
        clocks.append((said, row.fired, row.levels, row.clauses, line, told(row)))
    lines = [
        (j.verb, j.before, j.after, j.round, j.occurred_at, j.actor_kind, j.actor_name, j.rules, j.data.get("unit"), j.data.get("owner"))
        for j in Journal.objects.order_by("case_id", "seq")
    ]
    figures.fold()
    counted = set(ClauseFigure.objects.values_list("clause", "day", "unit_id", "process", "outcome", "count"))
    facts = ("state", "priority", "owner_id", "keeper_id", "round", "opened_at", "closed_at", "due_at")
    cases = list(Case.objects.visible_to(SYSTEM).order_by("pk").values_list(*facts))
    texts = [(t.description, t.solution, t.contact_phone, t.promised_at, t.satisfied) for t in Ticket.objects.order_by("pk")]
    return {"clocks": clocks, "lines": lines, "figures": counted, "cases": cases, "texts": texts}


def empty() -> None:
    """Another installation: the same company, no case."""
    name = connections["default"].settings_dict["NAME"]
    connections.close_all()
    ground.clone(ground.template(), name)
    assert not Case.objects.visible_to(SYSTEM).exists() and settings.configured and kept


def test_the_import_of_our_own_export_reproduces_clocks_pauses_and_figures_exactly() -> None:
    live()
    before, secrets = portrait(), Content.objects.count()
    assert {row[0]["key"] for row in before["clocks"]} >= {"first_response", "resolution", "promise", "follow_up"}
    assert {"clock_breach", "clock_moved"} <= {line[0] for line in before["lines"]}
    assert any({part.held[0] for part in row[5] if part.held} == {"always", "office"} for row in before["clocks"])
    data = "".join(exporting.export(actor("manager"), "ticket")).encode()
    empty()
    run = bring(data)
    assert run.own and running.faults(run) == [] and running.differences(run) == [] and running.progress(run)["made"] == len(LIVES)
    after = portrait()
    for what in before:
        assert after[what] == before[what], what
    assert Content.objects.count() == secrets and account("agent").pk
    assert recount.recount().differences == []
    again = bring(data)
    assert (running.progress(again)["written"], running.progress(again)["known"]) == (0, len(LIVES))
    assert "".join(exporting.export(actor("manager"), "ticket")).count("\n") == len(LIVES) + 1


def belongings() -> tuple[list[Any], list[Any]]:
    """What is asked of whom, and which cases belong together, without the ids of this database."""
    place = {pk: at for at, pk in enumerate(Case.objects.visible_to(SYSTEM).order_by("pk").values_list("pk", flat=True))}
    facts = ("key", "asked_by", "asked_at", "to_account_id", "to_role", "to_path", "outcome", "answered_name", "answered_at")
    asks = CaseAsk.objects.select_related("opened_by_line").order_by("case_id", "pk")
    asked = [(place[a.case_id], a.opened_by_line.seq, bytes(a.digest or b""), *(getattr(a, f) for f in facts)) for a in asks]
    links = Link.objects.values_list("parent_id", "child_id", "kind")
    return asked, sorted((place[parent], place[child], kind) for parent, child, kind in links)


def test_what_was_asked_and_what_belongs_together_comes_along_and_can_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def do(case: Case, verb: str, who: str = "agent", **given: Any) -> Case:
        return perform("ticket", verb, actor=actor(who), number=case.number, given=given).case

    told = {**REQUEST, "contact_phone": "13900000009"}
    into, merged, child, helped, offered = (
        perform("ticket", "receive", actor=actor("agent"), given={**told, "description": f"冰箱不制冷 {n}"}).case for n in range(5)
    )
    danger = perform("ticket", "receive", actor=actor("agent"), given={**told, "urgency": "danger", "description": "冒烟"}).case
    do(merged, "merge", other=into.number)
    do(child, "attach", other=into.number, reason="同一批")
    for department in ("quality", "finance"):
        do(helped, "ask_help", department=department, request="批次问题？", due_at=now() + timedelta(hours=4))
    do(helped, "help", "finance", answer="无")
    owner = Case.objects.visible_to(SYSTEM).select_related("owner").get(pk=offered.pk).owner
    assert owner is not None
    to = account("colleague" if owner.login == "agent" else "agent").pk
    do(offered, "transfer", owner.login, to=to, reason="请假")
    before = belongings()
    assert {(a[3], a[9]) for a in before[0]} == {("help", ""), ("help", "agreed"), ("transfer", ""), ("review", "")}
    assert len(before[1]) == 2
    data = "".join(exporting.export(actor("manager"), "ticket")).encode()
    empty()
    monkeypatch.setattr(running, "PIECE", 1)  # of two that belong together each is in a piece of its own
    run = bring(data)
    assert running.faults(run) == [] and belongings() == before and recount.recount().differences == []
    bring(data)
    assert belongings() == before, "a second time adds nothing"
    here = {t.external: t.case for t in Ticket.objects.select_related("case")}
    assert do(here[danger.number], "release", "lead", to=account("expert").pk, note="有安全风险").state == "in_progress"
    do(here[helped.number], "help", "quality", answer="已知问题")
    assert CaseClock.objects.get(case_id=here[helped.number].pk, key="help").stopped_at
    assert do(here[merged.number], "reply", text="您好").pk == here[into.number].pk, "what was merged leads on"
