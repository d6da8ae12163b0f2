"""The history of another system comes out with journal, clocks, pauses and figures as though it had run here."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.cast import account, actor
from tests.migration.logs import CASES, csv
from xiuhao.kernel import recount, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.clocks import trace
from xiuhao.kernel.engine import Request, perform, perform_many
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal, Outbox
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import database_now, now, simulated
from xiuhao.migration import running
from xiuhao.migration.models import MigrationRun

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def bring(data: bytes, **given: str) -> MigrationRun:
    """Read, as guessed, and bring it."""
    run = running.start(actor("manager"), "log.csv", data, **given)
    if run.state == "mapping":
        running.begin(run, run.mapping)
    while running.carry_on(run):
        continue
    return run


def lines(case: Case) -> list[Journal]:
    return list(Journal.objects.filter(case_id=case.pk).order_by("seq"))


def clocks(case: Case) -> dict[str, CaseClock]:
    return {row.key: row for row in CaseClock.objects.filter(case_id=case.pk).order_by("pk")}


@pytest.mark.django_db(transaction=True)
def test_a_history_has_its_moments_its_people_its_pauses_and_its_clocks() -> None:
    bring(csv())
    one, two = Case.objects.visible_to(SYSTEM).filter(process="ticket").order_by("pk")
    told = [line for line in lines(one) if not line.verb.startswith("clock_")]
    assert [line.verb for line in told] == ["receive", "take", "wait_customer", "answer", "solve", "confirm"]
    assert [line.occurred_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") for line in told] == [e[2] for e in CASES if e[0] == "A1"]
    assert all(line.recorded_at > line.occurred_at + timedelta(days=100) for line in told), "recorded now"
    assert told[1].actor_id == account("agent").pk and (told[5].actor_kind, told[5].actor_name) == ("import", "老同事")
    assert one.owner_id == account("agent").pk and one.closed_at == told[5].occurred_at and one.state == "archived"
    resolution = clocks(one)["resolution"]
    assert [(s.kind, s.seconds) for s in trace(resolution, now()).lines if s.kind == "pause"] == [
        ("pause", 0)
    ] and resolution.spent == 2 * 3600
    assert clocks(one)["first_response"].stopped_at == told[2].occurred_at, "the question to the customer answered them"
    late = [line for line in lines(two) if line.verb == "clock_breach"]
    assert late and late[0].occurred_at < lines(two)[-1].occurred_at and lines(two)[-1].verb == "imported_state"
    assert clocks(two)["resolution"].breached_at == next(x.occurred_at for x in late if x.data["clock"] == "resolution")
    assert not Outbox.objects.exists(), "nobody is told of what is long past"
    report = recount.recount()
    assert report.differences == [] and "HA-4.1" in report.clauses


def test_it_comes_out_as_though_it_had_run_here() -> None:
    """The same moves at the same moments through the same desk, with its scheduler running, leave the same clocks."""
    at = [datetime.fromisoformat(event[2]).replace(tzinfo=SHANGHAI) for event in CASES if event[0] == "A1"]
    bring(csv(CASES[:6]))
    moved = Case.objects.visible_to(SYSTEM).get(process="ticket")
    verbs = [("take", {}), ("wait_customer", {}), ("answer", {}), ("solve", {}), ("confirm", {"satisfied": "yes", "confirmed_by": "phone"})]
    with simulated(at[0]):
        request = Request("receive", {"kind": "other", "channel": "import", "description": "x", "urgency": "normal"})
        [born] = perform_many("ticket", [request], actor=actor("agent"), waive=True)
        assert not isinstance(born, Refused)
    if born.case.state != "received":  # the desk has found somebody at once
        verbs = verbs[1:]
    for (verb, given), moment in zip(verbs, at[-len(verbs) :], strict=True):
        while scheduler_runs_until(moment):
            continue
        with simulated(moment):
            [done] = perform_many("ticket", [Request(verb, given, number=born.case.number)], actor=actor("agent"), waive=True)
            assert not isinstance(done, Refused)
    lived = clocks(born.case)
    for key, row in clocks(moved).items():
        same = lived[key]
        facts = ("started_at", "stopped_at", "limit", "spent", "breached_at", "levels", "clauses")
        assert {f: getattr(row, f) for f in facts} == {f: getattr(same, f) for f in facts}, key
        assert trace(row, now()).lines == trace(same, now()).lines


def scheduler_runs_until(moment: datetime) -> int:
    """Levels that fire before that moment, each when it is due."""
    due = CaseClock.objects.filter(next_at__lt=moment).order_by("next_at").values_list("next_at", flat=True).first()
    if due is None:
        return 0
    with simulated(due + timedelta(seconds=1)):
        return scheduler.round()


def test_a_second_time_adds_nothing_and_a_longer_log_adds_what_is_new() -> None:
    bring(csv(CASES[:4]))
    before = Journal.objects.count()
    again = bring(csv(CASES[:4]))
    assert Journal.objects.count() == before and running.progress(again)["known"] == 1 and running.progress(again)["written"] == 0
    more = bring(csv())
    told = running.progress(more)
    assert (told["made"], told["written"]) == (1, 4)
    assert Counter(Case.objects.visible_to(SYSTEM).values_list("state", flat=True)) == {"archived": 2}
    other = bring(csv(), source="旧系统二")
    assert running.progress(other)["made"] == 2, "the same numbers of another system are other cases"


def test_what_has_lived_on_here_is_not_given_another_past() -> None:
    bring(csv(CASES[:4]))
    [case] = Case.objects.visible_to(SYSTEM).filter(process="ticket")
    perform_many("ticket", [Request("note", {"text": "在这里继续"}, number=case.number)], actor=actor("agent"), waive=True)
    run = bring(csv(CASES[:5]))
    assert "已有更晚的记录" in running.faults(run)[0][2] and lines(case)[-1].verb == "note"
    assert database_now() > case.changed_at


def test_a_case_with_one_row_that_cannot_be_read_is_set_aside_whole_and_said() -> None:
    rows = [*CASES[:6], ("B2", "新建", "昨天", ""), ("B2", "已关闭", "2026-03-12 17:30:00", ""), ("", "新建", "2026-03-12 17:30:00", "")]
    run = bring(csv(rows))
    assert [(case, row) for case, row, _why in running.faults(run)] == [("B2", 8), ("", 10)]
    assert Case.objects.visible_to(SYSTEM).filter(process="ticket").count() == 1


def test_only_who_leads_the_house_moves_histories() -> None:
    with pytest.raises(Refused) as caught:
        running.start(actor("agent"), "log.csv", csv())
    assert caught.value.code == "not_allowed"


def test_what_was_to_be_reviewed_there_is_asked_about_here_until_it_has_moved_on() -> None:
    rows = [
        ("C3", "待审核", "2026-03-02 09:00:00", ""),
        ("D4", "新建", "2026-03-02 09:00:00", ""),
        ("D4", "待审核", "2026-03-02 09:30:00", ""),
    ]
    bring(csv(rows))
    first, second = Case.objects.visible_to(SYSTEM).filter(process="ticket", state="in_review").order_by("pk")
    assert set(CaseAsk.answerable(actor("manager")).values_list("case_id", flat=True)) == {first.pk, second.pk}
    bring(csv([*rows, ("C3", "处理中", "2026-03-03 09:00:00", ""), ("D4", "待审核", "2026-03-03 09:00:00", "")]))
    assert [(ask.case_id, ask.outcome) for ask in CaseAsk.objects.order_by("case_id")] == [(first.pk, "void"), (second.pk, "")]
    given = {"to": account("expert").pk, "note": "已核实"}
    assert perform("ticket", "release", actor=actor("manager"), number=second.number, given=given).case.state == "in_progress"
    assert recount.recount().differences == []
