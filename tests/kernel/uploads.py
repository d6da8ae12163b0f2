"""Uploads for tests: who hands in what."""

from __future__ import annotations

import io
import os
from typing import Any

from PIL import Image

from xiuhao.kernel import files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment

ENGINEER = Actor(kind="staff", id=7, grants=(("engineer", "1."),))
COLLEAGUE = Actor(kind="staff", id=8, grants=(("engineer", "1."),))
READER = Actor(kind="staff", id=9, grants=(("agent", ""),))
CUSTOMER = Actor(kind="customer", customer=41)
STRANGER = Actor(kind="customer", customer=42)


def a_visitor(visit: str) -> Actor:
    """Somebody at the portal who is not known yet."""
    return Actor(kind="customer", extra={"visit": visit})


def a_photo(**options: Any) -> bytes:
    """A JPEG that no other test uses."""
    target = io.BytesIO()
    Image.frombytes("RGB", (8, 8), os.urandom(192)).save(target, "JPEG", **options)
    return target.getvalue()


def upload(data: bytes | None = None, name: str = "photo.jpg", actor: Actor = ENGINEER, **options: Any) -> Attachment:
    """Received through the door that every page uses."""
    return files.receive(io.BytesIO(a_photo() if data is None else data), name, actor, **options)
