"""What the desk shows of claims: the ledger, one's department's work, the form, its copies."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import account, actor
from tests.claims import along, at, do, record, settled
from tests.complaints import later
from tests.ui.desk import sit
from xiuhao.claim.models import Improvement
from xiuhao.claim.papers import BESIDE, PAPERS
from xiuhao.claim.process import CLAIM
from xiuhao.kernel import engine
from xiuhao.kernel.models import CaseClock
from xiuhao.kernel.time import now
from xiuhao.ui import listing, pages

pytestmark = pytest.mark.django_db


def test_the_ledger_says_stage_department_days_and_is_found_by_number_order_and_part_within_its_statements() -> None:
    first, second = at("investigate"), at("analyse")
    waiting, gone, kept = at("register"), at("register"), at("investigate")
    for each in (gone, kept):
        do(each, "withdraw", "sales", why="客户撤回")
    office = sit("office")
    office.get("/c/claim/?view=ledger")
    with CaptureQueriesContext(connection) as spent:
        said = office.get("/c/claim/?view=ledger").content.decode()
    assert len(spent) <= 12
    assert record(first).ledger_no in said and "质量管理部" in said and "制造部" in said and "0.0 / 15 天" in said
    assert waiting.number not in said and gone.number not in said, "what has no number is not in the ledger"
    assert kept.number in said, "a number stays, whatever becomes of the claim"
    for words in (str(record(second).ledger_no), second.number):
        found = office.get(f"/c/claim/?view=ledger&q={words}").content.decode()
        assert second.number in found and first.number not in found
    assert first.number in office.get("/c/claim/?view=ledger&q=SO-2611").content.decode()
    only = office.get("/c/claim/?view=ledger&department=production").content.decode()
    assert second.number in only and first.number not in only


def test_the_ledger_says_of_what_is_closed_how_many_days_it_took_of_how_many_and_whether_it_was_late() -> None:
    intime, late = along(at("close"), ""), along(at("close"), "")
    CaseClock.objects.filter(case=late, key="total").update(breached_at=now())
    queue = pages.queue(CLAIM)
    found = listing.fill(CLAIM, queue, [intime, late], actor("office"))
    rows = {row.case.pk: {column.key: column.cell(row) for column in queue.columns} for row in found}
    assert rows[intime.pk]["used"] == "0.0 / 15 天" and rows[intime.pk]["total"] and rows[intime.pk]["late"] is None
    assert "0.0 / 15 天" in str(rows[late.pk]["used"]) and "逾期" in str(rows[late.pk]["used"]) and "逾期" in str(rows[late.pk]["late"])


def test_the_ledger_can_tell_order_quantity_who_is_liable_and_both_dates() -> None:
    case = along(at("close"), "")
    columns = "".join(f"&column={key}" for key in ("ledger_no", "order_no", "quantity", "liable", "registered", "closed"))
    said = sit("office").get(f"/c/claim/?view=ledger{columns}").content.decode()
    for words in (record(case).ledger_no, "SO-2611-08", ">120<", "制造部钻孔课", "受理时间", "结案时间"):
        assert words in said, words


def test_each_department_sees_what_waits_for_it_and_what_it_is_asked() -> None:
    case = at("analyse")
    for who, there in (("production", True), ("quality", False), ("office", False)):
        assert (case.number in sit(who).get("/c/claim/").content.decode()) is there, who
    do(case, "consult", "office", ask_finance=True, question="金额？", due_at=later(400))
    assert case.number in sit("finance").get("/c/claim/").content.decode()
    decided = at("approve")
    assert decided.number in sit("director").get("/c/claim/").content.decode()
    assert decided.number not in sit("deputy").get("/c/claim/").content.decode()


def test_the_copies_are_printed_for_the_department_that_they_name_and_only_once_closed() -> None:
    case = at("close")
    path = f"/c/claim/{case.number}/paper/copy_quality"
    assert sit("quality").get(path).status_code != 200
    case = along(case, "")
    settled()
    answer = sit("quality").get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200 and body.startswith(b"%PDF")
    titles = [str(one.sheet(case, record(case), actor("office")).title) for one in PAPERS]
    assert [title[8:11] for title in titles] == ["第一联", "第二联", "第三联", "第四联", "第五联"]
    assert sit("production").get(path).status_code in (403, 404)
    assert "第一联：质量管理部" in sit("quality").get(f"/c/claim/{case.number}/").content.decode()


def test_the_paper_tells_every_opinion_and_reason_and_which_form_it_replaces() -> None:
    old = at("review")
    do(old, "consult", "office", ask_finance=True, question="金额？", due_at=later(400))
    do(old, "advise", "finance", text="可在货款中扣")
    old = along(do(old, "send_back", "office", back_to="production", again_by=later(400), why="再查钻孔机"), "close")
    parent = along(old, "").number
    case = engine.perform("claim", "resubmit", actor=actor("sales"), given={"reason": "客户仍不接受"}, parent=parent).case
    new = record(along(case, "close"))
    for one, wanted in (
        (record(old), ("可在货款中扣", "再查钻孔机", "责任明确，同意", "请研发核对程序管控")),
        (new, (record(old).ledger_no,)),
    ):
        blocks = list(PAPERS[0].sheet(one.case, one, actor("office")).blocks)
        text = str([getattr(block, "rows", None) or getattr(block, "pairs", "") for block in blocks])
        assert all(words in text for words in wanted), text


def test_an_objection_and_an_improvement_are_printed_too() -> None:
    case = at("execute")
    assert sit("office").get(f"/c/claim/{case.number}/paper/petition").status_code == 404, "nobody has objected"
    do(case, "object", "production", objection="程序版本由客户提供，责任不全在我部")
    settled()
    assert sit("office").get(f"/c/claim/{case.number}/paper/petition").content[:4] == b"%PDF"
    told = str(BESIDE[0].sheet(case, record(case), actor("office")).blocks)
    assert "责任不全在我部" in told and "600" in told and account("production").name in told
    one = Improvement.objects.select_related("case__unit", "claim__case").get(claim_id=case.pk)
    assert sit("production").get(f"/c/improvement/{one.case.number}/paper/tracking").content[:4] == b"%PDF"
    assert record(case).ledger_no in str(BESIDE[1].sheet(one.case, one, actor("office")).blocks)


def test_quantities_are_said_without_idle_zeros_in_the_timeline_too() -> None:
    said = sit("office").get(f"/c/claim/{at('approve').number}/").content.decode()
    assert "120" in said and "120.000" not in said and "35.000" not in said


def test_of_many_limits_that_were_kept_the_last_stands_on_a_closed_claim_and_the_others_behind_one_tap() -> None:
    case = along(at("close"), "")
    head = sit("office").get(f"/c/claim/{case.number}/").content.decode().split('class="meta row"')[1].split('class="steps"')[0]
    shown, behind = head.split('<details class="ended">')
    kept = CaseClock.objects.filter(case=case).count() - 1
    assert kept > 5 and f"已结束的时限 {kept}" in behind and behind.count("data-left") == kept
    assert shown.count("data-left") == 1 and "结案期限" in shown, "what the whole took is the one that matters"
    CaseClock.objects.filter(case=case, key="review").update(breached_at=now())
    shown = sit("office").get(f"/c/claim/{case.number}/").content.decode().split('<details class="ended">')[0]
    assert shown.count("data-left") == 1 and "审议时限" in shown, "what was late is never hidden"
