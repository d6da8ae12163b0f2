"""Many tickets are given to somebody at once; what could not be is told row by row."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.cast import account
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel.models import Case

pytestmark = pytest.mark.django_db


def test_the_report_names_who_was_refused_and_why() -> None:
    able = [receive(contact_phone=f"1391111{n:04d}").case for n in range(3)]
    held = receive(urgency="danger").case
    numbers = [case.number for case in (*able, held)]
    lead = sit("lead")
    preview = lead.post("/c/ticket/bulk/assign", {"n": numbers}).content.decode()
    assert "将对 4 条执行，其中 3 条的状态允许" in preview and "客服白" in preview
    wanted = {"n": numbers, "_key": uuid4(), "to": account("colleague").pk}
    report = lead.post("/c/ticket/bulk/assign", wanted, follow=True).content.decode()
    assert "成功 3 条" in report and held.number in report and "“待复核”的工单不能分派" in report
    assert Case.objects.unscoped("look").filter(owner=account("colleague")).count() == 3
    refused = sit("agent").post("/c/ticket/bulk/assign", {**wanted, "n": numbers[:1], "_key": uuid4()}, follow=True)
    assert "没有“分派”的权限" in refused.content.decode()
