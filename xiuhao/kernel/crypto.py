"""Personal data at rest: sealed with AES-256-GCM, found again by a keyed hash, proved by a salted digest.

A sealed value is `key id (1 byte) || nonce (12) || ciphertext and tag`. Its place, such as "party_phone.number", is
authenticated with it: a ciphertext moved to another column does not open. Keys live outside the database
(`settings.XIUHAO_DATA_KEYS`, the first one seals; `settings.XIUHAO_INDEX_KEY`). Random nonces bear 2^32 seals a key
(NIST SP 800-38D, 8.3); rotate before: put a new key first, then run the command `reseal`.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE = 12
OVERHEAD = 1 + NONCE + 16


class Unreadable(ValueError):
    """A sealed value does not open here: altered, moved from its place, or sealed with a key that is gone."""


@dataclass(frozen=True)
class Ring:
    """The data keys by id; `current` seals."""

    current: int
    ciphers: dict[int, AESGCM]


@lru_cache(maxsize=8)
def _ring(keys: tuple[tuple[str | int, str], ...]) -> Ring:
    ciphers = {int(key_id): AESGCM(_key(encoded)) for key_id, encoded in keys}
    if not ciphers or len(ciphers) != len(keys) or not all(0 <= key_id <= 255 for key_id in ciphers):
        raise ImproperlyConfigured("XIUHAO_DATA_KEYS: at least one key, ids different and from 0 to 255")
    return Ring(next(iter(ciphers)), ciphers)


@lru_cache(maxsize=8)
def _key(encoded: str) -> bytes:
    key = b64decode(encoded, validate=True)
    if len(key) != 32:
        raise ImproperlyConfigured("data and index keys are 32 bytes in base64")
    return key


def ring() -> Ring:
    """The key ring of the settings."""
    return _ring(tuple(settings.XIUHAO_DATA_KEYS.items()))


def seal(plain: str | bytes, *, where: str) -> bytes:
    """Encrypt for one place; the empty text is a value too and gets a ciphertext of its own."""
    keys, nonce = ring(), os.urandom(NONCE)
    data = plain.encode() if isinstance(plain, str) else plain
    return bytes((keys.current,)) + nonce + keys.ciphers[keys.current].encrypt(nonce, data, where.encode())


def unseal_bytes(blob: bytes | memoryview, *, where: str) -> bytes:
    """The plain bytes. Raises Unreadable if altered, sealed for another place, or by an unknown key."""
    blob = bytes(blob)
    cipher = ring().ciphers.get(blob[0]) if len(blob) >= OVERHEAD else None
    if cipher is None:
        raise Unreadable(f"{where}: no such key, or cut off")
    try:
        return cipher.decrypt(blob[1 : 1 + NONCE], blob[1 + NONCE :], where.encode())
    except InvalidTag:
        raise Unreadable(f"{where}: altered, or sealed for another place") from None


def unseal(blob: bytes | memoryview, *, where: str) -> str:
    """The plain text; raises as `unseal_bytes`."""
    return unseal_bytes(blob, where=where).decode()


def reseal(blob: bytes | memoryview, *, where: str) -> bytes | None:
    """The same content under the current key, or None if it is already."""
    if bytes(blob[:1]) == bytes((ring().current,)):
        return None
    return seal(unseal_bytes(blob, where=where), where=where)


def blind(value: str, *, where: str) -> bytes:
    """A 16-byte keyed hash to find an equal value by (HMAC-SHA256, RFC 2104, cut). Normalise the value before."""
    return hmac.digest(_key(settings.XIUHAO_INDEX_KEY), f"{where}\0{value}".encode(), "sha256")[:16]


def salted_digest(data: str | bytes, salt: bytes | None = None) -> tuple[bytes, bytes]:
    """(salt of 16 bytes, HMAC-SHA256 of the data under it): proves a content that may be erased, tells nothing of it.

    Give the kept salt to check a content again.
    """
    salt = os.urandom(16) if salt is None else bytes(salt)
    return salt, hmac.digest(salt, data.encode() if isinstance(data, str) else data, sha256)


class EncryptedText(models.Field):  # type: ignore[type-arg]  # only the stubs are generic
    """A text column that the database sees sealed (`bytea`). Equal texts differ on disk, so it can only be asked for NULL;
    keep a `blind` column beside it to look a value up.

    `where` is the place bound into the ciphertext, by default "table.column"; pin it before a table or column is renamed.
    """

    description = "Text, encrypted at rest"
    empty_strings_allowed = True

    def __init__(self, *args: Any, where: str = "", **kwargs: Any) -> None:
        self.pinned = where
        super().__init__(*args, **kwargs)

    @property
    def where(self) -> str:
        return self.pinned or f"{self.model._meta.db_table}.{self.column}"

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, **({"where": self.pinned} if self.pinned else {})}

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else seal(str(value), where=self.where)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else unseal(value, where=self.where)

    def to_python(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None
