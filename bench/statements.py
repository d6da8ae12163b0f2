"""Inside the company: whose pages are measured, which they are, and how many SQL statements each of them takes, and a birth by API."""

from __future__ import annotations

import os
from random import Random
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.inside import answer  # noqa: E402
from tests import cast  # noqa: E402
from tests.tickets import GIVEN  # noqa: E402
from xiuhao.kernel.models import Case, Outbox  # noqa: E402
from xiuhao.ticket.models import Ticket  # noqa: E402

PEOPLE = ("manager", "agent")  # who reads everything, and who reads a team, what they own and what they are asked
CASES = 20


def pages(people: list[str] = list(PEOPLE)) -> dict[str, Any]:  # noqa: B006  # never changed
    """By person: the cookie of a session, the addresses of each kind of page, and the most statements that one of a kind takes."""
    return {
        login: {"cookie": session(login), "pages": (found := _pages(login)), "statements": _statements(login, found)} for login in people
    }


def _pages(login: str) -> dict[str, list[str]]:
    seen = Case.objects.of("ticket", cast.actor(login))
    numbers = [
        n for is_open in (True, False) for n in seen.filter(is_open=is_open).order_by("-pk").values_list("number", flat=True)[: 50 * CASES]
    ]
    phone = Ticket.objects.filter(case__number=numbers[0]).values_list("contact_phone", flat=True)[0]
    chosen = Random(1).sample(numbers, min(CASES, len(numbers)))
    return {
        "home": ["/"],
        "queue": ["/c/ticket/", "/c/ticket/?view=all", "/c/ticket/?view=closed", "/c/ticket/?view=open&kind=complaint&order=-opened"],
        "case": [f"/c/ticket/{number}/" for number in chosen],
        "search": [
            "/c/ticket/?view=open&q=漏水", "/c/ticket/?view=all&q=漏水",
            "/c/ticket/?view=all&q=电视屏幕碎了，请尽快上门",
        ],
        "palette": ["/find?q=遥控器失灵", f"/find?q={phone[-11:]}", f"/find?q={chosen[0]}", "/find?q=查无此事"],
    }  # fmt: skip


def session(login: str) -> str:
    """A log-in of that account, as its cookie."""
    account, session = cast.account(login), SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _statements(login: str, found: dict[str, list[str]]) -> dict[str, int]:
    """In this process, by the same pages, once they are warm."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(cast.account(login))
    taken: dict[str, int] = {}
    for urls in found.values():
        for url in [urls[0], *urls]:
            with CaptureQueriesContext(connection) as seen:
                status = client.get(url).status_code
            if status != 200:
                raise RuntimeError(f"{url}: {status}")
            taken[url] = len(seen)
    return {kind: max(taken[url] for url in urls) for kind, urls in found.items()}


def birth(raw: str) -> int:
    """Of a ticket's creation by API with that token, BEGIN and COMMIT among them; in this process, once it is warm."""
    client = Client(HTTP_HOST="127.0.0.1", headers={"authorization": f"Bearer {raw}"})
    for serial in range(3):
        body = {**GIVEN, "contact_phone": f"1370000000{serial}", "channel": "api"}
        with CaptureQueriesContext(connection) as seen:
            status = client.post("/api/v1/ticket", body, "application/json", headers={"idempotency-key": str(uuid4())}).status_code
        if status != 201:
            raise RuntimeError(f"a birth by API: {status}")
    return len(seen)


def waiting() -> int:
    """Effects that are due and not yet had."""
    return Outbox.objects.filter(done_at=None, dead=False).count()


if __name__ == "__main__":
    answer(pages, waiting, birth)
