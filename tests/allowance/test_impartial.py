"""Whom the complaint is about certifies and signs nothing that is given for it."""

from __future__ import annotations

import pytest

from tests.allowance.certificates import certify, decided, do
from tests.cast import account
from xiuhao.claim.models import Claim
from xiuhao.complaint.models import Complaint
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def about(claim: Case, who: str) -> None:
    Complaint.objects.filter(pk=Claim.objects.get(pk=claim.pk).complaint_id).update(about=account(who))


def test_whoever_it_is_about_neither_certifies_nor_signs_and_the_post_above_does() -> None:
    claim = decided()
    about(claim, "sales")
    with pytest.raises(Refused, match="about_you"):
        certify(claim)
    about(claim, "sales_head")
    case = certify(claim)
    with pytest.raises(Refused, match="about_you"):
        do(case, "endorse", "sales_head")
    assert do(case, "endorse", "deputy").state == "approving"
