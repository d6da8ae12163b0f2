"""A real help desk moves in by the wizard's own steps: nothing of its log is lost, its moments are ours, its clocks add up."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import actor
from tests.migration.helpdesk import LOG, MAPPING, NOT_RUN
from xiuhao.kernel import recount
from xiuhao.kernel.clocks import trace
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, zone
from xiuhao.migration import running
from xiuhao.migration.models import MigrationRun
from xiuhao.ticket.models import Ticket

CASES = 150


def sample() -> tuple[bytes, dict[str, list[tuple[datetime, str]]]]:
    """The longest case, every case that has a rare code, and the first ones, as a file and as told."""
    with LOG.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in rows:
        at = datetime.fromisoformat(row["CompleteTimestamp"]).replace(tzinfo=zone()).astimezone(UTC)
        told[row["CaseID"]].append((at, row["ActivityID"]))
    rare = [case for case, events in told.items() if {word for _at, word in events} & set("457")][:15]
    chosen = set(list(dict.fromkeys([max(told, key=lambda case: len(told[case])), *rare, *told]))[:CASES])
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows if row["CaseID"] in chosen)]
    return "\n".join(lines).encode(), {case: events for case, events in told.items() if case in chosen}


def through(data: bytes) -> MigrationRun:
    run = running.start(actor("manager"), LOG.name, data, source="help desk")
    if not run.mapping.keys() >= run.words.keys():
        with pytest.raises(Refused) as caught:
            running.begin(run, run.mapping)
        assert caught.value.code == "map_missing", "a code that nobody has explained is asked, never dropped"
    running.begin(run, {word: MAPPING[word] for word in run.words})
    while running.carry_on(run):
        continue
    return run


@pytest.mark.django_db
@pytest.mark.skipif(not LOG.exists(), reason=NOT_RUN)
def test_a_real_help_desks_log_comes_in_whole_in_order_with_its_clocks_and_once() -> None:
    data, told = sample()
    run = through(data)
    events = sum(map(len, told.values()))
    assert (run.cases, run.events, running.faults(run)) == (CASES, events, []) and running.progress(run)["made"] == CASES
    by_number = {ticket.external: ticket.case for ticket in Ticket.objects.select_related("case")}
    assert set(by_number) == set(told)
    lines: dict[int, list[Journal]] = defaultdict(list)
    for line in Journal.objects.order_by("case_id", "seq"):
        if "imported" in line.data:
            lines[line.case_id].append(line)
    for number, wanted in told.items():
        own = lines[by_number[number].pk]
        if wanted[0][1] in "136":  # else it is born and moved in one moment: two lines
            assert len(own) >= len(wanted)
        moments = Counter(line.occurred_at for line in own)
        assert not Counter(at for at, _word in wanted) - moments, number
        assert [line.occurred_at for line in own] == sorted(line.occurred_at for line in own)
        assert [line.seq for line in own] == sorted(line.seq for line in own)
    assert Counter(case.state for case in by_number.values()) == {"solved": CASES}, "6 ends every one of them"
    _clocks(by_number, told)
    assert recount.recount().differences == []
    again, before = through(data), Journal.objects.count()
    assert (running.progress(again)["written"], running.progress(again)["known"]) == (0, CASES) and Journal.objects.count() == before


def _clocks(by_number: dict[str, Case], told: dict[str, list[tuple[datetime, str]]]) -> None:
    """The resolution clock of a plain case runs from its first event to the last, and its explanation adds up to the second."""
    plain = [number for number, events in told.items() if "".join(word for _at, word in events) == "186"][:40]
    assert plain
    for number in plain:
        clock = CaseClock.objects.get(case=by_number[number], key="resolution")
        first, last = told[number][0][0], told[number][-1][0]
        assert (clock.started_at, clock.stopped_at) == (first, last)
        found = trace(clock, now())
        assert sum(part.seconds for part in found.lines) == found.counted == clock.limit
        assert found.spent == clock.spent and timedelta(seconds=found.spent) <= last - first
