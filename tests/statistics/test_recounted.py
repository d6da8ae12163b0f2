"""The figures of these clauses are those that an independent recount finds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.kernel.test_scheduler import fire
from tests.liability.claims import HERE, closed, decided, do, liable
from tests.liability.test_closed import propose
from xiuhao.kernel import duties
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.liability.duties import DISCIPLINE
from xiuhao.liability.models import Discipline
from xiuhao.statistics.models import Monthly
from xiuhao.statistics.process import STATISTICS

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = datetime(2026, 11, 1, 9, tzinfo=HERE)


def test_a_month_with_its_losses_notices_lists_and_statistics_is_counted_alike_twice() -> None:
    liable(closed(2))
    with simulated(FIRST - timedelta(days=4)):
        notice = propose(decided())
        do(notice, "approve", "director", note="同意")
        for who in ("production", "finance", "office"):
            do(notice, "acknowledge", who)
    with simulated(FIRST):
        duties.open_due(DISCIPLINE)
        duties.open_due(STATISTICS)
        record, listed = Monthly.objects.select_related("case").get(), Discipline.objects.select_related("case").get()
        do(record.case, "confirm", "quality")
        do(record.case, "object", "production", opinion="偏高")
        with pytest.raises(Refused, match="ratios_unconfirmed"):
            do(record.case, "sign", checked="已查")
        do(record.case, "gather", why="重算")
        for who in ("production", "quality", "research"):
            do(record.case, "confirm", who)
        do(listed.case, "send", review="属实")
    fire(FIRST + timedelta(days=12))
    with simulated(FIRST + timedelta(days=12)):
        do(record.case, "sign", checked="均已执行")
    report = recount()
    assert report.differences == []
    assert {"CS5-9.10", "CS5-9.13", "CS5-12.1", "CS5-12.2"} <= report.clauses
