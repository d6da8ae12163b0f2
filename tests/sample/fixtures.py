"""The tiny process at work: declared, with policies and calendars, and people to do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kernel.lines import a_unit, an_account
from tests.sample.process import ERRAND
from xiuhao.kernel import calendars, engine, policy, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Grant, PolicyRow, Unit
from xiuhao.kernel.process import Process
from xiuhao.kernel.recount import witness

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LEVELS = [
    {"key": "warn", "share": 0.75, "kind": "warn", "to": "owner"},
    {"key": "breach", "share": 1.0, "kind": "breach", "to": "owner"},
    {"key": "level2", "share": 2.0, "kind": "escalate", "to": "lead"},
]


def a_row(table: str, line: str, value: dict[str, Any], **fields: Any) -> PolicyRow:
    """A policy row, as if it had been there for long; the stamp moves."""
    row = PolicyRow.objects.create(table=table, line=line, value=value, **{"since": LONG_AGO, **fields})
    policy.moved("policy")
    policy.current()
    return row


class Office:
    """One unit below the company's head with an agent, a lead and a manager, and verbs as short as a test wants them."""

    def __init__(self) -> None:
        self.unit = a_unit("办公室", parent=Unit.objects.filter(parent=None).first() or a_unit(), kind="department")
        self.people = {role: an_account(self.unit, f"{role}-{self.unit.pk}", name=role) for role in ("agent", "lead", "manager")}
        Grant.objects.bulk_create(Grant(account=account, role=role, unit=self.unit) for role, account in self.people.items())

    def actor(self, role: str = "agent") -> Actor:
        account = self.people[role]
        grants = ((role, self.unit.path),)
        return Actor("staff", account.pk, account.name, grants, unit=self.unit.pk, unit_path=self.unit.path)

    def order(self, role: str = "agent", **given: Any) -> Case:
        return engine.perform("errand", "order", actor=self.actor(role), given={"what": "送修", **given}).case

    def do(self, case: Case, verb: str, role: str = "agent", **given: Any) -> Case:
        return engine.perform("errand", verb, actor=self.actor(role), number=case.number, given=given).case


@pytest.fixture
def errand(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """The tiny process, declared for the length of a test, with the rows and calendars that it needs."""
    monkeypatch.setitem(registry._processes, "errand", ERRAND)
    calendars.load_seeds()
    calendars.current()
    a_row("clock.errand.response", "all", {"limit": "1h", "calendar": "always", "levels": LEVELS}, clauses=["JD-4.2"])
    a_row("clock.errand.finish", "big", {"limit": "3wd", "calendar": "office"}, position=10, match={"size": {"min": 10}})
    a_row("clock.errand.finish", "all", {"limit": "8h", "calendar": "office", "levels": LEVELS}, clauses=["HA-4.1"])
    a_row("authority.errand.cost", "small", {"role": "lead"}, match={"amount": {"max": 1000}}, clauses=["CS5-9.8"])
    witness("errand", "CS1-8.2")(lambda line, earlier: "met" if line.verb == "work" else None)
    yield ERRAND


@pytest.fixture
def office(errand: Process) -> Office:
    return Office()
