"""Many visitors of the public form, each at an address of their own: a form is opened, and sent when a person could have filled it in."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

THREADS = 4
FILLING = 2.2  # seconds between opening and sending; below two it looks like a machine's
AN_ADDRESS = 8  # texts that one address sends, of the ten a minute that it may
PENDING = 60  # forms that a thread keeps open at once
_HIDDEN = re.compile(r'name="(key|opened|csrfmiddlewaretoken)" value="([^"]*)"')


@dataclass
class Sender:
    """Sends texts, and remembers by the form's key which one each was; `odd` are answers that nobody should get."""

    port: int
    texts: list[tuple[str, str]]
    sent: dict[str, int] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def run(self) -> float:
        """Send all; seconds taken."""
        began, todo = time.monotonic(), deque(range(len(self.texts)))
        crew = [threading.Thread(target=self._work, args=(todo,)) for _ in range(THREADS)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
        return time.monotonic() - began

    def _work(self, todo: deque[int]) -> None:
        waiting: deque[tuple[float, int, dict[str, str], str]] = deque()
        while todo or waiting:
            if waiting and (waiting[0][0] <= time.monotonic() or len(waiting) >= PENDING or not todo):
                ready, index, form, cookie = waiting.popleft()
                time.sleep(max(0.0, ready - time.monotonic()))
                self._post(index, form, cookie)
                continue
            try:
                index = todo.popleft()
            except IndexError:
                continue
            form, cookie = self._open(index)
            waiting.append((time.monotonic() + FILLING, index, form, cookie))

    def _link(self, index: int) -> http.client.HTTPConnection:
        visitor = index // AN_ADDRESS + 1
        source = (f"127.{1 + visitor // 250}.0.{1 + visitor % 250}", 0)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=source)

    def _open(self, index: int) -> tuple[dict[str, str], str]:
        link = self._link(index)
        link.request("GET", "/portal/report")
        answer = link.getresponse()
        form = {name: unescape(value) for name, value in _HIDDEN.findall(answer.read().decode())}
        cookies = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        link.close()
        return form, "; ".join(cookies)

    def _post(self, index: int, form: dict[str, str], cookie: str) -> None:
        category, text = self.texts[index]
        given = {"kind": "fault", "category": category, "description": text, "urgency": "normal", **form}
        given["contact_phone"] = f"138{index:08d}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        link = self._link(index)
        link.request("POST", "/portal/report", urlencode(given), headers)
        answer = link.getresponse()
        body = answer.read()
        link.close()
        if answer.status == 303 and "/portal/received/" in (answer.getheader("Location") or ""):
            self.sent[form["key"]] = index
        else:
            self.odd.append(f"{answer.status} for text {index}: {body[:200]!r}")
