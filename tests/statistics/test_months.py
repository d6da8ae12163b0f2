"""The statistics of a month are drawn up by the database in as many statements for many claims as for few, kept as they were, and read by
those who are named."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.cast import account, actor
from tests.liability.claims import CLOSED, HERE, closed, do, liable
from xiuhao.kernel import duties
from xiuhao.kernel.calendars import named as calendar
from xiuhao.kernel.models import Case, CaseAsk, CaseClock
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.liability.models import Share
from xiuhao.statistics import queries
from xiuhao.statistics.models import Entry, Line, Monthly
from xiuhao.statistics.process import STATISTICS

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 11, 1, 9, tzinfo=HERE)


def opened(at: datetime = FIRST) -> Monthly:
    with simulated(at):
        assert duties.open_due(STATISTICS) == 1
        assert duties.open_due(STATISTICS) == 0
    return Monthly.objects.select_related("case").latest("pk")


def table(record: Monthly, kind: str) -> dict[str, tuple[int, Decimal]]:
    return {line.key: (line.count, line.loss) for line in queries.lines(record, actor("office")).get(kind, [])}


def client(login: str) -> Client:
    found = Client()
    found.force_login(account(login))
    return found


def breached(case: Case, key: str) -> None:
    CaseClock.objects.create(
        case=case, key=key, calendar=calendar("office"), limit=60, started_at=CLOSED, breached_at=CLOSED, stopped_at=CLOSED
    )


def test_the_month_before_is_counted_by_department_product_and_cause_and_who_was_late_is_named() -> None:
    cases = closed(12)
    liable(cases[:10])
    closed(5, at=datetime(2026, 9, 30, 23, 59, tzinfo=HERE))
    closed(5, at=datetime(2026, 11, 1, 0, 0, tzinfo=HERE))
    breached(cases[0], "total")
    breached(cases[0], "quality")
    breached(cases[1], "production")
    record = opened()
    assert (record.closed, record.on_time, record.unsettled, record.loss) == (12, 11, 2, Decimal("12000.00"))
    assert table(record, "department") == {
        "production": (10, Decimal("7000.00")), "quality": (10, Decimal("3000.00")), "": (2, Decimal("2000.00"))
    }  # fmt: skip
    assert sum(n for n, _loss in table(record, "product").values()) == 12 == sum(n for n, _loss in table(record, "cause").values())
    assert {key: n for key, (n, _loss) in table(record, "late").items()} == {"quality": 1, "production": 1}
    assert sum(entry.amount for entry in queries.entries(record, actor("office"))) == record.loss


def test_what_changes_later_does_not_alter_it_and_an_objection_draws_it_up_anew() -> None:
    liable(closed(2))
    record = opened()
    Share.objects.unscoped("a later change").filter(department="production").update(amount=1)
    assert table(record, "department")["production"] == (2, Decimal("1400.00"))
    with simulated(FIRST + timedelta(days=1)):
        do(record.case, "confirm", "quality")
        do(record.case, "object", "production", opinion="已改判")
        do(record.case, "confirm", "research")
        with pytest.raises(Refused, match="ratios_unconfirmed"):
            do(record.case, "sign", checked="已查")
        do(record.case, "gather", why="责任改判")
    assert table(record, "department")["production"] == (2, Decimal("2.00"))
    assert set(CaseAsk.objects.filter(case=record.case, outcome="").values_list("to_role", flat=True)) == {
        "production",
        "quality",
        "research",
    }
    with simulated(FIRST + timedelta(days=12)):
        do(record.case, "confirm", "quality")
        late = {one.department: (one.standing, one.late) for one in queries.signatures(record, FIRST + timedelta(days=12))}
    assert late == {"制造部": ("未答复", True), "质量部": ("已确认", True), "研发部": ("未答复", True)}


def test_a_month_without_a_claim_is_done_with() -> None:
    record = opened()
    assert record.case.state == "nothing" and not CaseAsk.objects.filter(case=record.case).exists()
    assert not CaseClock.objects.filter(case=record.case, stopped_at=None).exists()


def statements(count: int, at: datetime) -> int:
    liable(closed(count, at=at - timedelta(days=3)), at=at - timedelta(days=3))
    with CaptureQueriesContext(connection) as seen:
        opened(at)
    return len(seen)


def test_the_number_of_statements_does_not_grow_with_the_claims() -> None:
    assert statements(500, FIRST + timedelta(days=30)) <= statements(2, FIRST) + 1


@pytest.mark.parametrize("login", ["agent", "lead", "dealer", "engineer", "sales", "personnel"])
def test_who_is_not_named_finds_neither_statistics_nor_reports(login: str) -> None:
    liable(closed(2))
    record = opened()
    desk = client(login)
    assert not Entry.objects.visible_to(actor(login)).exists() and not Line.objects.visible_to(actor(login)).exists()
    assert desk.get(f"/c/statistics/{record.case.number}/").status_code == 404
    assert desk.get(f"/statistics/{record.case.number}/entries").status_code == 404
    assert desk.get("/reports/complaints").status_code == 403
    assert record.case.number not in desk.get("/c/statistics/").content.decode()


def test_its_pages_paper_and_list_show_it() -> None:
    liable(closed(3))
    record = opened()
    desk = client("quality")
    page = desk.get(f"/c/statistics/{record.case.number}/").content.decode()
    assert "制造部" in page and "2,100.00" in page and "未答复" in page
    assert desk.get(f"/c/statistics/{record.case.number}/paper/report").content[:4] == b"%PDF"
    answer = desk.get(f"/statistics/{record.case.number}/entries?export=xlsx")
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    assert len(rows) == 1 + 6 and rows[1][4] in ("70.00%", "30.00%")


def test_nothing_is_counted_by_way_of_the_rows_that_were_only_just_written() -> None:
    """The planner knows nothing of them before they are analysed: joined with, they were looked through for every claim of the month."""
    liable(closed(3))
    with CaptureQueriesContext(connection) as seen:
        opened()
    joined = [one["sql"] for one in seen if '"statistics_entry"' in one["sql"] and '"kernel_case"' in one["sql"]]
    assert not joined and any('"kernel_caseclock"' in one["sql"] for one in seen)
