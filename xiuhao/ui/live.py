"""Who may hear of what. A hint names a topic, never a content: `queue.<process>`, `case.<number>`, `inbox.<account>`."""

from __future__ import annotations

from typing import Any

from xiuhao.kernel import accounts, registry
from xiuhao.kernel.models import Case


def may_subscribe(account: Any, topics: set[str]) -> set[str]:
    """Of the topics those that the account may hear of. Two statements at most."""
    actor = accounts.actor_of(account)
    if actor.kind != "staff":
        return set()
    queues = {f"queue.{process.key}" for process in registry.processes()} | {f"inbox.{account.pk}"}
    numbers = {topic.removeprefix("case.") for topic in topics if topic.startswith("case.")}
    seen = Case.objects.visible_to(actor).filter(number__in=numbers).values_list("number", flat=True) if numbers else ()
    return (topics & queues) | {f"case.{number}" for number in seen}
