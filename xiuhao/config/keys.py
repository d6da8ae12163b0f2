"""The installation's keys: from the environment, else made once and kept readable by their owner only."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text_key(folder: Path, name: str, given: str) -> str:
    """A key as text; `given` wins over the file <folder>/keys/<name>, which is made at first use (mode 0600)."""
    return given or _kept(folder / "keys" / name)


def data_keys(folder: Path, given: str) -> dict[str, str]:
    """The ring that seals personal data: "id:key,id:key", the first one seals. One key, number 1, where none is given."""
    ring = {}
    for entry in (given or f"1:{_kept(folder / 'keys' / 'data_key')}").split(","):
        number, _, key = entry.strip().partition(":")
        if not number.isdigit() or int(number) > 255 or number in ring:
            raise ImproperlyConfigured("XIUHAO_DATA_KEYS is written id:key,id:key with different ids from 0 to 255, the sealing key first.")
        ring[number] = _checked("XIUHAO_DATA_KEYS", key)
    return ring


def index_key(folder: Path, given: str) -> str:
    """The key that blinds the look-up of personal data, 32 bytes in base64."""
    return _checked("XIUHAO_INDEX_KEY", text_key(folder, "index_key", given))


def _checked(name: str, text: str) -> str:
    try:
        length = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if length != 32:
        raise ImproperlyConfigured(f"{name}: a key is 32 bytes in base64 (openssl rand -base64 32).")
    return text


def _kept(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    except PermissionError:
        raise ImproperlyConfigured(f"{path} belongs to another user; start as the user who started it first.") from None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Linked into place whole: of two processes that start at once, one wins and both read the same key.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
