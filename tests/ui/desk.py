"""Somebody at their desk, over HTTP."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from tests import cast
from tests.tickets import receive
from xiuhao.kernel.models import Case

HTMX = {"HTTP_HX_REQUEST": "true"}


def sit(login: str = "agent") -> Client:
    """A browser in which this member of the cast is logged in."""
    client = Client()
    client.force_login(cast.account(login))
    return client


def text(response: HttpResponse) -> str:
    return response.content.decode()


def numbers(response: HttpResponse) -> list[str]:
    """The numbers of the rows of a list, in their order."""
    return re.findall(r'data-row="([^"]+)"', text(response))


def total(response: HttpResponse) -> int:
    found = re.search(r'data-total="(\d+)"', text(response))
    assert found
    return int(found[1])


def do(client: Client, case: Case, verb: str, *, htmx: bool = False, **given: Any) -> Any:
    """Post the form of a verb as a browser would."""
    body = {"_key": str(uuid4()), **given}
    return client.post(f"/c/{case.process}/{case.number}/do/{verb}", body, **(HTMX if htmx else {}))


def shown(page: str) -> dict[str, str]:
    """What a browser would send of a form that nobody touched: its texts with the line ends of a browser, hidden fields, choices."""
    found = {name: unescape(value) for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', page)}
    found |= dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)" checked', page))
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', inner))
    found |= {name: unescape(value) for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)}
    return {name: re.sub(r"\r?\n", "\r\n", value) for name, value in found.items() if name != "csrfmiddlewaretoken"}


def foreign() -> Case:
    """A ticket of another province, owned there whatever the routing thought."""
    case = receive("outsider").case
    own = cast.account("outsider")
    Case.objects.unscoped("arranging a test").filter(pk=case.pk).update(owner=own, unit=own.unit, unit_path=own.unit.path)
    return case
