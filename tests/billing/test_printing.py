"""Papers of a job over HTTP: who sees the job prints them, none before there is something to print; what is personal is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import actor
from tests.portal.test_money import quoted_job
from tests.shelves import fill, line, part, store
from xiuhao.billing import papers as billing
from xiuhao.billing import queries as bills
from xiuhao.kernel import engine
from xiuhao.kernel.models import Account, Reveal
from xiuhao.parts import papers
from xiuhao.parts.models import Supply
from xiuhao.ui import paper

pytestmark = pytest.mark.django_db


def desk(login: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(login=login), backend="xiuhao.kernel.login.Backend")
    return client


def test_the_slip_of_parts_is_printed_with_what_was_handed_out() -> None:
    pump, shelf, central = part(), store(), store("浙江公司", "warehouse")
    fill(central, line(pump, 5))
    given = {"source": central.pk, "destination": shelf.pk, "lines": "pump-01 3"}
    case = engine.perform("supply", "transfer", actor=actor("warehouse"), given=given).case
    for verb in ("pick", "issue"):
        engine.perform("supply", verb, actor=actor("warehouse"), number=case.number)
    answer = desk("warehouse").get(f"/c/supply/{case.number}/paper/parts_slip")
    assert answer.content.startswith(b"%PDF") and f"{case.number}-parts_slip.pdf" in answer["Content-Disposition"]
    said = paper.content(papers.parts_slip(case, Supply.objects.get(pk=case.pk), actor("warehouse")), "仓管甄")
    table = next(block for block in said["blocks"] if block["kind"] == "table")
    assert table["rows"][0][0] == "PUMP-01" and "3" in table["rows"][0] and said["qr"].startswith("<svg")


def test_the_service_sheet_and_the_quote_are_printed_by_who_sees_the_job() -> None:
    job = quoted_job()
    here, engineer = f"/c/work/{job.number}/", desk("engineer")
    page = engineer.get(here).content.decode()
    assert f"{here}paper/sheet" in page and f"{here}paper/quote" in page and f"{here}paper/bill" not in page
    for key in ("quote", "sheet", "sheet?size=slip"):
        answer = engineer.get(f"{here}paper/{key}")
        assert (
            answer.content.startswith(b"%PDF") and answer["Content-Type"] == "application/pdf" and "inline" in answer["Content-Disposition"]
        )
    kept = Reveal.objects.filter(subject="paper:work.sheet")
    assert kept.count() == 2 and kept[0].case_id == job.pk and not Reveal.objects.filter(subject="paper:work.quote").exists()
    for who, key, status in (("outsider", "sheet", 404), ("engineer", "bill", 404), ("auditor", "sheet", 404), ("auditor", "quote", 200)):
        assert desk(who).get(f"{here}paper/{key}").status_code == status, (who, key)
    assert "¥410.00" in engineer.get(f"{here}panel/money").content.decode()


def test_a_quote_asks_for_an_answer_until_it_has_one() -> None:
    job = quoted_job()

    def asked() -> str:
        found = bills.quote_of(job.pk)
        assert found
        return str(paper.content(billing.of_quote(found), "客服安"))

    assert "□ 同意以上报价" in asked()
    engine.perform("work", "agree", actor=actor("engineer"), number=job.number, given={"how": "phone"})
    assert "□" not in asked() and "客户签字" in asked()
