"""A telephone for trying things out: reports calls to a running installation exactly as a real telephone system would."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """xiuhao telephone ring --token … --call 1 --caller 13800138000 --agent agent; then answer, then end."""

    help = "Report one event of a call (ring, answer, end) to /telephony/events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", choices=("ring", "answer", "end"))
        parser.add_argument("--url", default="http://127.0.0.1:8400")
        parser.add_argument("--token", required=True)
        parser.add_argument("--call", required=True)
        parser.add_argument("--caller", default="")
        parser.add_argument("--agent", default="")
        parser.add_argument("--ended-by", default="customer", choices=("customer", "agent", "system"))

    def handle(self, *args: Any, **given: Any) -> None:
        body = {"provider": "test", "call": given["call"], "event": given["event"], "caller": given["caller"], "agent": given["agent"]}
        if given["event"] == "end":
            body["ended_by"] = given["ended_by"]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {given['token']}"}
        asked = Request(f"{given['url'].rstrip('/')}/telephony/events", json.dumps(body).encode(), headers)  # noqa: S310  # the operator's own
        try:
            with urlopen(asked, timeout=10) as answer:  # noqa: S310
                self.stdout.write(answer.read().decode())
        except HTTPError as error:
            raise CommandError(f"{error.code}: {error.read().decode()[:400]}") from None
