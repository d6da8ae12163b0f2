"""What is known late is told late, once: liabilities that are decided after their month, forms that a new one replaces."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.cast import account, actor
from tests.liability.claims import CLOSED, HERE, closed, do, liable
from tests.statistics.test_months import FIRST, client, opened, table
from xiuhao.claim.models import Claim
from xiuhao.kernel import duties
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.time import simulated
from xiuhao.liability.models import Liability, Share
from xiuhao.statistics import queries
from xiuhao.statistics.models import Entry, Line, Monthly
from xiuhao.statistics.process import STATISTICS

pytestmark = pytest.mark.django_db
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=HERE)
JANUARY = datetime(2027, 1, 1, 9, tzinfo=HERE)
D = Decimal


def test_a_liability_decided_after_its_month_is_in_the_next_months_table_and_in_no_sum_twice() -> None:
    cases = closed(3)
    liable(cases[:1])
    october = opened()
    assert (october.unsettled, october.loss, table(october, "settled")) == (2, D(3000), {})
    liable(cases[1:], at=FIRST + timedelta(days=9))
    closed(1, at=FIRST + timedelta(days=3))
    november = opened(DECEMBER)
    assert (november.closed, november.unsettled, november.loss) == (1, 1, D(1000)), "its own claims alone"
    assert table(november, "settled") == {"production": (2, D(1400)), "quality": (2, D(600))}
    page = client("quality").get(f"/statistics/{november.case.number}/entries").content.decode()
    assert page.count("以前结案，本月核定") == 4
    with simulated(DECEMBER):
        do(october.case, "gather", why="再汇总")
    october.refresh_from_db()
    assert (october.unsettled, october.loss) == (2, D(3000)), "told in November: not here too"
    assert Entry.objects.visible_to(actor("office")).filter(department="production").count() == 3
    assert opened(datetime(2027, 1, 1, 9, tzinfo=HERE)).case.state == "nothing"


def test_what_the_own_month_has_told_after_an_objection_is_not_told_again() -> None:
    cases = closed(1)
    october = opened()
    liable(cases, at=FIRST + timedelta(days=2))
    with simulated(FIRST + timedelta(days=3)):
        do(october.case, "gather", why="责任已核定")
    assert table(october, "department")["production"] == (1, D(700))
    assert opened(DECEMBER).case.state == "nothing"


def test_a_month_with_late_liabilities_alone_is_confirmed_too() -> None:
    cases = closed(1)
    opened()
    liable(cases, at=FIRST + timedelta(days=2))
    november = opened(DECEMBER)
    assert november.case.state == "gathered" and CaseAsk.objects.filter(case=november.case, outcome="").count() == 3
    assert client("office").get(f"/c/statistics/{november.case.number}/paper/report").content[:4] == b"%PDF"


def test_a_form_that_a_new_one_replaced_before_anything_was_given_is_no_loss() -> None:
    rejected, kept, given = closed(3)
    anew = closed(2, amount="1500.00")
    for new, old in zip(anew, (rejected, given), strict=True):
        Claim.objects.filter(pk=new.pk).update(previous_id=old.pk)
    Claim.objects.filter(pk=given.pk).update(executed_on=CLOSED.date())
    record = opened()
    assert (record.closed, record.loss) == (4, D("5000.00")), "1,000 that was kept, 1,000 that was given, twice 1,500"
    told = set(queries.entries(record, actor("office")).values_list("claim", flat=True))
    assert told == {case.number for case in (kept, given, *anew)}
    Case.objects.unscoped("test").filter(pk=anew[0].pk).update(state="withdrawn")
    with simulated(FIRST):
        do(record.case, "gather", why="新表已撤回")
    assert set(queries.entries(record, actor("office")).values_list("claim", flat=True)) >= {rejected.number}
    with simulated(FIRST):
        assert duties.open_due(STATISTICS) == 0 and Monthly.objects.count() == 1


def test_every_figure_opens_the_list_that_it_is_the_sum_of() -> None:
    cases = closed(7)
    liable(cases[:4])
    opened()
    liable(cases[4:6], at=FIRST + timedelta(days=2))
    liable(closed(3, at=FIRST + timedelta(days=3)), at=FIRST + timedelta(days=4))
    record, desk = opened(DECEMBER), client("quality")
    page = desk.get(f"/c/statistics/{record.case.number}/").content.decode()
    told = queries.summed(record, actor("quality"))
    assert {line.kind for line in told} == {"department", "cause", "product", "settled"}
    for line in told:
        here = f"/statistics/{record.case.number}/entries?line={line.pk}"
        rows = list(queries.entries(record, actor("quality"), line))
        each = rows if line.kind in ("department", "settled") else [row for row in rows if row.first]
        assert f'href="{here}"' in page and (len(each), sum(row.amount for row in rows)) == (line.count, line.loss), line
    last = desk.get(f"/statistics/{record.case.number}/entries?line={told[-1].pk}&export=xlsx")
    assert last.status_code == 200 and desk.get(f"/statistics/{record.case.number}/entries?line=0").status_code == 400


def test_finance_that_closes_the_month_reads_what_was_lost_by_whom() -> None:
    liable(closed(2))
    record = opened()
    desk = client("finance")
    assert account("finance") and "制造部" in desk.get(f"/c/statistics/{record.case.number}/").content.decode()
    assert desk.get("/reports/complaints").status_code == 200


def redecided(claim: Case, at: datetime, **amounts: int) -> None:
    """Its liability as it is decided now."""
    row = Liability.objects.get(claim_id=claim.pk)
    Share.objects.unscoped("test").filter(liability=row).delete()
    parts = [Share(liability=row, department=d, place=n, percent=v // 10, amount=v) for n, (d, v) in enumerate(amounts.items(), 1)]
    Share.objects.unscoped("test").bulk_create(parts)
    Liability.objects.filter(pk=row.pk).update(decided_at=at, loss=sum(amounts.values()))


def changed(record: Monthly) -> dict[str, tuple[D, D]]:
    return {line.key: (line.was, line.loss) for line in queries.lines(record, actor("office")).get("changed", [])}


def test_who_was_told_of_a_liability_hears_in_the_next_table_that_it_was_decided_anew() -> None:
    anew, same, _kept = cases = closed(3)
    liable(cases)
    october = opened()
    redecided(anew, FIRST + timedelta(days=5), quality=600, research=400)
    redecided(same, FIRST + timedelta(days=6), production=700, quality=300)
    november = opened(DECEMBER)
    assert changed(november) == {"production": (D(700), D(0)), "quality": (D(300), D(600)), "research": (D(0), D(400))}
    assert (november.closed, november.loss, table(november, "settled")) == (0, D(0), {}), "in no sum twice"
    assert table(october, "department")["production"] == (3, D(2100)), "what was told stays as it was told"
    assert november.case.state == "gathered", "the departments confirm it"
    line = Line.objects.unscoped("test").get(kind="changed", key="research")
    page = client("quality").get(f"/statistics/{november.case.number}/entries?line={line.pk}").content.decode()
    assert page.count("以前已报，本月改判") == 1 and "400" in page
    whole = client("office").get(f"/c/statistics/{november.case.number}/").content.decode()
    assert "以前已报本月改判" in whole and "-¥700.00" in whole
    assert client("office").get(f"/c/statistics/{november.case.number}/paper/report").content[:4] == b"%PDF"
    assert opened(JANUARY).case.state == "nothing", "told once"


def test_what_is_decided_anew_twice_is_told_against_the_table_before_and_an_earlier_one_drawn_up_again_keeps_its_departments() -> None:
    cases = closed(1)
    liable(cases)
    october = opened()
    redecided(cases[0], FIRST + timedelta(days=5), quality=1000)
    november = opened(DECEMBER)
    with simulated(DECEMBER):
        do(october.case, "gather", why="再汇总")
    assert table(october, "department") == {"quality": (1, D(1000))}, "not as if nobody had decided"
    redecided(cases[0], DECEMBER + timedelta(days=5), quality=500, sales=500)
    assert changed(opened(JANUARY)) == {"quality": (D(1000), D(500)), "sales": (D(0), D(500))}
    assert changed(november) == {"production": (D(700), D(0)), "quality": (D(300), D(1000))}
