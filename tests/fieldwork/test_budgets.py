"""What the pages of a work order cost: a visit with everything, diagnosed, quoted, agreed, with parts, pictures and a bill."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import works
from tests.pictures import photo
from tests.ui.desk import sit
from tests.works import DIAGNOSIS, TOLD, arrived, do, plan, shoot, stocked, tick, who
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy

pytestmark = pytest.mark.django_db


def taken(client: Client, url: str) -> int:
    """The statements of a page that is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_a_paid_visit_with_parts_stays_within_25_statements_at_every_step_and_lists_within_12() -> None:
    policy.current()
    works.crew()
    stocked(works.STATION, "PUMP-01", 3)
    stocked("engineer", "PUMP-01", 3)
    readers = [sit(login) for login in ("planner", "engineer", "manager")]
    case, pages = plan(parts="PUMP-01 2"), {}

    def look() -> None:
        case.refresh_from_db()
        pages.update({(case.state, n): taken(client, f"/c/work/{case.number}/") for n, client in enumerate(readers)})

    look()
    arrived(case)
    look()
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out")
    do(case, "diagnose", **DIAGNOSIS)
    do(case, "quote", reason="已过保修期", minutes=60, parts_cost="120")
    look()
    do(case, "agree", how="phone")
    do(case, "repair", measure="mend")
    do(case, "use_parts", parts="PUMP-01 1")
    look()
    shoot(case, "before", "after")
    tick(case, "running")
    do(case, "finish", solution="补漏")
    do(case, "check", passed="yes")
    do(case, "explain", **TOLD)
    do(case, "settle")
    do(case, "sign", signed_how="screen", signature=[photo(who("engineer"))])
    look()
    assert {page: count for page, count in pages.items() if count > 25} == {}
    lists = {(view, n): taken(client, f"/c/work/{view}") for view in ("", "?view=all") for n, client in enumerate(readers)}
    assert {page: count for page, count in lists.items() if count > 12} == {}
