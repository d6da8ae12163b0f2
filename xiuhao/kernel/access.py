"""Who acts, and what they may reach. The actor is an argument, never ambient; what is not visible is not there (404)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q

from xiuhao.kernel import roles

M = TypeVar("M", bound=models.Model)
NOTHING = Q(pk__in=())
EVERYTHING = Q()


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: `kind` is staff, customer, system or import.

    `grants` are (role, path of the unit) pairs; `stands_for` are accounts whose deputy this one is today; a customer is known
    by `customer` (all their cases) or only by `cases` (a tracking link); `verbs` limits an API token to named verbs;
    `proven` says that a customer has shown that the phone is theirs.
    """

    kind: str
    id: int | None = None
    name: str = ""
    grants: tuple[tuple[str, str], ...] = ()
    stands_for: frozenset[int] = frozenset()
    customer: int | None = None
    cases: frozenset[int] = frozenset()
    proven: bool = False
    verbs: frozenset[str] | None = None
    unit: int | None = None
    unit_path: str = ""
    language: str = "zh-hans"
    extra: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def known_by(self) -> int | None:
        """How the journal names this actor: the account, or the customer who has proven to be one."""
        return self.id if self.id is not None else self.customer

    def holds(self, *wanted: str, path: str | None = None) -> bool:
        """True if one of these roles is held, at a unit above `path` when one is given."""
        return any(role in wanted and (path is None or path.startswith(at)) for role, at in self.grants)

    def roles_at(self, path: str) -> set[str]:
        """The granted roles that reach a unit of this path."""
        return {role for role, at in self.grants if path.startswith(at)}

    def reading_paths(self) -> list[str]:
        """Shortest paths below which this actor reads every case; [""] is everything."""
        paths = sorted({at for role, at in self.grants if role in roles.READERS}, key=len)
        kept: list[str] = []
        for path in paths:
            if not any(path.startswith(k) for k in kept):
                kept.append(path)
        return kept

    @property
    def reads_all(self) -> bool:
        """Whether every unit lies below what this actor reads: a company has one head, whose path is one step."""
        return any(path.count(".") == 1 or not path for path in self.reading_paths())

    @property
    def account(self) -> int:
        """The id of the account; for actors that have one (staff)."""
        assert self.id is not None, f"{self.kind} has no account"
        return self.id

    @property
    def machine(self) -> bool:
        """True for another system: it files requests, but no case is ever its work."""
        return bool(self.extra.get("machine"))

    @property
    def everyone_i_am(self) -> frozenset[int]:
        """This account and those it stands in for."""
        return self.stands_for | ({self.id} if self.id is not None and self.kind == "staff" else set())


SYSTEM = Actor(kind="system", name="system")


class Scoped(models.Manager[M], Generic[M]):
    """A manager that only opens with an actor. The model says what an actor reaches by a classmethod `scope(actor) -> Q`.

    `unscoped(reason)` is the greppable exception; the places that use it are listed in tests/architecture.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        raise PermissionError(f"{self.model.__name__}: use visible_to(actor), or unscoped(reason)")

    def visible_to(self, actor: Actor) -> models.QuerySet[M]:
        rows = super().get_queryset()
        if actor.kind == "system":
            return rows
        return rows.filter(self.model.scope(actor))  # type: ignore[attr-defined]

    def unscoped(self, reason: str) -> models.QuerySet[M]:
        """Every row; `reason` says why no actor is asked, for the reader of the code."""
        assert reason
        return super().get_queryset()


class OnesOwn:
    """A model that is its `account`'s alone."""

    @classmethod
    def scope(cls, actor: Actor) -> Q:
        """One's own."""
        return Q(account_id=actor.id) if actor.kind == "staff" else NOTHING


def below(paths: Iterable[str], column: str = "unit_path") -> Q:
    """A condition for rows whose unit lies at or below one of these paths."""
    found = NOTHING
    for path in paths:
        if not path:
            return EVERYTHING
        found |= Q(**{f"{column}__startswith": path})
    return found


def above(path: str) -> list[str]:
    """The paths of a unit and of those above it, the head's first: 1.4.7. → 1., 1.4., 1.4.7."""
    steps = path.split(".")[:-1]
    return [".".join(steps[: length + 1]) + "." for length in range(len(steps))]


def roles_on(actor: Actor, case: Any, record: Any, relations: Iterable[str] = (), asked: bool = False) -> set[str]:
    """The roles of an actor relative to one case: granted at its unit, owner, customer, asked, and what the process adds."""
    if actor.kind == "system":
        return {roles.SYSTEM}
    found = set(relations)
    if actor.kind == "customer":
        if case is None or case.pk in actor.cases or (actor.customer is not None and actor.customer == case.customer_id):
            found.add(roles.CUSTOMER)
        return found
    found |= {role for role, _at in actor.grants} if case is None else actor.roles_at(case.unit_path)
    if case is not None and actor.id is not None and case.owner_id == actor.id:
        found.add(roles.OWNER)
    if asked:
        found.add(roles.ASKED)
    return found
