"""Many tickets are given to somebody at once; what could not be is told row by row."""

from __future__ import annotations

import re
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


def test_who_has_the_skill_comes_first_and_it_is_said() -> None:
    case = receive(kind="return_exchange").case  # only 客服白 handles returns
    offered = re.findall(r'<option value="\d+"[^>]*>([^<]+)', sit("lead").get(f"/c/ticket/{case.number}/do/assign").content.decode())
    fits = ["技能相符" in each for each in offered]
    assert offered[0].startswith("推荐 客服白") and fits == sorted(fits, reverse=True) and not all(fits)
    assert all(("技能相符" in each) != ("技能不符" in each) for each in offered)


def test_the_dialog_of_cancelling_says_what_each_button_does() -> None:
    case = receive().case
    page = sit("lead").get(f"/c/ticket/{case.number}/do/cancel").content.decode()
    assert re.findall(r"data-submit-step>([^<]+)", page) == ["取消工单"] and re.findall(r"data-close>([^<]+)", page) == ["返回"]
