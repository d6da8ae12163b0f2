"""Writers that create tickets over HTTP, as a shop's system would, and remember what they were promised."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx

from tests.harness import Company
from tests.tickets import GIVEN

PREPARE = """
from tests import cast
from xiuhao.kernel import accounts
from xiuhao.kernel.models import Account
if not Account.objects.filter(login="agent").exists():
    cast.build()
print("TOKEN", accounts.issue_token(cast.account("agent"), "load")[1])
"""


def token(company: Company) -> str:
    """The cast in the company, and a token of its agent."""
    said = company.manage("shell", "-c", PREPARE)
    return next(line.split()[1] for line in said.splitlines() if line.startswith("TOKEN"))


@dataclass
class Writers:
    """Threads that post one ticket after the other, each with a key of its own, and repeat it until somebody answers for good.

    `promised` are keys that were answered with success, and the number; `times` when; `odd` answers that nobody should get.
    `turned_away` counts what was said meanwhile ("503", "503 without Retry-After", "ConnectError"), `longest` (s) is the slowest answer.
    """

    company: Company
    token: str
    count: int = 8
    promised: dict[UUID, str] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    turned_away: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Writers:
        self.threads = [threading.Thread(target=self._write, args=(n,)) for n in range(self.count)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _write(self, number: int) -> None:
        with httpx.Client(base_url=self.company.url, timeout=20) as client:
            serial = 0
            while not self.stop.is_set():
                serial += 1
                self._one(client, uuid4(), {**GIVEN, "channel": "api", "contact_phone": f"139{number:02d}{serial:06d}"})

    def _one(self, client: httpx.Client, key: UUID, body: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(key)}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            asked = time.monotonic()
            try:
                answer = client.post("/api/v1/ticket", json=body, headers=headers)
            except httpx.HTTPError as error:
                self.turned_away[type(error).__name__] += 1
                time.sleep(0.1)
                continue
            finally:
                self.longest = max(self.longest, time.monotonic() - asked)
            if answer.status_code in (200, 201):
                self.promised[key] = answer.json()["case"]["number"] if "case" in answer.json() else answer.json()["number"]
                self.times.append(time.monotonic())
                return
            if answer.status_code not in (429, 500, 502, 503):
                self.odd.append(f"{answer.status_code} {answer.text[:300]}")
                return
            self.turned_away[f"{answer.status_code}" + ("" if "Retry-After" in answer.headers else " without Retry-After")] += 1
            time.sleep(0.2)
        self.odd.append(f"{key}: no answer for a minute")
