"""The reports: Paretos, closing times, who is late, the rate; by month, product and market, of the units that one reads."""

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
from tests.liability.claims import HERE, closed
from tests.statistics.test_months import breached
from tests.tickets import receive
from xiuhao.claim.models import Claim
from xiuhao.complaint.models import Complaint
from xiuhao.kernel.time import simulated
from xiuhao.product.models import Category, Model
from xiuhao.statistics import report, reporting
from xiuhao.statistics.reporting import Wanted

pytestmark = pytest.mark.django_db
SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=HERE), datetime(2026, 11, 1, tzinfo=HERE)
AT = datetime(2026, 10, 30, 12, tzinfo=HERE)


def wanted(**more: object) -> Wanted:
    return Wanted(actor("quality"), SINCE, UNTIL, **more)  # type: ignore[arg-type]


def test_causes_and_products_are_ordered_and_summed_up_to_the_whole() -> None:
    closed(15, at=AT)
    closed(5, at=datetime(2026, 7, 30, tzinfo=HERE))
    causes, bars = reporting.causes_and_parts(wanted())
    assert sum(bar.count for bar in bars) == 15 and bars[-1].upto == Decimal(100)
    assert [bar.count for bar in bars] == sorted((bar.count for bar in bars), reverse=True)
    assert [(bar.label, bar.count, bar.amount) for bar in causes][:1] == [("服务及其延伸", 5, Decimal("5000.00"))]
    assert sum(bar.count for bar in reporting.causes_and_parts(wanted(market="overseas"))[1]) == 7
    model = Model.objects.create(code="XH-1", name="冰箱", category=Category.objects.get(key="fridge"))
    [one] = closed(1, at=AT)
    Complaint.objects.filter(pk=Claim.objects.get(pk=one.pk).complaint_id).update(model=model)
    [bar] = reporting.contents_and_products(wanted(product=model.pk))[1]
    assert (bar.label, bar.count) == (str(model), 1) and reporting.causes_and_parts(wanted(product=model.pk))[1][0].count == 1


def test_closing_times_are_median_and_ninth_decile_in_days() -> None:
    closed(20, at=AT)  # 1 to 20 days
    grave, *contents = reporting.speeds(wanted())
    assert (grave.label, grave.count, grave.median, grave.most) == ("严重程度 · 一般", 20, Decimal("10.5"), Decimal("18.1"))
    assert sorted((one.label, one.count) for one in contents) == [
        ("投诉内容 · 交付", 6),
        ("投诉内容 · 产品质量", 7),
        ("投诉内容 · 服务", 7),
    ]


def test_claims_take_their_time_from_their_number_on_by_market_and_by_cause() -> None:
    slow, quick = (AT - timedelta(days=19), AT - timedelta(days=3))
    closed(4, at=AT, registered_at=slow)
    closed(2, at=AT, registered_at=quick)
    closed(1, at=AT)  # withdrawn from the ledger before it had a number: no time is told
    found = {one.label: (one.count, one.median) for one in reporting.claim_speeds(wanted())}
    assert found["内外销 · 国内"] == (3, Decimal("19.0")) and found["内外销 · 国外"] == (3, Decimal("19.0"))
    assert found["原因类别 · 服务及其延伸"] == (1, Decimal("19.0")) and sum(n for n, _median in found.values()) == 12
    assert [one.count for one in reporting.claim_speeds(wanted(market="overseas")) if one.label.startswith("内外销")] == [3]


def test_the_rate_is_of_a_hundred_requests_and_overdue_is_by_department() -> None:
    with simulated(AT):
        for _each in range(4):
            receive()
    cases = closed(2, at=AT)
    breached(cases[0], "quality")
    breached(cases[0], "report")
    last = reporting.trend(wanted())[-1]
    assert (last.month, last.complaints, last.requests, last.rate) == ("2026-10", 2, 4, Decimal("50.0"))
    assert [(bar.label, bar.count) for bar in reporting.overdue(wanted())] == [("质量部", 2)]


def test_the_page_and_its_file_say_the_same_in_few_statements() -> None:
    closed(12, at=AT)
    desk = Client()
    desk.force_login(account("quality"))
    with simulated(AT + timedelta(days=1)):
        desk.get("/reports/complaints")
        with CaptureQueriesContext(connection) as seen:
            page = desk.get("/reports/complaints?month=2026-10").content.decode()
        assert "PCB-1" in page and "<svg viewBox" in page and len(seen) <= 21
        answer = desk.get("/reports/complaints?export=xlsx")
        assert desk.get("/reports/complaints?month=2020-01").status_code == 400
    cells = [row[1] for row in load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)]
    assert "PCB-1" in cells and "质量" not in cells


def test_every_row_with_a_list_counts_what_that_list_shows() -> None:
    closed(13, at=AT)
    closed(2, at=datetime(2026, 7, 30, tzinfo=HERE))
    desk, found = Client(), {}
    desk.force_login(account("quality"))
    for narrowed in ({}, {"market": "overseas"}):
        for one in report.reports(wanted(**narrowed)):
            for url, row in one.lines:
                if url:
                    assert desk.get(url).context["page"].total == row[1][1], (one.key, row)
                    found[one.key, bool(narrowed)] = found.get((one.key, bool(narrowed)), 0) + 1
    assert found == {
        ("trend", False): 12,
        ("contents", False): 3,
        ("causes", False): 3,
        ("causes", True): 3,
        ("parts", False): 10,
        ("parts", True): 5,
    }
