"""Two who worked on one case at once: what merges, what must not be overwritten unseen, and what the database said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError

from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.undoing import undoes


def collide(step: Step, seen: int, given: Mapping[str, Any]) -> None:
    """The actor had seen an older version. Different fields merge, remarks never collide; refused `stale` is what would overwrite:
    a move from a state that is no longer there, a public answer beside another, a field that somebody changed meanwhile; and what
    takes a verb back after anybody has done anything."""
    lines = list(Journal.objects.filter(case_id=step.case.pk, seq__gt=seen).exclude(verb__startswith="clock_").order_by("seq"))
    fields = {key for key in given if hasattr(step.record, key)}
    verb, undoing = step.transition, undoes(step.process, step.transition.key)
    hit = [
        line
        for line in lines
        if (verb.target and line.before != line.after)
        or (verb.public and line.public)
        or fields & {*line.data.get("given", ()), *line.data.get("contents", ())}  # a text is among the contents: its name stays
        or (undoing and line.actor_kind != "system")
    ]
    if hit:
        changes = [
            {"line": i.pk, "verb": i.verb, "who": i.actor_name, "at": i.occurred_at, "after": i.after, "given": i.data.get("given", {})}
            for i in hit
        ]
        params = {"number": step.case.number, "version": step.case.version, "who": hit[-1].actor_name, "at": hit[-1].occurred_at}
        raise Refused("stale", {**params, "changes": changes})


def transient(error: Exception) -> bool:
    """Another did the same key in the same moment, or the database broke a deadlock: once more sees it done."""
    return _state(error) in {"40001", "40P01"} or _where(error, "constraint_name") in {"journal_key", "ask_open_once"}


def doubled(error: Exception) -> bool:
    """A record that may be there once was there already, whoever came between; not so the kernel's own rows, which never collide."""
    return _state(error) == "23505" and not _where(error, "table_name").startswith("kernel_")


def unsure(error: Exception) -> bool:
    """The connection went away: whether the database had written what was asked, its answer would have told."""
    return isinstance(error, OperationalError | InterfaceError) and not _state(error)


def _state(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", "") or ""


def _where(error: Exception, part: str) -> str:
    return getattr(getattr(error.__cause__, "diag", None), part, "") or ""
