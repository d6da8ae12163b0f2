"""A clock whose calendar and limit change in its middle, against an oracle that counts second by second; and after corrections."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.kernel.test_calendar_oracle import NIGHT, OFFICE, Walk
from xiuhao.kernel import calendars, clocks, recount, registry, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.calendar import WEEKDAYS
from xiuhao.kernel.clocks import Terms
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.process import Clock, Process, State, Transition
from xiuhao.kernel.step import Step

CASES, HOURS = 90, 44
FIRST = datetime(2026, 3, 4, 16, tzinfo=UTC)  # midnight before a Thursday in Shanghai
ZONE = {"zone": "Asia/Shanghai"}
WORKED = {
    "always": Walk({**ZONE, "always": True}, [], int(FIRST.timestamp())),
    "office": Walk({**ZONE, "weekly": dict.fromkeys(WEEKDAYS[:5], OFFICE)}, [], int(FIRST.timestamp())),
    "night": Walk({**ZONE, "weekly": dict.fromkeys(WEEKDAYS, NIGHT)}, [], int(FIRST.timestamp())),
}
LEVELS = [{"key": "warn", "share": 0.5, "kind": "warn", "to": "owner"}, {"key": "breach", "share": 1, "kind": "breach", "to": "owner"}]

OPEN, WAITING, DONE = State("open", "进行中"), State("waiting", "等待", waits=True), State("done", "完成", end=True)
VERBS = {
    "begin": Transition("begin", "开始", (), OPEN, may=()),
    "retime": Transition("retime", "改", (OPEN, WAITING), None, may=()),
    "wait": Transition("wait", "等", (OPEN,), WAITING, may=()),
    "go_on": Transition("go_on", "继续", (WAITING,), OPEN, may=()),
    "finish": Transition("finish", "完成", (OPEN, WAITING), DONE, may=()),
}
PROCESS = Process("piecework", "样例", tuple(VERBS.values()), "kernel.Case", clocks=(Clock("reply", "答复"),))


def second(number: int) -> datetime:
    return FIRST + timedelta(seconds=number)


def some_life(random: Random) -> list[tuple[int, str, tuple[str, int] | None]]:
    """(second, verb, terms by which the clock goes on) in order; terms may change with a pause too, and the last verb may end it."""
    at = sorted(random.sample(range(HOURS * 3600), random.randint(2, 9)))
    if random.random() < 0.4:  # things happen when offices open and close
        at = sorted({moment // 10_800 * 10_800 for moment in at})
    state, found = "open", []
    for place, moment in enumerate(at):
        verb = "begin" if place == 0 else random.choice(("retime", "retime", "wait" if state == "open" else "go_on"))
        if place == len(at) - 1 and place and random.random() < 0.5:
            verb = "finish"
        state = {"wait": "waiting", "go_on": "open", "finish": "done"}.get(verb, state)
        changes = verb in ("begin", "retime") or random.random() < 0.3
        found.append((moment, verb, (random.choice(list(WORKED)), random.randrange(1, 60_000)) if changes else None))
    return found


def oracle(life: list[tuple[int, str, tuple[str, int] | None]]) -> tuple[int | None, int, bool]:
    """The second at which it fell due, what it had consumed at the end of the window (or its own), and whether it was broken."""
    events = {at: (verb, terms) for at, verb, terms in life}
    calendar, limit, running, consumed, due = "", 0, False, 0, None
    for now in range(life[0][0], HOURS * 3600):
        if (event := events.get(now)) is not None:
            verb, terms = event
            if verb == "finish":
                return due, consumed, due is not None
            if terms is not None and due is None:
                calendar, limit = terms[0], max(terms[1], consumed)
            running = {"wait": False, "go_on": True, "begin": True}.get(verb, running)
        if running and due is None and consumed >= limit:
            due = now
        consumed += running and WORKED[calendar].open[now // 60]
    return due, consumed, due is not None


class Lived:
    """The same life through the clock's own code, with a scheduler that looks in now and then; its row and its journal."""

    def __init__(self, life: list[tuple[int, str, tuple[str, int] | None]], random: Random) -> None:
        self.case = Case(process="piecework", state="", round=1)
        self.rows: list[CaseClock] = []
        self.lines: list[Journal] = []
        told: Terms | None = None
        for at, verb, terms in life:
            if random.random() < 0.5:
                self.fire(second(at))
            if terms is not None:
                told = Terms(None, calendars.named(terms[0]).pk, terms[1], LEVELS, ["X-1"])
            step = Step(PROCESS, VERBS[verb], SYSTEM, second(at), {}, case=self.case, before=self.case.state, clocks=self.rows)
            step.context["terms"] = {"reply": told}
            self.case.state = (VERBS[verb].target or State(self.case.state, "")).key
            clocks.advance(step)
            self.write(step, verb)
        self.fire(second(HOURS * 3600))

    @property
    def row(self) -> CaseClock:
        return self.rows[0]

    def fire(self, at: datetime) -> None:
        if self.rows and self.row.next_at and self.row.next_at < at:
            for step in scheduler.fire(self.case, self.row, at):
                self.write(step, step.transition.key)

    def write(self, step: Step, verb: str) -> None:
        facts: dict[str, Any] = {"verb": verb, "after": self.case.state, "data": step.facts, "process": "piecework", "case": self.case}
        self.lines.append(Journal(seq=len(self.lines) + 1, occurred_at=step.at, recorded_at=step.at, **facts))


@pytest.mark.django_db
def test_C3_C8_terms_that_change_in_the_middle_count_like_a_walk_second_by_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._processes, "piecework", PROCESS)
    seen = {"broken": 0, "stopped": 0, "changed": 0}
    for number in range(CASES):
        random = Random(number)
        life = some_life(random)
        due, consumed, broken = oracle(life)
        lived, end = Lived(life, random), second(HOURS * 3600)
        row, stopped = lived.row, lived.row.stopped_at is not None
        row.case = lived.case
        trace, terms = clocks.explained(row, lived.lines, end)
        row_spent = row.spent + (calendars.of(row.calendar_id).elapsed(row.since, end) if row.since else 0)
        at = None if due is None else second(due)
        assert (row.breached_at, row_spent) == (at, consumed), number
        if broken:
            assert trace.due == at, number
        else:
            assert trace.due == (row.due_at if row.since else None) or stopped, number
        assert trace.spent == consumed and trace.counted in (row.limit, trace.spent), number
        assert sum(line.seconds for line in trace.lines) == trace.counted == (trace.lines[-1].total if trace.lines else 0), number
        if trace.due:
            assert trace.counted == row.limit == terms[-1].limit, number
        kept = row.spent
        clocks.respend(row, lived.lines)
        assert row.spent == kept, number
        outcome = [kind for _place, kind in recount._clock(PROCESS, row, [x for x in lived.lines if x.verb != "clock_breach"], None)]
        assert outcome == (["broken"] if broken and _ended(life, due) else ["met"] if stopped else []), number
        seen["broken"] += broken
        seen["stopped"] += stopped
        seen["changed"] += len(terms) > 1
    assert min(seen.values()) > CASES // 5, seen


def _ended(life: list[tuple[int, str, tuple[str, int] | None]], due: int | None) -> bool:
    """Whether a pause or a stop came after: what a journal without a scheduler's lines can show."""
    return due is not None and any(at > due and verb in ("wait", "finish") for at, verb, _terms in life)
