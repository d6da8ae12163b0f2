"""Somebody turns up with a number: who they are, found or made, and what they tell anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from xiuhao.kernel.crypto import blind
from xiuhao.kernel.masking import clean_text, normalise_phone
from xiuhao.kernel.rows import Writing, columns, document, made, many, new, prepared, values
from xiuhao.kernel.time import now
from xiuhao.party import numbers
from xiuhao.party.models import Address, Customer, Phone
from xiuhao.party.places import Place, parse


@dataclass(frozen=True)
class Newcomer:
    """Somebody who turns up with a number (E.164). `proven` False leaves a customer who is already known as they are:
    whoever typed the number has not shown that it is theirs."""

    phone: str
    name: str = ""
    address: Place = field(default_factory=Place)
    kind: str = "person"
    language: str = "cmn"
    region: str = ""
    unit: int | None = None
    notes: str = ""
    proven: bool = True


def register(
    *,
    phone: str,
    name: str = "",
    address: str | Place = "",
    kind: str = "person",
    language: str = "cmn",
    region: str = "",
    unit: int | None = None,
    notes: str = "",
    proven: bool = True,
) -> Customer:
    """The customer whom the number identifies, or a new one. `unit` is the id of the home unit.

    A name that differs from the known one is kept beside it (`aliases`), not put in its place. A new customer is one statement, to
    find a known one is one more.
    Raises Refused phone_invalid (422), too_long (413).
    """
    place = parse(clean_text(address, 300)) if isinstance(address, str) else address
    number, called = normalise_phone(phone), clean_text(name, 60)
    return register_many([Newcomer(number, called, place, kind, language, region, unit, clean_text(notes, 2000, lines=True), proven)])[0]


def register_many(newcomers: Sequence[Newcomer], known: Mapping[str, Customer] | None = None) -> list[Customer]:
    """The customer of each newcomer, in order; each carries its `numbers`. A number twice is one customer.

    `known` are customers by number whom the caller has just found. Statements do not grow with the number of rows. Two writers at
    once agree on one customer: the second waits at the unique `identity` of the number and then uses the first one's.
    """
    with transaction.atomic(savepoint=False):
        known = dict(known or {})
        first = {n.phone: n for n in reversed(newcomers) if n.phone not in known}
        fresh = _create(list(first.values())) if first else {}
        known |= numbers.by_phones(set(first) - set(fresh))  # whose number was taken already
        found = known | fresh
        _learn([(found[n.phone], n) for n in newcomers if n.proven and not (n.phone in fresh and n is first[n.phone])])
    return [found[n.phone] for n in newcomers]


# The number decides: whose number somebody has, or has just taken, is not written at all.
_CREATE = """
WITH told AS MATERIALIZED (SELECT nextval('party_customer_id_seq') AS id, e FROM jsonb_array_elements(%s::jsonb) AS e),
number AS (
  INSERT INTO party_phone (customer_id, number, blind, identity, last4, kind, is_primary)
  SELECT id, (e->>0)::bytea, (e->>1)::bytea, (e->>1)::bytea, (e->>2)::bytea, e->>3, true FROM told
  ON CONFLICT (identity) DO NOTHING RETURNING id, customer_id),
customer AS (
  INSERT INTO party_customer (id, kind, name, name_blind, aliases, language, region, unit_id, notes, created_at)
  SELECT told.id, e->>4, (e->>5)::bytea, (e->>6)::bytea, (e->>7)::bytea, e->>8, e->>9, (e->>10)::bigint, (e->>11)::bytea,
    (e->>12)::timestamptz
  FROM told JOIN number ON number.customer_id = told.id),
place AS (
  INSERT INTO party_address (customer_id, province, city, district, detail, blind, is_primary)
  SELECT told.id, e->>13, e->>14, e->>15, (e->>16)::bytea, (e->>17)::bytea, true
  FROM told JOIN number ON number.customer_id = told.id WHERE e->>13 IS NOT NULL)
