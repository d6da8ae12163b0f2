"""What the verbs of a certificate of allowance look at and write."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Sum

from xiuhao.accounts import actions as books
from xiuhao.allowance.models import KINDS, Allowance
from xiuhao.claim import queries as claims_of
from xiuhao.claim.models import Claim
from xiuhao.kernel import policy
from xiuhao.kernel.models import Case
from xiuhao.kernel.policy import Column
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.ui.words import money

policy.facts("allowance", Column("kind", _("类别"), "choice", lambda: dict(KINDS)))
VOUCHERS = UUID("5a7c9e10-6b1d-5c43-8f27-1d0e9a4b3c56")  # of keys made from the case
NONE = Decimal(0)


def gather(steps: list[Step]) -> None:
    """The claims, locked: two certificates of one claim are written one after the other, and nothing is decided anew meanwhile. Three
    statements."""
    of = {id(step): step.context["parent"].pk if "parent" in step.context else step.record.claim_id for step in steps}
    rows = Case.objects.unscoped("claims of certificates that the engine has looked up for the actor").filter(pk__in=set(of.values()))
    cases = {case.pk: case for case in rows.order_by("pk").select_for_update(of=("self",))}
    claims = Claim.objects.in_bulk(cases)
    live = Allowance.objects.filter(claim__in=claims).exclude(case__state="void").exclude(case__in=[s.case.pk for s in steps if s.before])
    used = dict(live.values_list("claim").annotate(all=Sum("amount")))
    for step in steps:
        found = claims[of[id(step)]]
        step.context |= {"claim": found, "state": cases[found.pk].state, "used": used.get(found.pk, NONE)}


def decided(step: Step) -> bool:
    """Authority has decided the claim as an allowance or compensation, and it is being carried out."""
    claim: Claim = step.context["claim"]
    return step.context["state"] == "decided" and claim.outcome in dict(KINDS) and not claims_of.renewed(claim.pk)


def in_force(step: Step) -> bool:
    """What the claim decides is still what was certified: of the same kind, and not less."""
    return decided(step) and step.context["claim"].outcome == step.record.kind and _rest(step) >= step.record.amount


def within(step: Step) -> bool:
    """All certificates of the claim together stay within the amount that was decided."""
    return bool(step.given["amount"] <= _rest(step))


def rest_in_words(step: Step) -> Mapping[str, Any]:
    """For the refusal: what was decided, used, is left."""
    decided_, used = step.context["claim"].amount or NONE, step.context["used"]
    return {"decided": money(decided_), "used": money(used), "rest": money(max(NONE, _rest(step)))}


def _rest(step: Step) -> Decimal:
    rest: Decimal = (step.context["claim"].amount or NONE) - step.context["used"]
    return rest


def another(step: Step) -> bool:
    """Who signs above is neither who asked for it nor, as the kernel sees to, who signed below."""
    return all(ask.asked_by != step.actor.id for ask in step.asked("head"))


def certify(step: Step) -> None:
    """What is certified stands in the claim."""
    claim, record = step.context["claim"], step.record
    record.claim, record.kind, record.part_no, record.order_no = claim, claim.outcome, claim.part_no, claim.order_no
    step.say(claim=claim.pk)


def amend(step: Step) -> None:
    """Another amount: whoever had signed the old one signs anew. An open ask is put anew by itself."""
    if step.before == "signed":
        step.ask(next(ask for ask in step.process.asks if ask.key == "head"))


def book(step: Step) -> None:
    """The voucher; with the last of what was decided the receivable is disputed no longer. Refused month_closed, posting_missing,
    account_unknown."""
    record, case = step.record, step.case
    entries = books.entries_for(record.kind, record.amount, red=bool(record.red_invoice), part_no=record.part_no, customer=case.customer_id)
    with books.in_the_books_language():
        text = f"{record.get_kind_display()} {record.claim.ledger_no or record.order_no} {case.number}"
    day = step.given["day"] or local(step.at).date()
    record.voucher = books.post(key=uuid5(VOUCHERS, str(case.pk)), day=day, text=text, entries=entries, case=case.pk, by=step.actor)
    booked = Allowance.objects.filter(claim=record.claim, case__state="booked").aggregate(all=Sum("amount"))["all"] or NONE
    settled = booked + record.amount >= (step.context["claim"].amount or NONE)
    step.say(voucher=record.voucher.number, released=books.release(case=record.claim_id) if settled else 0)
