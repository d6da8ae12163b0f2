"""Numbers and names as hashes that find them, and whom a number identifies."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from xiuhao.kernel.crypto import blind
from xiuhao.kernel.rows import columns, made, many, prepared
from xiuhao.party.models import Customer, Phone


def phone_blind(number: str) -> bytes:
    """The hash by which an E.164 number is found."""
    return blind(number, where="party_phone.number")


def last4_blind(digits: str) -> bytes:
    """The hash by which the last four digits of a number are found."""
    return blind(digits[-4:], where="party_phone.last4")


def phone_kind(number: str) -> str:
    """Mobile or landline, by the shape of an E.164 number."""
    return "mobile" if not number.startswith("+86") or number[3] == "1" else "landline"


def name_blind(name: str) -> bytes | None:
    """The hash by which an equal name is found, however wide or spaced it was typed; None for no name."""
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return blind(plain, where="party_customer.name") if plain else None


# The customer of each number, once with each of their own, the first one first.
_IDENTIFIED = f"""
SELECT {columns(Customer, "c")}, {columns(Phone, "own")}
FROM (SELECT DISTINCT customer_id FROM party_phone WHERE identity IN (SELECT decode(h, 'hex') FROM unnest(%s::text[]) AS h)) AS known
JOIN party_customer AS c ON c.id = known.customer_id JOIN party_phone AS own ON own.customer_id = c.id
ORDER BY c.id, own.is_primary DESC, own.id
"""  # noqa: S608  # names of our own
_WIDTH = len(Customer._meta.concrete_fields)


def by_phones(numbers: Collection[str]) -> dict[str, Customer]:
    """E.164 number → the customer whom it identifies, with all their phones in `customer.numbers`. One statement.

    For writers that act on a number they were given (the visible answer is `queries.by_phone`).
    """
    wanted = {phone_blind(number): number for number in numbers}
    if not wanted:
        return {}
    customers: dict[int, Customer] = {}
    found: dict[str, Customer] = {}
    for row in prepared(_IDENTIFIED, [many(key.hex() for key in wanted)]):
        customer, phone = customers.get(row[0]) or made(Customer, row[:_WIDTH]), made(Phone, row[_WIDTH:])
        if customer.pk not in customers:
            customers[customer.pk], customer.numbers = customer, []
        phone.customer = customer
        customer.numbers.append(phone)
        if phone.identity and (number := wanted.get(bytes(phone.identity))):
            found[number] = customer
    return found
