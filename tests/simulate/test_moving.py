"""The demo in real time, and load over HTTP: what turns up is served through the same door, and what was measured is what happened."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.simulate import load


@pytest.mark.django_db
def test_in_a_company_of_ones_own_nothing_is_simulated() -> None:
    before = Case.objects.visible_to(SYSTEM).count()
    for words in (("--live",), (), ("--rate", "1")):
        with pytest.raises(CommandError):
            call_command("simulate", *words, stdout=StringIO())
    assert Case.objects.visible_to(SYSTEM).count() == before


def test_load_comes_at_its_rate_and_every_answer_is_counted() -> None:
    seen: list[str] = []
    turns = count(1)  # of requests that come at once each has its own

    class Shop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(self.headers["Idempotency-Key"])
            self.send_response(201 if next(turns) % 4 else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        made = load.run(f"http://127.0.0.1:{server.server_port}", "token", rate=40, seconds=0.5, seed=1)
    finally:
        server.shutdown()
        server.server_close()
    assert made.answers == {"201": 15, "503": 5} and len(set(seen)) == 20 and made.took >= 0.4
    assert 0 < made.share(0.5) <= made.share(0.95) and "15 × 201" in str(made)
    assert load.bodies(1, 3) == load.bodies(1, 3) != load.bodies(2, 3)
