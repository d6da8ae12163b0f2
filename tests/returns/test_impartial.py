"""Who is complained about has no part in a return, and nobody appraises or decides what they applied for; nor is anybody stuck for it."""

from __future__ import annotations

import pytest

from tests import cast, complaints
from tests.returns.ways import NOTE, actor, applied, appraised, claimed, crew, do, endorsed, record, shot, slip, ticket
from xiuhao.claim.models import Claim
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk, Grant, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party
from xiuhao.returns.models import Return

__all__ = ["crew"]
pytestmark = pytest.mark.django_db
FORM = {"outcome": "meets", "finding": "压缩机线圈短路"}


def refused(verb: str, who: str, number: str, **told: object) -> str:
    with pytest.raises(Refused) as caught:
        do(verb, who, number, **told)
    return caught.value.code


def signed(who: str) -> dict[str, object]:
    return {**FORM, "photos": [shot(who)], "signature": [shot(who, "blue")]}


def accused(pk: int, who: str) -> None:
    Complaint.objects.filter(pk=pk).update(about=cast.account(who))


def test_whoever_the_complaint_of_the_claim_is_about_neither_makes_nor_approves_nor_books_its_slip() -> None:
    claim = claimed()
    complaint = Claim.objects.get(pk=claim.pk).complaint_id
    accused(complaint, "sales")
    with pytest.raises(Refused, match="about_you"):
        slip(claim)
    accused(complaint, "sales_head")
    case = slip(claim)
    assert refused("endorse", "sales_head", case.number, **NOTE) == "about_you"
    assert do("endorse", "deputy", case.number, **NOTE).state == "endorsed"
    accused(complaint, "warehouse")
    assert refused("receive", "warehouse", case.number, counted="100") == "about_you"
    assert do("receive", "gate2", case.number, counted="100").state == "received"
    assert do("receive", "warehouse", endorsed().number, counted="100").state == "received", "another claim"


def test_nor_whoever_a_complaint_of_the_ticket_is_about() -> None:
    on = ticket()
    case = applied(on)
    about = complaints.complain()
    Link.objects.create(parent=on, child=about, kind="complaint")
    accused(about.pk, "region")
    assert refused("take", "region", case.number, technician=actor("engineer").id) == "about_you"
    accused(about.pk, "engineer")
    do("take", "region", case.number, technician=actor("engineer").id)
    assert refused("appraise", "engineer", case.number, **signed("engineer")) == "about_you"
    do("reassign", "region", case.number, technician=actor("expert").id, note="被投诉人回避")
    assert do("appraise", "expert", case.number, **signed("expert")).state == "appraised"


def test_nobody_appraises_their_own_application() -> None:
    case = applied(who="expert")
    assert refused("take", "region", case.number, technician=actor("expert").id) == "appraises_own"
    assert refused("take", "region", case.number, technician=actor("province").id) == "no_technician", "the engineer is there"
    do("take", "region", case.number, technician=actor("engineer").id)
    CaseAsk.objects.filter(case=case, key="examination").update(to_account=cast.account("expert"))  # as one was taken before the rule
    assert refused("appraise", "expert", case.number, **signed("expert")) == "appraises_own"
    do("reassign", "region", case.number, technician=actor("engineer").id, note="申请人回避")
    assert [ask.outcome for ask in CaseAsk.objects.filter(case=case, key="examination").order_by("pk")] == ["void", ""]
    do("appraise", "engineer", case.number, **signed("engineer"))
    do("review", "province", case.number, value="3899.00", **NOTE)
    assert do("approve", "manager", case.number, **NOTE).state == "approved"


def test_the_lead_appraises_where_the_applicant_is_the_only_technician() -> None:
    Grant.objects.filter(role=r.ENGINEER).delete()
    case = applied(who="expert")
    do("take", "region", case.number, technician=actor("province").id)
    assert do("appraise", "province", case.number, **signed("province")).state == "appraised"


def test_the_only_one_who_could_approve_does_not_review_and_the_region_does_where_the_only_lead_has_applied() -> None:
    case = appraised()
    assert refused("review", "manager", case.number, value="3899.00", **NOTE) == "nobody_to_approve"
    assert refused("review", "region", case.number, value="3899.00", **NOTE) == "lead_reviews"
    own = appraised(on=ticket(serial="XH26A0000003"))
    Return.objects.filter(pk=own.pk).update(applied_by=actor("province").id)
    assert refused("review", "province", own.number, value="3899.00", **NOTE) == "own_application"
    do("review", "region", own.number, value="3899.00", **NOTE)
    assert do("approve", "manager", own.number, **NOTE).state == "approved"


def test_of_two_managers_one_reviews_and_the_other_approves() -> None:
    head = cast.unit("总部")
    party.hire(SYSTEM, login="manager2", name="经理季", unit=head, posts=((r.MANAGER, head),), skills={}, email="m2@example.com")
    case = appraised()
    do("review", "manager", case.number, value="3899.00", **NOTE)
    assert refused("approve", "manager", case.number, **NOTE) == "own_request"
    assert do("approve", "manager2", case.number, **NOTE).state == "approved" and record(case).value
    assert isinstance(case, Case)
