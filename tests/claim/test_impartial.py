"""Whom the complaint is about has no part in the claim; where nobody else holds the post, the next one above acts for it."""

from __future__ import annotations

import pytest

from tests.cast import account, actor, unit
from tests.claims import CHAIN, along, at, do, inboxes, record, refused, settled, submitted
from tests.ui.desk import sit
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db
GIVEN = {verb: given for _state, verb, _who, given in CHAIN}


def accused(case: Case, who: str) -> Case:
    Complaint.objects.filter(pk=record(case).complaint_id).update(about=account(who))
    return case


@pytest.mark.parametrize(
    ("verb", "who", "instead"),
    [
        ("register", "office", "deputy"), ("investigate", "quality", "manager"), ("analyse", "production", "deputy"),
        ("endorse", "manager", "deputy"), ("study", "research", "deputy"), ("negotiate", "sales", "sales_head"),
        ("read", "sales_head", "deputy"), ("opine", "office", "deputy"),
    ],
)  # fmt: skip
def test_the_post_above_acts_where_only_the_one_complained_about_holds_it(verb: str, who: str, instead: str) -> None:
    case = accused(at(verb), who)
    assert refused(case, verb, who, **GIVEN[verb]).code == "about_you"
    assert do(case, verb, instead, **GIVEN[verb]).state


def test_nobody_acts_for_a_post_that_somebody_else_holds_too() -> None:
    case = accused(at("investigate"), "quality")
    head = unit("总部")
    party.hire(SYSTEM, login="quality2", name="质量贾", unit=head, posts=((r.QUALITY, head),), skills={}, email="q2@example.com")
    assert refused(case, "investigate", "manager", **GIVEN["investigate"]).code == "not_allowed"
    assert refused(accused(at("analyse"), "quality"), "analyse", "deputy", **GIVEN["analyse"]).code == "not_allowed", "another's post"


def test_it_is_shown_and_told_who_acts() -> None:
    case = accused(submitted(), "quality")
    do(case, "register", "office")
    settled()
    assert "manager" in inboxes(case, "claim_turn")
    page = sit("office").get(f"/c/claim/{case.number}/").content.decode()
    assert "质量管理部（由经理室代办）" in page
    assert case.number in sit("manager").get("/c/claim/?view=to_do").content.decode()
    case = accused(at("negotiate"), "sales_head")
    do(case, "negotiate", "sales", **GIVEN["negotiate"])
    settled()
    assert "deputy" in inboxes(case, "claim_asked"), "what is asked of them is told to who may answer for them"
    assert case.number in sit("deputy").get("/c/claim/?view=to_do").content.decode()
    other = do(submitted(), "register", "office")
    settled()
    assert other.number not in sit("manager").get("/c/claim/?view=to_do").content.decode() and "manager" not in inboxes(other, "claim_turn")


def test_who_worked_on_it_is_read_by_the_departments_concerned_only() -> None:
    from xiuhao.claim.papers import PAPERS

    case = along(at("analyse"), "endorse", analyse={"operators": "戚小满、左长河"})
    for who, there in (
        ("quality", True),
        ("production", True),
        ("office", True),
        ("sales", False),
        ("manager", False),
        ("director", False),
    ):
        page = sit(who).get(f"/c/claim/{case.number}/").content.decode()
        assert ("戚小满" in page, "已登记" in page) == (there, not there), who
    told = {one.key: str(one.sheet(case, record(case), actor("office")).blocks) for one in PAPERS}
    assert {key for key, said in told.items() if "戚小满" in said} == {"copy_quality", "copy_production", "copy_office"}


def test_a_complaint_about_the_only_general_manager_is_decided_by_nobody_until_somebody_else_is_named() -> None:
    case = accused(at("opine"), "director")
    no = refused(case, "opine", "office", **GIVEN["opine"])
    assert no.code == "nobody_to_decide" and "总经理" in no.sentence and "授予" in no.sentence, "it says whom to appoint"
    head = unit("总部")
    party.hire(SYSTEM, login="supervisor", name="监事钟", unit=head, posts=((r.DIRECTOR, head),), skills={}, email="board@example.com")
    case = do(case, "opine", "office", **GIVEN["opine"])
    assert refused(case, "approve", "director", why="同意").code == "about_you"
    assert do(case, "approve", "supervisor", why="责任明确").state == "decided"


def test_whom_it_waits_for_is_said_where_the_complaint_is_found_to_be_about_the_only_one_who_may_decide() -> None:
    case = accused(at("approve"), "director")
    page = sit("office").get(f"/c/claim/{case.number}/").content.decode()
    assert "总经理的岗位只有被投诉的人担任" in page
    assert refused(case, "amend", "office", amount="500", why="客户让步").code == "nobody_to_decide"
    assert "岗位只有被投诉的人担任" not in sit("office").get(f"/c/claim/{accused(at('approve'), 'sales').number}/").content.decode()
