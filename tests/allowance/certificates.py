"""Certificates for tests, of decided claims that are written as rows; the chain itself is claim's own to test."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.cast import actor
from tests.liability.claims import closed
from tests.pictures import photo
from xiuhao.accounts import actions as books
from xiuhao.allowance.models import Allowance
from xiuhao.claim.models import Claim
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case


def decided(amount: str = "1000.00", **more: Any) -> Case:
    """A claim decided as an allowance of that amount, its receivable held up."""
    [case] = closed(amount=amount)
    Case.objects.unscoped("test").filter(pk=case.pk).update(state="decided", is_open=True, closed_at=None)
    Claim.objects.filter(pk=case.pk).update(**more)
    books.hold(case=case.pk, amount=Decimal("5000.00"), part_no="PCB-0", customer=None, key=uuid4())
    case.refresh_from_db()
    return case


def certify(claim: Case, amount: str = "1000.00", who: str = "sales") -> Case:
    given = {"amount": amount, "reason": "来料划伤，经协商折让"}
    return engine.perform("allowance", "certify", actor=actor(who), given=given, parent=claim.number).case


def do(case: Case, verb: str, who: str, **given: Any) -> Case:
    return engine.perform("allowance", verb, actor=actor(who), number=case.number, given=given).case


def signed(claim: Case | None = None, amount: str = "1000.00") -> Case:
    """By both levels."""
    case = certify(claim or decided(), amount)
    do(case, "endorse", "sales_head")
    return do(case, "approve", "deputy")


def sealed(case: Case) -> Case:
    return do(case, "seal", "sales", seal=[photo("sales")], sealed_on="2026-11-02")


def record(case: Case) -> Allowance:
    return Allowance.objects.select_related("voucher").get(pk=case.pk)
