"""Logs as other systems write them are read; what cannot be decided is asked, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.migration.logs import CASES, csv
from xiuhao.kernel import registry
from xiuhao.kernel.time import zone
from xiuhao.migration import meaning, moments, reading

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def read(data: bytes) -> reading.Log:
    table = reading.table(data)
    columns = reading.guess(table.headers)
    table = reading.joined(table, columns)
    [way] = reading.ways(table, columns, zone())
    return reading.log(table, columns, moments.reader(way, zone()), NOW, {})


LONGER = (*CASES, ("C3", "新建", "2026-03-30 08:00:00", ""))
WANTED = read(csv()).cases["A1"]


@pytest.mark.parametrize(
    "data",
    [
        csv(encoding="gb18030"),
        csv(encoding="utf-8-sig", separator=";"),
        csv(encoding="utf-16", separator="\t"),
        csv(header="case:concept:name,concept:name,time:timestamp,org:resource"),
        csv(header="Case ID,Activity,Complete Timestamp,Resource"),
        csv([(c, e, t.replace("-", "/")[:-3], a) for c, e, t, a in CASES], header="单号,状态,时间,操作人"),
        csv([(c, e, f"{t.replace(' ', 'T')}.000+08:00", a) for c, e, t, a in CASES]),
        csv([(c, e, datetime.fromisoformat(t).strftime("%d.%m.%Y %H:%M:%S"), a) for c, e, t, a in CASES]),
        csv([(c, e, datetime.fromisoformat(t).strftime("%m/%d/%Y %I:%M:%S %p"), a) for c, e, t, a in LONGER]),
        csv([(c, e, str(int(datetime.fromisoformat(t + "+08:00").timestamp() * 1000)), a) for c, e, t, a in CASES]),
        csv([(c, e, datetime.fromisoformat(t).strftime("%Y年%m月%d日 %H:%M:%S"), a) for c, e, t, a in CASES], encoding="gbk"),
    ],
)
def test_encodings_separators_headers_and_times_of_every_kind_say_the_same(data: bytes) -> None:
    assert read(data).cases["A1"] == WANTED


def test_columns_in_any_order_with_others_between_and_words_of_western_tongues() -> None:
    rows = "Résumé;Timestamp;Status;Ticket\nécran noir;2026-03-02 09:00;New;7\nécran noir;2026-03-02 10:00;Résolu;7\n"
    found = read(rows.encode("cp1252"))
    assert [(word, who) for _at, word, who, _row in found.cases["7"]] == [("New", ""), ("Résolu", "")]


def test_a_day_that_could_be_a_month_is_asked_where_the_file_does_not_say() -> None:
    rows = csv([("1", "new", "02/03/2026 10:00:00", ""), ("1", "closed", "04/05/2026 10:00:00", "")])
    table = reading.table(rows)
    assert len(reading.ways(table, reading.guess(table.headers), zone())) == 2
    rows = csv([("1", "new", "02/03/2026 10:00:00", ""), ("1", "closed", "01/05/2026 10:00:00", "")])
    table = reading.table(rows)
    assert reading.ways(table, reading.guess(table.headers), zone()) == ["%d/%m/%Y %H:%M:%S"], "else the case would run backwards"


def test_of_beginning_and_end_of_an_activity_the_end_counts() -> None:
    rows = "case,activity,lifecycle:transition,timestamp\n1,a,start,2026-01-01 10:00:00\n1,a,complete,2026-01-01 11:00:00\n"
    found = read(rows.encode())
    assert [at.hour for at, *_rest in found.cases["1"]] == [3] and found.unfinished == 1


def test_words_that_desks_use_are_known_and_others_left_to_a_person() -> None:
    process = registry.process("ticket")
    found = meaning.guess(process, ["Open", "In Progress", "Pending customer", "Resolved", "Closed", "已派工", "待备件", "7", "Reopened"])
    assert found == {
        "Open": "state:received", "In Progress": "state:in_progress", "Pending customer": "state:waiting_customer",
        "Resolved": "state:solved", "Closed": "state:archived", "已派工": "state:in_progress", "待备件": "state:waiting_parts",
        "Reopened": "state:in_progress",
    }  # fmt: skip
