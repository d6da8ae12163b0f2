"""What is seen of returns: the pages of staff in few statements, the papers, the customer's own page in public words only."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.portal.visitor import Visitor, link
from tests.portal.visitor import ticket as on_file
from tests.returns.ways import NOTE, actor, appraised, approved, crew, day, do, executed, received, record, shot, slip, ticket
from tests.ui.desk import sit, text
from xiuhao.kernel import engine, recount
from xiuhao.kernel.models import Case, Link

__all__ = ["crew"]
pytestmark = pytest.mark.django_db
WHY = "经检测压缩机损坏是进水造成的，不属产品本身缺陷，可以按付费维修处理。"


def _on(case: Case) -> Case:
    return Link.objects.get(child=case).parent


def test_the_queue_and_the_case_say_what_is_to_be_done_within_their_statements() -> None:
    goods, device = received(), executed()
    desk = sit("manager")
    desk.get("/c/returns/?view=all")
    with CaptureQueriesContext(connection) as asked:
        page = text(desk.get("/c/returns/?view=all"))
    assert len(asked) <= 12 and goods.number in page and "三包退换" in page
    for case, wanted in ((goods, ("核定数量", "100", "销货退回证明单")), (device, (str(record(device).filing_no), "XH26A0000099"))):
        with CaptureQueriesContext(connection) as asked:
            page = text(desk.get(f"/c/returns/{case.number}/"))
        assert len(asked) <= 25, len(asked)
        assert all(word in page for word in wanted)


def test_the_figures_of_the_clauses_agree_with_the_journal() -> None:
    do("book", "finance", received("102").number, checked="102")
    executed()
    assert not recount.recount().differences


def test_each_sees_their_own_work() -> None:
    number = slip().number
    assert number not in text(sit("warehouse").get("/c/returns/?view=gate"))
    do("endorse", "sales_head", number, **NOTE)
    assert number in text(sit("warehouse").get("/c/returns/?view=gate"))
    assert sit("dealer").get(f"/c/returns/{number}/").status_code == 404


@pytest.mark.parametrize("key", ["slip1", "slip2", "slip3", "slip4"])
def test_the_slip_is_printed_in_four_named_copies(key: str) -> None:
    answer = sit("sales").get(f"/c/returns/{received().number}/paper/{key}")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")


def test_the_appraisal_and_the_filing_are_papers() -> None:
    case = executed()
    desk = sit("manager")
    for key in ("appraisal", "filing"):
        assert desk.get(f"/c/returns/{case.number}/paper/{key}").content.startswith(b"%PDF")
    assert desk.get(f"/c/returns/{case.number}/paper/slip1").status_code == 404


def test_the_customer_sees_how_it_stands_in_public_words_and_why_only_when_proven() -> None:
    case = appraised("unmet")
    do("explain", "region", case.number, explanation=WHY)
    mine = on_file(_on(case).number)
    visitor = Visitor()
    page = visitor.client.get(link(mine)).content.decode()
    assert "申请不符合退换条件" in page and WHY not in page and "线圈短路" not in page
    page = visitor.prove(mine).content.decode()
    assert WHY in page and "线圈短路" not in page and case.number not in page


def test_the_customer_sees_that_it_was_approved_and_done() -> None:
    case = approved()
    mine = on_file(_on(case).number)
    assert "正在为您办理" in Visitor().client.get(link(mine)).content.decode()
    do("execute", "region", case.number, receipt=[shot("region")], new_serial="XH26A0000099")
    page = Visitor("203.0.113.8").client.get(link(mine)).content.decode()
    assert "退换已办理完成" in page and not re.search(r"\b3,?899\b", page), "a key may hold any digits"


def test_a_dealer_applies_on_their_own_customers_ticket_and_sees_it() -> None:
    on = ticket()
    dealer = actor("dealer")
    Case.objects.unscoped("arranging a test").filter(pk=on.pk).update(keeper_id=dealer.id)
    told = {"kind": "exchange", "reason": "不制冷", "purchased_on": day(3)}
    made = engine.perform("returns", "apply", actor=dealer, parent=on.number, given=told).case
    assert Case.objects.visible_to(dealer).filter(pk=made.pk).exists()
