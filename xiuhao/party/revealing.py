"""The plain text of what is shown masked: to whom, why and how often, written down before it is given."""

from __future__ import annotations

from typing import Any

from xiuhao.kernel import rulebook, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.attempts import counting
from xiuhao.kernel.masking import clean_text
from xiuhao.kernel.models import Case, Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.party import queries
from xiuhao.party.models import Address, Contact, Customer, Email, Phone, PurchaseCard, Staff

REVEALS_AN_HOUR = 60
PRIVACY = rulebook.bind("CS3-2.4", "party", _("个人信息默认遮蔽，查看须说明原因并留痕"))
DISCRETION = rulebook.bind("YD-3.5", "party", _("购货卡号和证件号只显示遮蔽值，限定岗位凭原因查看，逐次留痕"))

# What can be revealed: subject → (model, its plain text). Who knows of more adds it.
REVEALED: dict[str, tuple[Any, Any]] = {
    "party.customer": (Customer, lambda row: row.name),
    "party.aliases": (Customer, lambda row: row.aliases),
    "party.phone": (Phone, lambda row: row.number),
    "party.address": (Address, lambda row: str(queries.place_of(row))),
    "party.email": (Email, lambda row: row.address),
    "party.contact": (Contact, lambda row: row.name),
    "party.staff": (Staff, lambda row: row.phone),
    "party.card": (PurchaseCard, lambda row: row.card_no),
    "party.id_no": (PurchaseCard, lambda row: row.id_no),
}
CARDS = ("party.card", "party.id_no", "product.card")  # what the clause of the purchase card protects


def reveal(actor: Actor, subject: str, reason: str, case: Case | None = None) -> str:
    """The plain text of one masked datum ("party.phone:17"); who looked, and why, is written before it is given (CS3-2.4).

    Raises Refused: not_allowed (403), not_found (404), reason_missing (422), too_many (429: 60 an hour a person).
    Not inside a transaction: the count and the record stand even if something later fails. A look that a clause stopped counts for it.
    """
    with counting("party", "reveal", actor, case):
        return _shown(actor, subject, reason, case)


def _shown(actor: Actor, subject: str, reason: str, case: Case | None) -> str:
    kind, _colon, pk = subject.partition(":")
    on_card = kind in CARDS
    if not actor.holds(*queries.REVEALERS):
        raise Refused("not_allowed", {}, status=403, clauses=("YD-3.5",) if on_card and DISCRETION.active else ("CS3-2.4",))
    if kind == "party.id_no" and DISCRETION.active and not actor.holds(*queries.IDENTITY_REVEALERS):
        raise Refused("not_allowed", {}, status=403, clauses=("YD-3.5",))
    model, plain = REVEALED.get(kind, (None, None))
    row = model.objects.visible_to(actor).filter(pk=pk).first() if model and pk.isdecimal() and len(pk) < 19 else None
    if row is None:
        raise Refused("not_found", {}, status=404)
    why = clean_text(reason, 200)
    if len(why) < 2 and (PRIVACY.active or (DISCRETION.active and on_card)):
        raise Refused("reason_missing", {}, status=422, clauses=("YD-3.5",) if on_card else ("CS3-2.4",))
    throttle.allow(f"party.reveal:{actor.id}", REVEALS_AN_HOUR, 3600)
    Reveal.objects.create(at=now(), actor_id=actor.id, actor_name=actor.name, subject=subject, case=case, reason=why)
    return str(plain(row))
