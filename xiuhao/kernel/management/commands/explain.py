"""`python -m xiuhao explain CS5-9.3`: a clause from its text to the numbers in force, its tests and its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import translation

from xiuhao.kernel import figures, policy, rulebook
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.policy import Line
from xiuhao.kernel.refusal import Refused


class Command(BaseCommand):
    help = "Explain one clause: what carries it out, the parameters in force, the tests that prove it, how well it is kept."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clause", help="its id, such as HA-3.2.1")
        parser.add_argument("--language", default="en", choices=("en", "zh-hans"))

    def handle(self, *args: Any, clause: str = "", language: str = "en", **options: Any) -> None:
        with translation.override(language):
            try:
                found = rulebook.clause(clause)
            except Refused:
                raise CommandError(f"no clause {clause}; the ids are on the rulebook page and in docs/reference/rulebook.md") from None
            self.stdout.write("\n".join(_explain(found)))


def _explain(clause: rulebook.Clause) -> Iterator[str]:
    yield f"{clause.id}  {clause.zh}"
    yield f"{' ' * len(clause.id)}  {clause.en}"
    yield f"  {clause.kind}, {clause.mode_label}; {clause.actor}; when: {clause.trigger}"
    yield f"  {clause.enforce}"
    if clause.note:
        yield f"  note: {clause.note}"
    for key, value in clause.params.items():
        yield f"  {rulebook.phrase(key)}: {rulebook.phrase(value)}"
    rows, stored = _rows()
    bound = rulebook.bindings(rows)
    status, missing = rulebook.status(clause.id, bound, None if stored else ())
    yield f"\nStatus: {status.replace('_', ' ')}" + (f", missing: {', '.join(missing)}" if missing else "")
    yield "\nCarried out by"
    for binding in bound.get(clause.id, ()):
        yield f"  {binding.kind:<9} {binding.place}  {binding.what}"
    yield "\nParameters in force" if stored else "\nParameters as shipped (no database answers)"
    for row in rows:
        if clause.id in row.clauses:
            yield f"  {row.table}/{row.line}  {_plain(row)}"
    yield "\nProved by"
    for proof in rulebook.proofs().get(clause.id, ()):
        yield f"  {proof.file}:{proof.line}  {proof.name}"
    if stored:
        figures.fold()
        figure = figures.totals(SYSTEM).get(clause.id, figures.Figure())
        yield f"\nFigures: met {figure.met}, broken {figure.broken}, running {figure.running}, stopped {figure.stopped}" + (
            f", kept {figure.percent}" if figure.percent else ""
        )


def _rows() -> tuple[Sequence[Line], bool]:
    """The rows in force, or where no database answers those that ship."""
    try:
        policy.current()
        return policy.in_force(), True
    except (OperationalError, ProgrammingError):  # none that answers, or one without tables
        return policy.seeds(), False


def _plain(row: Any) -> str:
    asks = ", ".join(f"{key} {value}" for key, value in row.match.items()) or "everybody"
    gives = ", ".join(f"{key} {value}" for key, value in row.value.items() if key != "levels")
    return f"{asks} → {gives}"
