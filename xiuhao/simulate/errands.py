"""A case beside the requests (a call, a visit, a dealer's day, …), lived through by `waves` like them: its story is a function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xiuhao.kernel import calendars
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import local, now
from xiuhao.simulate.lives import SECONDS, Act, Story, Town
from xiuhao.simulate.speech import words


class Errand:
    """One case of any process, from its birth on. `gap`: seconds between two acts; `asked` is whose request it is, if a customer's."""

    def __init__(self, town: Town, process: str, tell: Callable[[Errand], Story], *, gap: tuple[int, int] = SECONDS) -> None:
        self.world, self.process, self.tell, self.gap = town, process, tell, gap
        self.number = ""
        self.asked: Actor | None = None
        self._record: Any = None

    def story(self) -> Story:
        """Its whole story."""
        return self.tell(self)

    def stands(self, record: Any) -> None:
        """How it stands now, told by whoever changed it."""
        self._record, self.number = record, record.case.number

    @property
    def record(self) -> Any:
        """The record as the last wave left it."""
        return self._record

    @property
    def case(self) -> Case:
        """The case as the last wave left it."""
        found: Case = self._record.case
        return found

    @property
    def owner(self) -> str:
        """The owner's log-in; "" while it is nobody's."""
        return self.world.company.login_of(self.case.owner_id)

    @property
    def customer(self) -> Actor:
        """The customer whose request it is."""
        assert self.asked is not None
        return self.asked

    def act(self, verb: str, who: str | Actor = "owner", *, key: UUID | None = None, parent: str = "", **given: Any) -> Act:
        """A verb done now; what is None or empty is not given."""
        return Act(verb, who, {name: value for name, value in given.items() if value not in (None, "")}, key, parent=parent)

    def tries(self, verb: str, who: str = "owner", **given: Any) -> Act:
        """A verb that the rules stop."""
        return Act(verb, who, given, tried=True)

    def minutes(self, least: float, most: float) -> datetime:
        """So many minutes from now."""
        return now() + timedelta(minutes=self.world.rng.uniform(least, most))

    def office(self, days: int) -> datetime:
        """Some hour of the office, so many days from now or on the first working day after."""
        at = now() + timedelta(days=days)
        while not calendars.is_workday(local(at).date()):
            at += timedelta(days=1)
        return at_hour(at, self.world.rng.uniform(9.1, 16.8))

    def drawn(self, of: Any, **slots: Any) -> str:
        """One of these sentences, with its places filled."""
        return str(self.world.rng.choice(of)).format_map(slots)


def house() -> dict[str, Any]:
    """The words of `words/house.yaml`."""
    return words("house")


def at_hour(day: datetime, hours: float) -> datetime:
    """So many hours after the local midnight of a day."""
    return local(day).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hours)
