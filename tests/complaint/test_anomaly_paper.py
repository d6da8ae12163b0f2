"""The slip of an anomaly is a form like the others: printed for whoever reads it, in both languages, with what is known so far."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from tests.cast import account, actor
from tests.complaints import complain, planned
from xiuhao.complaint import papers
from xiuhao.complaint.models import Anomaly, Complaint
from xiuhao.kernel import engine
from xiuhao.ui.paper import Facts, Words

pytestmark = pytest.mark.django_db


def client(login: str) -> Client:
    found = Client()
    found.force_login(account(login))
    return found


def test_the_slip_is_printed_with_what_is_known_so_far_in_both_languages() -> None:
    given = {"content": "quality", "text": "同批次板面轻微划痕"}
    case = engine.perform("anomaly", "report", actor=actor("warehouse"), given=given).case
    told = {"cause": "周转架毛刺", "measure": "打磨周转架"}
    engine.perform("anomaly", "answer", actor=actor("quality"), number=case.number, given=told)
    assert client("quality").get(f"/c/anomaly/{case.number}/paper/slip").content[:4] == b"%PDF"
    assert client("dealer").get(f"/c/anomaly/{case.number}/paper/slip").status_code == 404
    record = Anomaly.objects.select_related("case__unit", "model").get(pk=case.pk)
    with translation.override("en"):
        sheet = papers.slip(record.case, record, actor("quality"))
        labels = [str(sheet.title), *(str(b.label) for b in sheet.blocks if isinstance(b, Words))]
        labels += [str(label) for b in sheet.blocks if isinstance(b, Facts) for label, _value in b.pairs]
    assert len(labels) == 9 and all(label.isascii() for label in labels), labels


def test_a_complaint_is_printed_for_the_house_with_its_plan_and_without_the_customers_number() -> None:
    case = planned()
    assert client("agent").get(f"/c/complaint/{case.number}/paper/form").content[:4] == b"%PDF"
    own = complain("dealer")
    assert client("dealer").get(f"/c/complaint/{own.number}/").status_code == 200
    assert client("dealer").get(f"/c/complaint/{own.number}/paper/form").status_code in (403, 404), "whoever is outside gets no form"
    record = Complaint.objects.select_related("case__unit", "model").get(pk=case.pk)
    text = str(papers.form(record.case, record, actor("agent")).blocks)
    assert "更换整机" in text and "压缩机批次不良" in text and "13800138000" not in text and "王小明" not in text
