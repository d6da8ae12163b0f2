"""Logs of desks that we have never seen, each odd in its own way: read without help, or asked about, never bent silently."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import account, actor, unit
from tests.migration.logs import CASES, csv
from tests.migration.test_bring import bring
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Content, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated
from xiuhao.migration import running
from xiuhao.migration.models import MigrationRun
from xiuhao.privacy import retention
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def lives() -> dict[str, list[str]]:
    """Former number → the moments of its events."""
    cases = {ticket.case_id: ticket.external for ticket in Ticket.objects.all()}
    told: dict[str, list[str]] = {number: [] for number in cases.values()}
    for line in Journal.objects.order_by("case_id", "seq"):
        if "imported" in line.data:
            told[cases[line.case_id]].append(f"{line.occurred_at:%m-%d %H:%M:%S} {line.after}")
    return told


def file(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


MINING = file(
    "Case ID;Activity;Resource;Complete Timestamp;Variant;Variant index",
    '"Case 7";"Created";"Value 2";"2011/10/01 14:45:40.000";"Variant 12";12',
    '"Case 7";"Resolved";"Value 2";"2011/10/02 09:00:00.000";"Variant 12";12',
    '"Case 7";"Closed";"Value 2";"2011/10/03 09:00:00.000";"Variant 12";12',
    '"Case 7";"In progress";"Value 5";"2011/10/04 09:00:00.500";"Variant 12";12',
    encoding="utf-8-sig",
)  # an event after the end
BANK = file(
    "Incident ID;DateStamp;IncidentActivity_Number;IncidentActivity_Type;Assignment Group",
    "IM0000012;07-01-2013 08:17:17;001A3689763;Open;TEAM0008",
    "IM0000012;04-11-2013 13:41:30;001A5852941;Assignment in progress;TEAM0002",
    "IM0000012;25-11-2013 09:30:00;001A5852943;Resolved;TEAM0002",
    "IM0000099;28-11-2013 09:31:00;001A5852999;Open;TEAM0008",
)  # days before months, one that never ended
DRILLS = file(
    "SR Number\tChange Date+Time\tStatus\tSub Status\tOwner First Name",
    "1-364285768\t2010-03-31T16:00:56+01:00\tAccepted\tIn Progress\tFrederic",
    "1-364285768\t2010-03-31T16:45:48+01:00\tCompleted\tResolved\tFrederic",
    "1-364285768\t2010-03-31T15:59:42+01:00\tNew\t\tFrederic",
)  # with zones, out of order
CHINESE = file(
    "服务单号,节点名称,处理时间,操作人,处理单位",
    "F1,已完成,2026年03月03日 10:00:00,老王,杭州老站",
    "F1,派工,2026年03月02日 09:00:00,老王,杭州老站",
    "F1,新建,2026年03月02日 09:00:00,老王,",
    "F2,派工,2026年03月04日 09:00:00,小李,没听说过的站",
    "F2,新建,2026年03月04日 09:00:00,小李,没听说过的站",
    encoding="gbk",
)  # the last first, moments that are equal, units of theirs


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (MINING, {"Case 7": ["10-01 06:45:40 received", "10-02 01:00:00 solved", "10-03 01:00:00 archived", "10-04 01:00:00 in_progress"]}),
        (BANK, {
            "IM0000012": ["01-07 00:17:17 received", "11-04 05:41:30 in_progress", "11-25 01:30:00 solved"],
            "IM0000099": ["11-28 01:31:00 received"],
        }),
        (DRILLS, {"1-364285768": ["03-31 14:59:42 received", "03-31 15:00:56 in_progress", "03-31 15:45:48 solved"]}),
    ],
)  # fmt: skip
def test_a_log_never_seen_before_is_read_by_itself(data: bytes, told: dict[str, list[str]]) -> None:
    run = bring(data)
    assert running.faults(run) == [] and lives() == told


def test_units_of_theirs_are_asked_for_and_cases_land_there_the_last_first_is_seen(client: Client) -> None:
    client.force_login(account("manager"))
    run = running.start(actor("manager"), "旧站.csv", CHINESE, source="老系统")
    assert run.units == {"杭州老站": None, "没听说过的站": None} and run.columns["unit"] == "处理单位"
    url, words = f"/migration/{run.pk}", {f"word-{place}": run.mapping[word] for place, word in enumerate(run.words)}
    page = client.get(url).content.decode()
    assert "杭州老站" in page and "单位 ← 处理单位" in page and "从迁入之日算起" in page
    refused = client.post(url, {**words, "then": "go"})
    assert (
        refused.status_code == 422 and "还有 2 个单位没有对应" in refused.content.decode() and not Case.objects.visible_to(SYSTEM).exists()
    )
    running.begin(run, run.mapping, {"杭州老站": unit("四川公司").pk, "没听说过的站": unit("一组").pk})
    while running.carry_on(run):
        continue
    assert lives() == {
        "F1": ["03-02 01:00:00 received", "03-02 01:00:00 in_progress", "03-03 02:00:00 solved"],
        "F2": ["03-04 01:00:00 received", "03-04 01:00:00 in_progress"],
    }
    assert {t.external: t.case.unit and t.case.unit.name for t in Ticket.objects.select_related("case__unit")} == {
        "F1": "四川公司",
        "F2": "一组",
    }
    assert [c.number for c in Case.objects.visible_to(actor("outsider"))] == [Ticket.objects.get(external="F1").case.number]
    again = running.start(actor("admin"), "旧站2.csv", CHINESE.replace(b"F1", b"G1"), source="老系统")
    assert again.units == run.units, "what was said once is offered to whoever comes next"


def test_what_words_and_units_mean_is_remembered_by_system_and_one_unit_can_be_chosen_for_all() -> None:
    odd: Sequence[tuple[str, str, str, str]] = [("1", "甲", "2026-03-02 09:00:00", ""), ("1", "乙", "2026-03-02 10:00:00", "")]
    run = running.start(actor("manager"), "a.csv", csv(odd), source="某系统")
    with pytest.raises(Refused) as caught:
        running.begin(run, run.mapping)
    assert caught.value.code == "map_missing"
    with pytest.raises(Refused) as caught:
        running.begin(run, {"甲": "state:received", "乙": "state:in_progress"}, unit=10**8)
    assert caught.value.code == "unit_unknown"
    running.begin(run, {"甲": "state:received", "乙": "state:in_progress"}, unit=unit("四川公司").pk)
    while running.carry_on(run):
        continue
    assert Case.objects.visible_to(SYSTEM).get(process="ticket").unit == unit("四川公司")
    more = running.start(
        actor("admin"), "b.csv", csv([("2", "甲", "2026-04-02 09:00:00", ""), ("2", "新建", "2026-04-02 09:00:00", "")]), source="某系统"
    )
    assert more.mapping == {"甲": "state:received", "新建": "state:received"} and more.unit == unit("四川公司")
    other = running.start(actor("admin"), "b.csv", csv(odd), source="别的系统")
    assert other.mapping == {} and other.unit is None


def test_what_is_no_log_or_says_no_columns_is_refused_with_what_it_has() -> None:
    for data, code in (
        (gzip.compress(CHINESE)[:-20], "log_unreadable"),
        (b"\x89PNG\x0d\x0a" + bytes(range(32)) * 9, "log_unreadable"),
        (b"a;b;c\n1;2;3\n", "log_columns"),
        (b"\xef\xbb\xbf\n", "log_empty"),
    ):
        with pytest.raises(Refused) as caught:
            running.start(actor("manager"), "x.csv", data)
        assert caught.value.code.startswith(code)
    named = {"case": "a", "event": "b", "time": "c"}
    run = running.start(actor("manager"), "x.csv", b"a;b;c\n1;zu;01.02.2026 10:00\n1;auf;13.02.2026 10:00\n", columns=named)
    assert list(run.words) == ["zu", "auf"] and MigrationRun.objects.visible_to(actor("manager")).count() == 1


def test_an_old_case_that_moves_in_is_kept_from_when_it_did_not_from_when_it_was_closed() -> None:
    old = [(case, word, at.replace("2026", "2012"), f"{who},冰箱不制冷") for case, word, at, who in CASES]
    bring(csv(old, header="工单号,状态,时间,经办人,问题描述"))
    closed = Case.objects.unscoped("test").filter(process="ticket", is_open=False)
    assert closed.count() == 2 and all(case.closed_at and case.closed_at.year == 2012 for case in closed)
    assert retention.sweep() == 0 and Content.objects.filter(case__in=closed, erased_at=None).exists()
    with simulated(now() + timedelta(days=37 * 31)):
        assert retention.sweep() == 2
    assert not Content.objects.filter(case__in=closed, erased_at=None).exists()
