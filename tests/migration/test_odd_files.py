"""Files that a lenient reader would read wrongly without a word: rows swallowed, pauses lost, moments of two columns, signs of no text."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from django.test import Client

from tests.cast import account, actor
from tests.migration.logs import CASES, csv
from tests.migration.test_bring import bring, clocks
from tests.migration.test_other_logs import file, lives
from tests.migration.test_reading import WANTED, read
from xiuhao.kernel import recount, sentences
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import zone
from xiuhao.migration import moments, reading, running
from xiuhao.migration.models import MigrationRun

HEAD = "工单号,状态,时间,经办人,问题描述"


def rows(data: bytes) -> list[tuple[int, list[str]]]:
    return reading.table(data).rows


def test_a_quotation_mark_that_nothing_closes_swallows_no_row() -> None:
    at = "2026-03-02 09:00:00,x"
    stray = file(HEAD, f'A,新建,{at},"19寸屏', f"B,新建,{at},好", f"C,新建,{at},好")
    assert [(n, cells[0], cells[4]) for n, cells in rows(stray)] == [(2, "A", '"19寸屏'), (3, "B", "好"), (4, "C", "好")]
    slashed = file(HEAD, rf'A,新建,{at},"19\" 屏, 坏了"', f"B,新建,{at},好")
    assert [cells[4] for _n, cells in rows(slashed)] == ['19" 屏, 坏了', "好"]
    right = file(HEAD, f'A,新建,{at},"第一行\r\n第二行, 有""引号"""', f"B,新建,{at},好")
    assert [(n, cells[4]) for n, cells in rows(right)] == [(3, '第一行\r\n第二行, 有"引号"'), (4, "好")]
    with pytest.raises(Refused) as caught:  # and the separator within it: no way to tell
        rows(file(HEAD, f"B,新建,{at},好", f'A,新建,{at},"19寸, 屏', f"C,新建,{at},好"))
    assert (caught.value.code, caught.value.params["row"]) == ("sheet_quotes", 3)


@pytest.mark.parametrize(
    "data",
    [
        b"sep=;\r\n" + csv(separator=";", encoding="utf-8-sig").removeprefix(b"\xef\xbb\xbf"),
        "报表：工单流转\r\n导出人：张三,2026-11-01\r\n\r\n".encode() + csv(),
        csv(encoding="utf-16-le"),
        csv(encoding="utf-16-be"),
        csv().replace("新建".encode(), "新\0建".encode()),
        csv([(c, e, t.replace(" ", ","), a) for c, e, t, a in CASES], header="工单号,状态,日期,时间,经办人"),
        csv([(c, e, f"{t} UTC+00:00".replace(" UTC+00:00", "+08:00"), a) for c, e, t, a in CASES]),
    ],
)
def test_what_stands_above_the_header_and_between_the_letters_does_not_count(data: bytes) -> None:
    assert [event[:3] for event in read(data).cases["A1"]] == [event[:3] for event in WANTED]


def test_western_letters_are_not_taken_for_chinese() -> None:
    text = "Vorgang;Status;Zeitpunkt;Bearbeiter\n1;Neu;02.03.2026 09:00;Jürgen\n1;Gelöst;13.03.2026 09:00;Müller\n"
    assert [event[1:3] for event in read(text.encode("cp1252")).cases["1"]] == [("Neu", "Jürgen"), ("Gelöst", "Müller")]


NINE = datetime(2026, 3, 2, 9, 5, tzinfo=zone()).astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    ["2026/3/2 上午9:05:00", "2026-03-02 上午 09:05", "2026年3月2日9:05", "2026-03-02 01:05:00 UTC", "Mon, 2 Mar 2026 09:05:00 +0800",
     "Mon Mar  2 09:05:00 2026", "02-MAR-26 09.05.00.000000 AM", "March 2, 2026 9:05 AM", "1772413500000000", "02.03.2026, 09:05 Uhr"],
)  # fmt: skip
def test_a_moment_may_be_written_in_many_ways(text: str) -> None:
    found = [moments.reader(way, zone())(text) for way in moments.fitting([text], zone())]
    assert NINE in found


def test_a_row_wider_than_the_header_is_said_and_not_read_shifted() -> None:
    found = read(file(HEAD, "A,新建,2026-03-02 09:00:00,x,漏水, 很急", "B,新建,2026-03-02 09:00:00,x,漏水,"))
    assert [(case, row, code) for case, row, code, _p in found.faults] == [("A", 2, "row_wide")] and list(found.cases) == ["B"]


