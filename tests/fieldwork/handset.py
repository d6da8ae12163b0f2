"""A telephone as the server hears it: its own clock, its own order, actions that wait until there is a network."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from tests import works
from tests.pictures import png
from xiuhao.fieldwork.app import entry
from xiuhao.fieldwork.app.models import Handset, Sent
from xiuhao.kernel import letters
from xiuhao.kernel.crypto import unseal
from xiuhao.kernel.models import Account, Case, Outbox
from xiuhao.kernel.time import now

DOOR = {"position": "30.27410,120.15510"}
LOADED = {"loaded": True}
FOUND = works.DIAGNOSIS


def job(login: str = "engineer") -> Case:
    """A work order of this person, accepted by them."""
    if not Account.objects.filter(login="engineer2").exists():
        works.crew()
    case = give(works.plan(), login)
    return works.do(case, "accept", login)


def give(case: Case, login: str) -> Case:
    """The dispatcher gives it to somebody."""
    return works.assigned(case, login)


def fresh(case: Case) -> Case:
    """As it stands now."""
    return Case.objects.unscoped("test").get(pk=case.pk)


class Phone:
    """One handset, known for so long. `wrong` is by how much its wall clock is ahead; `count` runs on in milliseconds whatever the wall
    clock says."""

    def __init__(self, login: str = "engineer", wrong: timedelta = timedelta(), known: timedelta = timedelta(days=2)) -> None:
        self.handset, raw = entry.enrol(works.who(login), uuid4(), "test")
        Handset.objects.unscoped("test").filter(pk=self.handset.pk).update(since=now() - known)
        self.client = Client(headers={"authorization": f"Bearer {raw}"})
        self.run, self.started, self.wrong, self.sequence = uuid4(), now(), wrong, 0
        self.last: dict[str, int] = {}

    def count(self, at: datetime | None = None) -> float:
        return max(0.0, ((at or now()) - self.started).total_seconds() * 1000 + 3_600_000)

    def act(self, case: Case, verb: str, at: datetime | None = None, **given: Any) -> dict[str, Any]:
        """Something done on site, not yet sent."""
        at, self.sequence = at or now(), self.sequence + 1
        made = {
            "sequence": self.sequence, "key": str(uuid4()), "number": case.number, "verb": verb, "given": given,
            "after": self.last.get(case.number, 0), "base": case.version, "at": (at + self.wrong).astimezone(UTC).isoformat(),
            "mono": self.count(at), "session": str(self.run),
        }  # fmt: skip
        self.last[case.number] = self.sequence
        return made

    def body(self, *acts: dict[str, Any]) -> str:
        sent = {"at": (now() + self.wrong).isoformat(), "mono": self.count(), "session": str(self.run), "actions": list(acts)}
        return json.dumps(sent)

    def send(self, *acts: dict[str, Any], status: int = 200) -> dict[str, str]:
        """State of each action by its key, as the answer tells it."""
        answer = self.client.post("/app/api/sync", self.body(*acts), "application/json")
        assert answer.status_code == status, answer.content.decode()
        self.heard: dict[str, Any] = answer.json()
        return {item["key"]: item["state"] for item in self.heard["items"]}

    def announce(self, data: bytes, public_id: UUID | None = None, **told: Any) -> tuple[str, int]:
        """(id, how much is there) of a photo that will come."""
        body = {"id": str(public_id or uuid4()), "name": "现场.png", "size": len(data), **told}
        answer = self.client.post("/app/api/shots", json.dumps(body), "application/json")
        assert answer.status_code == 201, answer.content.decode()
        return answer.json()["id"], answer.json()["have"]

    def put(self, shot: str, start: int, data: bytes) -> Any:
        return self.client.put(f"/app/api/shots/{shot}?start={start}", data, "application/octet-stream")

    def photo(self, colour: str = "red") -> str:
        """The id of a photo that has come whole."""
        data = png(colour)
        shot, _have = self.announce(data)
        assert self.put(shot, 0, data).json()["have"] == len(data)
        return shot


def sent(act: dict[str, Any]) -> Sent:
    """The row of an action."""
    return Sent.objects.unscoped("test").get(key=act["key"])


def letter_of(case: Case) -> dict[str, Any]:
    """The latest letter with a code by which the customer may sign, as it waits in the outbox."""
    found: dict[str, Any] = Outbox.objects.filter(effect_key__startswith=f"work.code:{case.pk}:").latest("pk").body["parcel"]
    return found


def code_for(case: Case) -> str:
    """The digits that the customer reads."""
    [code] = re.findall(r"\b\d{6}\b", unseal(bytes.fromhex(letter_of(case)["text"]), where=letters.TEXT))
    return str(code)
