"""Who decides, edited on the page of its table: one post, several together, one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import cast
from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow

pytestmark = pytest.mark.django_db
KEY = "authority.errand.cost"


@pytest.fixture
def page(client: Client, errand: object) -> Client:
    client.force_login(cast.account("manager"))
    return client


def typed(step: str, *then: str, together: tuple[str, ...] = (), role: str = "sales_head") -> dict[str, Any]:
    """What the browser sends of a new row: empty places among the posts that follow too."""
    return {
        "line": "mid", "position": "5", "if.amount": "1000~9000", "then.role": role, "then.with": list(together),
        "then.then": ["", *then, ""], "step": step, "reason": "核决权限表", "clauses": "CS5-11", "edition": "",
    }  # fmt: skip


def test_a_manager_writes_a_row_of_several_posts_looks_at_it_and_keeps_it(page: Client) -> None:
    dialog = page.get(f"/policies/{KEY}/add").content.decode()
    assert dialog.count('name="then.then"') == 2 and 'value="finance"' in dialog and "会同岗位" in dialog and "再经岗位" in dialog
    assert 'value="customer"' not in dialog, "nobody who is no post"
    look = page.post(f"/policies/{KEY}/add", typed("look", "deputy", "director", together=("quality", "finance"))).content.decode()
    assert "副总经理 → 总经理" in look and "质量专员、财务" in look and not PolicyRow.objects.filter(line="mid").exists()
    assert page.post(f"/policies/{KEY}/add", typed("do", "deputy", "director", together=("quality", "finance"))).status_code == 303
    row = PolicyRow.objects.get(line="mid")
    assert row.value == {"role": "sales_head", "with": ["quality", "finance"], "then": ["deputy", "director"]}
    table, dialog = page.get(f"/policies/{KEY}/").content.decode(), page.get(f"/policies/{KEY}/{row.pk}/version").content.decode()
    assert "副总经理 → 总经理" in table and 'value="deputy" selected' in dialog and 'value="director" selected' in dialog
    assert dialog.count('name="then.then"') == 4, "room for more"


def test_a_post_that_stands_twice_is_said_and_what_was_typed_stays(page: Client) -> None:
    answer = page.post(f"/policies/{KEY}/add", typed("look", "deputy", "sales_head"))
    said = answer.content.decode()
    assert answer.status_code == 422 and "业务经理" in said and "只能同意一次" in said and 'value="deputy" selected' in said


def test_a_row_of_one_post_is_kept_as_before(page: Client) -> None:
    assert page.post(f"/policies/{KEY}/add", typed("do")).status_code == 303
    assert PolicyRow.objects.get(line="mid").value == {"role": "sales_head"}


def test_the_decision_on_a_claim_may_go_by_kind_region_and_level() -> None:
    offered = {column.key for column in policy.table_of("authority.claim.decision").columns}
    assert {"amount", "outcome", "region", "severity", "market", "cause", "origin"} <= offered
