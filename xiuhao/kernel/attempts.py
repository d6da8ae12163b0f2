"""What clauses count beside the journals of cases: attempts that they stopped, and what was done that is no step of any case."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Refusal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

MET, STOPPED = "met", "stopped"


def count(
    module: str, verb: str, clauses: Collection[str], actor: Actor, *, outcome: str = STOPPED, code: str = "", case: Case | None = None
) -> None:
    """Note that clauses were kept by something done beside the cases, or stopped it. One statement, none without a clause."""
    if clauses:
        Refusal.objects.create(
            case=case, process=module, verb=verb, code=code, clauses=sorted(clauses), outcome=outcome, actor_kind=actor.kind,
            actor_id=actor.id, at=now(),
        )  # fmt: skip


@contextmanager
def counting(module: str, verb: str, actor: Actor, case: Case | None = None) -> Iterator[None]:
    """What a clause refuses inside counts as an attempt that it stopped. Stands outside of the transaction that is rolled back."""
    try:
        yield
    except Refused as refused:
        count(module, verb, refused.clauses, actor, code=refused.code, case=case)
        raise
