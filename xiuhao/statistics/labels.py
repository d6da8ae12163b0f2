"""What the keys of the statistics are called."""

from __future__ import annotations

from typing import Any

from xiuhao.claim.models import CAUSES
from xiuhao.kernel import roles
from xiuhao.kernel.words import _
from xiuhao.liability.models import DEPARTMENTS

_DEPARTMENTS: dict[str, Any] = {**dict(DEPARTMENTS), "": _("责任未核定")}
_CAUSES: dict[str, Any] = {**dict(CAUSES), "": _("未分类")}

# As departments where they are one, else by the post.
_POSTS: dict[str, Any] = {**roles.LABELS, **dict(DEPARTMENTS)}
_KNOWN: dict[str, dict[str, Any]] = {
    "department": _DEPARTMENTS, "settled": _DEPARTMENTS, "changed": _DEPARTMENTS, "cause": _CAUSES, "late": _POSTS, "measure": _POSTS,
}  # fmt: skip


def named(kind: str, key: str) -> str:
    """A department, cause, product or post in words."""
    return str(_KNOWN.get(kind, {}).get(key, key or _("未填")))
