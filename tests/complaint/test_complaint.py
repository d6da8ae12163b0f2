"""A complaint from the first word to the end."""

from __future__ import annotations

import pytest

from tests.complaints import PLAN, do, planned
from tests.pictures import photo
from xiuhao.complaint.models import Complaint, Option
from xiuhao.kernel import recount

pytestmark = pytest.mark.django_db


def test_a_complaint_runs_from_the_first_word_to_its_end_and_the_figures_agree() -> None:
    case = planned()
    do(case, "offer", way="phone", text="先为您更换压缩机")
    do(case, "object", reason="不放心")
    do(case, "offer", way="phone", text="为您更换整机，补偿您 180 元")
    do(case, "confirm", way="phone", note="电话里同意")
    do(case, "execute", outcome="已换机", basis="三包规定", proof=[photo("agent")])
    do(case, "survey", satisfied="yes", better="yes", opinion="满意")
    assert do(case, "close", summary="压缩机批次不良", improvement="来料加严").case.state == "closed"
    record = Complaint.objects.get(pk=case.pk)
    assert record.chosen and record.chosen.rank == 2 and record.better
    assert [one.answer for one in Option.objects.unscoped("test").filter(case=case)] == ["refused", "accepted", ""]
    assert not recount.recount().differences


def test_a_customer_who_thinks_better_of_it_before_it_is_carried_out_is_offered_something_else() -> None:
    case = planned()
    do(case, "offer", way="phone", text="先给您更换压缩机，您看可以吗")
    do(case, "confirm", way="phone", note="同意")
    case = do(case, "plan", **PLAN, note="客户改了主意").case
    assert case.state == "planned" and Complaint.objects.get(pk=case.pk).chosen_id is None
    do(case, "offer", way="phone", text="先给您更换压缩机，您看可以吗")
    assert do(case, "object", reason="要换机").case.state == "planned"