def test_numbers_of_which_a_spreadsheet_has_lost_digits_do_not_make_one_case_of_two() -> None:
    lost = read(
        file(HEAD, "2.02603E+16,新建,2026-03-02 09:00:00,x,甲", "2.02603E+16,新建,2026-03-02 10:00:00,x,乙", "3E12,新建,2026-03-02 09:00,,")
    )
    assert [(row, code) for _case, row, code, _p in lost.faults] == [(2, "log_rounded"), (3, "log_rounded")] and list(lost.cases) == [
        "3E12"
    ]
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for cells in (
        HEAD.split(","),
        [20260302000000017, "新建", datetime(2026, 3, 2, 9), "x", ""],
        [1001, "新建", datetime(2026, 3, 2, 9), "x", ""],
    ):
        sheet.append(cells)
    data = io.BytesIO()
    made.save(data)
    found = read(data.getvalue())
    assert [code for _case, _row, code, _p in found.faults] == ["log_rounded"] and list(found.cases) == ["1001"]


@pytest.mark.django_db
def test_a_file_of_which_no_case_is_whole_says_why_and_keeps_nothing() -> None:
    with pytest.raises(Refused) as caught:
        running.start(actor("manager"), "log.csv", file(HEAD, "A,新建,2026-03-02 09:00:00,x,", "A,,2026-03-02 10:00:00,x,"))
    said = sentences.say(caught.value)
    assert caught.value.code == "log_all_faulty" and "1 行有误" in said and "第 3 行：没有状态或动作" in said
    assert not MigrationRun.objects.visible_to(actor("manager")).exists()


@pytest.mark.django_db
def test_what_a_state_is_in_particular_gives_the_pauses() -> None:
    head, at = "SR Number;Change Date+Time;Status;Sub Status;Owner First Name", "2010-04-0{}T10:00:00+02:00"
    told = [("Accepted", "In Progress", 1), ("Accepted", "Wait - User", 1), ("Accepted", "In Progress", 6), ("Completed", "Closed", 6)]
    run = bring(file(head, *(f"1-7;{at.format(day)};{state};{sub};Anne" for state, sub, day in told)), source="VINST")
    assert run.mapping == {
        "Accepted › In Progress": "state:in_progress", "Accepted › Wait - User": "state:waiting_customer",
        "Completed › Closed": "state:archived",
    }  # fmt: skip
    case = Case.objects.visible_to(SYSTEM).get(process="ticket")
    assert case.state == "archived" and clocks(case)["resolution"].spent == 0, "five days with the user are not ours"
    other = running.start(
        actor("manager"), "x.csv", file(head, f"1-8;{at.format(1)};Accepted;Wait - User;Anne"), columns={"event": "Sub Status"}
    )
    assert list(other.words) == ["Wait - User"], "whoever names that column for the state gets it once"
    life = "case:concept:name,concept:name,lifecycle:transition,time:timestamp\n1,Queued,Awaiting Assignment,2010-03-31T16:00:00Z\n"
    assert list(read(life.encode()).words) == ["Queued › Awaiting Assignment"] and recount.recount().differences == []


@pytest.mark.django_db
def test_every_row_that_was_not_brought_is_in_the_file(client: Client) -> None:
    bad = [(f"X{n}", "新建", "昨天", "") for n in range(600)]
    run = running.start(actor("manager"), "log.csv", csv([*CASES, *bad, ("=1+1", "新建", "", "")]), source="旧")
    client.force_login(account("manager"))
    assert "另有 401 行" in client.get(f"/migration/{run.pk}").content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/migration/{run.pk}/faults.xlsx").content)).active
    assert sheet is not None
    told = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(told) == 601 and told[0][:2] == ("X0", "10") and "昨天" in str(told[0][2]) and told[600][:2] == ("=1+1", "610")
    running.begin(run, run.mapping)
    while running.carry_on(run):
        continue
    assert len(running.faults(run)) == 601 and running.progress(run)["made"] == 2 and len(lives()) == 2
    client.force_login(account("admin"))
    assert client.get(f"/migration/{run.pk}/faults.xlsx").status_code == 404, "only one's own"
