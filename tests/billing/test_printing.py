"""Papers of a job over HTTP: who sees the job prints them, none before there is something to print; what is personal is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.portal.test_money import quoted_job
from xiuhao.kernel.models import Account, Reveal

pytestmark = pytest.mark.django_db


def desk(login: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(login=login), backend="xiuhao.kernel.login.Backend")
    return client


def test_the_service_sheet_and_the_quote_are_printed_by_who_sees_the_job() -> None:
    job = quoted_job()
    here, engineer = f"/c/work/{job.number}/", desk("engineer")
    page = engineer.get(here).content.decode()
    assert f"{here}paper/sheet" in page and f"{here}paper/quote" in page and f"{here}paper/bill" not in page
    for paper in ("quote", "sheet", "sheet?size=slip"):
        answer = engineer.get(f"{here}paper/{paper}")
        assert (
            answer.content.startswith(b"%PDF") and answer["Content-Type"] == "application/pdf" and "inline" in answer["Content-Disposition"]
        )
    kept = Reveal.objects.filter(subject="paper:work.sheet")
    assert kept.count() == 2 and kept[0].case_id == job.pk and not Reveal.objects.filter(subject="paper:work.quote").exists()
    for who, paper, status in (("outsider", "sheet", 404), ("engineer", "bill", 404), ("auditor", "sheet", 404), ("auditor", "quote", 200)):
        assert desk(who).get(f"{here}paper/{paper}").status_code == status, (who, paper)
    assert "¥410.00" in engineer.get(f"{here}panel/money").content.decode()
