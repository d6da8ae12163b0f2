"""Load from outside: requests as the shop's system files them, over HTTP, so many a second whether or not the server keeps up."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from time import monotonic, sleep
from urllib.parse import urlsplit
from uuid import UUID

from xiuhao.simulate.clientele import People
from xiuhao.simulate.speech import Speech

THREADS = 32  # connections, at most
PATIENCE = 30.0  # seconds until an answer is given up


@dataclass
class Measured:
    """Seconds from when each request was due to its answer; what the answers were."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    took: float = 0.0

    def share(self, part: float) -> float:
        """The latency that this share stays below, in milliseconds; 0 without any answer."""
        kept = sorted(self.seconds)
        return kept[min(len(kept) - 1, int(len(kept) * part))] * 1000 if kept else 0.0

    def __str__(self) -> str:
        rate = len(self.seconds) / self.took if self.took else 0.0
        told = ", ".join(f"{count} × {answer}" for answer, count in self.answers.most_common())
        return f"{rate:.1f} a second; p50 {self.share(0.5):.0f} ms, p95 {self.share(0.95):.0f} ms, p99 {self.share(0.99):.0f} ms; {told}"


def bodies(seed: int, count: int) -> list[dict[str, str]]:
    """Invented requests of the shop, the same for a seed."""
    rng = Random(seed)
    speech, people, found = Speech(rng), People(rng, first=1), []
    for _place in range(count):
        home, category = people.draw(), rng.choice(list(speech.faults))
        about = speech.symptom(category, "", "fault", False)
        text = speech.request("fault", "api", speech.mood(), "any", about)
        found.append({
            "kind": "fault", "category": category, "channel": "api", "urgency": "normal", "description": text,
            "contact_name": home.name, "contact_phone": home.phone, "contact_address": home.address,
        })  # fmt: skip
    return found


def run(address: str, token: str, rate: float, seconds: float, seed: int) -> Measured:
    """File `rate` requests a second for so many seconds at an address like http://127.0.0.1:8400."""
    made, count = Measured(), max(1, round(rate * seconds))
    told, lock, rng = bodies(seed, min(count, 2000)), threading.Lock(), Random()
    places, begun = iter(range(count)), monotonic()

    def work() -> None:
        where = urlsplit(address)
        secure = where.scheme == "https"
        link = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(where.netloc, timeout=PATIENCE)
        while True:
            with lock:
                place = next(places, None)
                key = UUID(int=rng.getrandbits(128), version=4)
            if place is None:
                return
            due = begun + place / rate
            sleep(max(0.0, due - monotonic()))
            answer = _file(link, where.path.rstrip("/"), told[place % len(told)], token, key)
            with lock:
                made.seconds.append(monotonic() - due)
                made.answers[answer] += 1

    crew = [threading.Thread(target=work) for _n in range(min(THREADS, count))]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    made.took = monotonic() - begun
    return made


def _file(link: http.client.HTTPConnection, path: str, body: dict[str, str], token: str, key: UUID) -> str:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Idempotency-Key": str(key)}
    try:
        link.request("POST", f"{path}/api/v1/ticket", json.dumps(body), headers)
        answer = link.getresponse()
        answer.read()
        return str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        link.close()
        return type(error).__name__
