"""One verb on its way through the engine: what the process's own functions see and what they may say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from django.db.models import Model

    from xiuhao.kernel.access import Actor
    from xiuhao.kernel.models import Account, Case, CaseAsk, CaseClock, Journal, PolicyRow, Unit
    from xiuhao.kernel.process import Ask, Process, State, Transition


@dataclass(eq=False)
class Step:
    """A verb of one case. `do` functions change `record` and `case.title/priority`, and otherwise speak through the methods below;
    the engine writes everything at once, for one case or for hundreds.
    """

    process: Process
    transition: Transition
    actor: Actor
    at: datetime
    given: dict[str, Any]
    key: UUID | None = None
    case: Case = None  # type: ignore[assignment]  # set by the engine before any function of a process is called
    record: Any = None
    roles: set[str] = field(default_factory=set)
    context: dict[str, Any] = field(default_factory=dict)
    clocks: list[CaseClock] = field(default_factory=list)
    asks: list[CaseAsk] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)
    # What the verb says
    facts: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    policies: list[int] = field(default_factory=list)
    rows: list[Model] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)
    cuts: list[tuple[int, str]] = field(default_factory=list)
    line: Journal | None = None
    before: str = ""

    @property
    def offline(self) -> bool:
        """Whether it was done on a handset, and so is a fact whatever the books say."""
        return "offline" in self.facts

    def say(self, **facts: Any) -> None:
        """Facts for the journal line: ids, keys, numbers, dates; never personal data."""
        self.facts.update(facts)

    def keep(self, key: str, text: str) -> None:
        """A text or personal datum of the line: encrypted and erasable."""
        self.secrets[key] = text

    def add(self, row: Model) -> None:
        """A further row to insert with the step; if it has a `case` it is set to this one."""
        self.rows.append(row)

    def go(self, state: State) -> None:
        """Lead to another of the verb's declared targets than the first."""
        if state not in self.transition.targets:
            raise ValueError(f"{self.transition.key} does not lead to {state.key}")
        self.context["target"] = state

    def own(self, account: Account | None) -> None:
        """Make somebody the owner of the case."""
        self.case.owner = account
        self.say(owner=account.pk if account else None)

    def place(self, unit: Unit) -> None:
        """Put the case under a unit of the organisation: whose work it is, and who sees it."""
        self.case.unit, self.case.unit_path = unit, unit.path
        self.say(unit=unit.pk)

    def obey(self, row: PolicyRow, outcome: str = "met") -> None:
        """A decision row was followed (or not): its clauses count, its id stands in the journal."""
        self.policies.append(row.pk)
        self.rules.update(dict.fromkeys(row.clauses, outcome))

    def rule(self, clause: str, outcome: str = "met") -> None:
        """This line met or broke a clause."""
        self.rules[clause] = outcome

    def walk(self, node: str, clauses: Collection[str], done: bool) -> None:
        """A step of a script was done, or skipped: its clauses were met, or broken."""
        outcome = "met" if done else "broken"
        self.facts.setdefault("script", []).append([node, sorted(clauses), outcome])
        self.rules.update({clause: outcome for clause in clauses if self.rules.get(clause) != "broken"})

    def link(self, parent: int, kind: str) -> None:
        """Tie this case under a parent case."""
        self.links.append((parent, kind))

    def cut(self, parent: int, kind: str) -> None:
        """Untie this case from a parent case."""
        self.cuts.append((parent, kind))

    def ask(self, declared: Ask) -> None:
        """Ask what the verb may ask (`may_open`)."""
        if declared not in self.transition.may_open:
            raise ValueError(f"{self.transition.key} may not ask {declared.key}")
        self.context.setdefault("asking", []).append(declared)

    def asked(self, key: str, outcome: str | None = None) -> list[CaseAsk]:
        """The asks of that key in this case, latest first; with `outcome` ("" is open) only those."""
        return [a for a in self.asks if a.key == key and (outcome is None or a.outcome == outcome)]

    def unask(self, key: str) -> None:
        """Whoever was asked this in this case and has not answered is asked no more."""
        for ask in self.asked(key, ""):
            ask.outcome = "void"
