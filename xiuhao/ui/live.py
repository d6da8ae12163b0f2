"""Who may hear of what. A hint names a topic, never a content: `queue:<process>`, `case:<id>`, `presence:<id>`, `account:<id>`."""

from __future__ import annotations

from typing import Any

from xiuhao.kernel import accounts, registry
from xiuhao.kernel.models import Case

OF_CASES = ("case", "presence")


def may_subscribe(account: Any, topics: set[str]) -> set[str]:
    """Of the topics those that the account may hear of. Two statements at most."""
    actor = accounts.actor_of(account)
    if actor.kind != "staff":
        return set()
    standing = {f"queue:{process.key}" for process in registry.processes()} | {f"account:{account.pk}"}
    asked = [topic.partition(":") for topic in topics]
    ids = {int(number) for kind, _colon, number in asked if kind in OF_CASES and _is_id(number)}
    seen = Case.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True) if ids else ()
    return (topics & standing) | topics.intersection(f"{kind}:{pk}" for pk in seen for kind in OF_CASES)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
