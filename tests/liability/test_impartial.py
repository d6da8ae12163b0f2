"""Whom the complaint is about works out no loss of it, says nothing of who bears it, and rewards or punishes nobody for it."""

from __future__ import annotations

import pytest

from tests.cast import account, actor
from tests.liability.claims import assess, closed, decided, do
from xiuhao.claim.models import Claim
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.liability.models import Liability

pytestmark = pytest.mark.django_db


def about(claim: int, who: str) -> None:
    Complaint.objects.filter(pk=Claim.objects.get(pk=claim).complaint_id).update(about=account(who))


def propose(on: Case, who: str, person: str = "engineer") -> Case:
    given = {
        "kind": "penalty",
        "measure": "warning",
        "department": "production",
        "reason": "未按作业指导书操作",
        "person": account(person).pk,
    }
    return engine.perform("sanction", "propose", actor=actor(who), given=given, parent=on.number).case


def test_whoever_it_is_about_neither_assesses_nor_accepts_nor_decides() -> None:
    [claim] = closed()
    about(claim.pk, "office")
    with pytest.raises(Refused, match="about_you"):
        assess(claim)
    about(claim.pk, "production")
    case = assess(claim)
    do(case, "split", department1="production")
    with pytest.raises(Refused, match="about_you"):
        do(case, "accept", "production", opinion="同意")
    do(case, "accept", "deputy", opinion="代制造部表示意见")
    do(case, "submit")
    about(claim.pk, "director")
    with pytest.raises(Refused, match="about_you"):
        do(case, "approve", "director", note="照办")
    assert assess(closed()[0]).state == "assessed", "of another complaint"


def test_nor_proposes_or_approves_a_penalty_for_it() -> None:
    liability = decided()
    claim = Liability.objects.get(pk=liability.pk).claim_id
    about(claim, "office")
    with pytest.raises(Refused, match="about_you"):
        propose(liability, "office")
    about(claim, "agent")
    notice = propose(liability, "office")
    about(claim, "director")
    with pytest.raises(Refused, match="about_you"):
        do(notice, "approve", "director", note="照办")
    about(claim, "agent")
    assert do(notice, "approve", "director", note="照办").state == "approved"


def test_what_only_the_one_concerned_could_decide_is_not_asked_before_somebody_else_is_named() -> None:
    liability = decided()
    with pytest.raises(Refused, match="nobody_to_decide") as caught:
        propose(liability, "office", "director")
    assert "请管理员把总经理的岗位也授予" in caught.value.sentence
    [claim] = closed()
    case = assess(claim)
    do(case, "split", department1="production")
    do(case, "accept", "production", opinion="同意")
    about(claim.pk, "director")
    with pytest.raises(Refused, match="nobody_to_decide"):
        do(case, "submit")
    about(Liability.objects.get(pk=liability.pk).claim_id, "director")
    with pytest.raises(Refused, match="nobody_to_decide"):
        propose(liability, "office")
