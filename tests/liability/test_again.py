"""A liability that was decided is decided again where its claim was, or somebody was wrongly named; its papers name who decided."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cast import account, actor
from tests.liability.claims import assess, closed, decided, do
from tests.liability.test_closed import propose
from tests.liability.test_stands import refused
from xiuhao.claim.models import Claim
from xiuhao.kernel import dispatcher, letters
from xiuhao.kernel.models import CaseClock, Message
from xiuhao.liability import papers, queries
from xiuhao.liability.models import Liability, Sanction
from xiuhao.ui.paper import Facts

pytestmark = pytest.mark.django_db


def pairs(sheet: object) -> list[tuple[str, str]]:
    return [(str(label), str(value)) for block in sheet.blocks if isinstance(block, Facts) for label, value in block.pairs]  # type: ignore[attr-defined]


def test_what_was_decided_on_a_claim_that_is_decided_anew_is_decided_again_and_nobody_answers_for_it_meanwhile() -> None:
    [claim] = closed()
    case = decided(claim)
    Claim.objects.filter(pk=claim.pk).update(amount=Decimal(400))
    assert refused(lambda: do(case, "correct", basis="allowance", granted="400")).code == "wrong_state"
    assert refused(lambda: do(case, "reassess")).code == "incomplete", "never without a reason"
    assert refused(lambda: do(case, "reassess", "finance", why="x")).status == 403
    again = do(case, "reassess", why="客诉改核 400 元")
    assert again.state == "assessed" and again.is_open and not queries.personal(actor("office")).exists()
    do(again, "correct", basis="allowance", granted="400")
    do(again, "split", department1="quality")
    assert CaseClock.objects.filter(case=case, key="heard", stopped_at=None).exists(), "with a limit as the first time"
    do(again, "accept", "quality", opinion="同意")
    do(again, "submit")
    assert do(again, "approve", "director", note="照办").state == "decided"
    found = Liability.objects.get(pk=case.pk)
    assert found.loss == Decimal(400) and [share.department for share in queries.shares(case.pk)] == ["quality"] and found.decided_at


def test_the_worksheet_and_the_notice_name_who_decided() -> None:
    case = decided()
    told = pairs(papers.worksheet(case, Liability.objects.get(pk=case.pk), actor("office")))
    assert ("核定人", account("director").name) in told
    notice = propose(case)
    do(notice, "approve", "director", note="同意")
    found = Sanction.objects.select_related("person").get(pk=notice.pk)
    assert ("批准人", account("director").name) in pairs(papers.notice(notice, found, papers.COPIES[0]))


def test_personnel_hears_that_what_stood_in_its_register_is_decided_anew() -> None:
    case, nobody = decided(), assess(closed()[0])
    do(nobody, "split", department1="quality")
    do(nobody, "accept", "quality", opinion="同意"), do(nobody, "submit"), do(nobody, "approve", "director", note="照办")
    do(nobody, "reassess", why="比率有误")
    do(case, "reassess", why="记错了人")
    dispatcher.drain()
    told = Message.objects.filter(template="liability_reopened")
    assert list(told.values_list("to_account__login", "case")) == [("personnel", case.pk)], "only where somebody was named"
    said = letters.text_of(told.get())
    assert "/liability/personal" in said and f"/c/liability/{case.number}" not in said and account("engineer").name not in said