SELECT e->>1, told.id, number.id FROM told JOIN number ON number.customer_id = told.id
"""


def _create(newcomers: list[Newcomer]) -> dict[str, Customer]:
    """New customers by number; without those whose number somebody has. One statement."""
    # In one order, so that two batches with common numbers wait for each other and do not deadlock.
    ordered = sorted(newcomers, key=lambda n: numbers.phone_blind(n.phone))
    rows = [customer_of(n) for n in ordered]
    phones = [phone_of(customer, n.phone) for customer, n in zip(rows, ordered, strict=True)]
    places = [address_of(customer, n.address) if n.address else None for customer, n in zip(rows, ordered, strict=True)]
    told = [_told(*each) for each in zip(rows, phones, places, strict=True)]
    won = {key: pks for key, *pks in prepared(_CREATE, [document(told)])}
    found: dict[str, Customer] = {}
    for customer, phone, newcomer, (_sealed, blind_key, *_rest) in zip(rows, phones, ordered, told, strict=True):
        if keys := won.get(blind_key):
            customer.pk, phone.pk = keys
            phone.customer, customer.numbers = customer, [phone]
            customer._state.adding = phone._state.adding = False
            customer.fresh = True
            found[newcomer.phone] = customer
    return found


def _told(customer: Customer, phone: Phone, place: Address | None) -> list[Any]:
    """What `_CREATE` writes of one newcomer, in its order."""
    return [
        *values(phone, "number", "blind", "last4", "kind"),
        *values(customer, "kind", "name", "name_blind", "aliases", "language", "region", "unit", "notes", "created_at"),
        *(values(place, "province", "city", "district", "detail", "blind") if place else [None] * 5),
    ]


def _learn(pairs: Sequence[tuple[Customer, Newcomer]]) -> None:
    """What known customers have told anew: further addresses, a first name, another name as a note. None of it takes the place of what
    another writer notes at the same time."""
    places = [address_of(customer, n.address) for customer, n in pairs if n.address]
    named = [(customer, n) for customer, n in pairs if not _goes_by(customer, n.name)]
    changed: dict[int, Customer] = {}
    if named:
        _as_they_stand({customer.pk: customer for customer, _n in named})
    for customer, n in named:
        if _goes_by(customer, n.name):
            continue
        if customer.name:
            customer.aliases = f"{customer.aliases}\n{n.name}".strip()
        else:
            customer.name, customer.name_blind = n.name, numbers.name_blind(n.name)
        changed[customer.pk] = customer
    writing = Writing()
    writing.insert_once(places)  # an address that is known already stays as it is
    writing.update([changed[pk] for pk in sorted(changed)], ("name", "name_blind", "aliases"))
    writing.flush()


def _goes_by(customer: Customer, name: str) -> bool:
    """True if the name is known as theirs, or none."""
    return not name or numbers.name_blind(name) in {numbers.name_blind(known) for known in (customer.name, *customer.aliases.splitlines())}


_STANDING = f"""
SELECT {columns(Customer, "c")} FROM party_customer AS c WHERE c.id = ANY(%s::bigint[]) ORDER BY c.id FOR NO KEY UPDATE
"""  # noqa: S608  # names of our own


def _as_they_stand(customers: Mapping[int, Customer]) -> None:
    """Lock the rows, in one order, and take the names from them: another may have told one since they were read."""
    for row in prepared(_STANDING, [many(sorted(customers))]):
        now_standing = made(Customer, row)
        customer = customers[now_standing.pk]
        customer.name, customer.name_blind, customer.aliases = now_standing.name, now_standing.name_blind, now_standing.aliases


def customer_of(newcomer: Newcomer) -> Customer:
    """A new customer as they told of themselves, not yet written."""
    return new(
        Customer, kind=newcomer.kind, name=newcomer.name, name_blind=numbers.name_blind(newcomer.name), language=newcomer.language,
        region=newcomer.region or newcomer.address.province, unit_id=newcomer.unit, notes=newcomer.notes, created_at=now(),
    )  # fmt: skip


def address_of(customer: Customer, place: Place) -> Address:
    """A further address of a customer, not yet written."""
    known_by = blind("".join(str(place).split()).casefold(), where="party_address")  # however it was spaced
    return new(
        Address, customer=customer, province=place.province, city=place.city, district=place.district, detail=place.detail, blind=known_by
    )


def phone_of(customer: Customer, number: str) -> Phone:
    """A customer's first number (E.164), which identifies them; not yet written."""
    hashed = numbers.phone_blind(number)
    kind, last4 = numbers.phone_kind(number), numbers.last4_blind(number)
    return new(Phone, customer=customer, number=number, blind=hashed, identity=hashed, last4=last4, kind=kind, is_primary=True)
