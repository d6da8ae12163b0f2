"""A deadline at closing time: what is done later that evening is late, though not one working second has passed since."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xiuhao.kernel import calendars, clocks
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.calendar import WEEKDAYS, from_table
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.process import Clock, Process, State, Transition
from xiuhao.kernel.step import Step

NEW, DONE = State("new", "新"), State("done", "完成", end=True)
RECEIVE, ANSWER = Transition("receive", "受理", (), NEW, may=()), Transition("answer", "答复", (NEW,), DONE, may=())
PROCESS = Process("sample", "样例", (RECEIVE, ANSWER), "kernel.Case", clocks=(Clock("reply", "答复", starts="receive", stops=("answer",)),))
OFFICE = from_table("office", {"zone": "UTC", "holidays": False, "weekly": {day: [["09:00", "18:00"]] for day in WEEKDAYS[:5]}})
LEVELS = [{"key": "warn", "share": 0.5, "kind": "warn", "to": "owner"}, {"key": "breach", "share": 1, "kind": "breach", "to": "owner"}]


@pytest.mark.parametrize(
    ("hour", "second", "status", "fired"),
    [(18, 0, "met", []), (18, 1, "broken", ["warn", "breach"]), (22, 0, "broken", ["warn", "breach"])],
)
def test_C4_an_answer_after_the_due_second_is_late_even_when_nobody_works(hour: int, second: int, status: str, fired: list[str]) -> None:
    begun, answered = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, hour, 0, second, tzinfo=UTC)
    row = CaseClock(key="reply", calendar_id=1, limit=9 * 3600, levels=LEVELS, clauses=["X-1"], started_at=begun, since=begun)
    step = Step(PROCESS, ANSWER, SYSTEM, answered, {}, case=Case(state="done", round=1), before="new", clocks=[row])
    with calendars.supposing({1: OFFICE}):
        assert clocks.advance(step) == [row]
    assert (row.status, row.fired, row.spent) == (status, fired, 9 * 3600)
    assert step.rules == {"X-1": status}
    assert row.breached_at == (None if status == "met" else datetime(2026, 3, 2, 18, tzinfo=UTC))
