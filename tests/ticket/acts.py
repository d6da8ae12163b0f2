"""Verbs of a ticket as a person does them: the dialog posted, the answer as the page tells it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpResponse

from tests.ui.desk import sit
from xiuhao.kernel.models import Case


def act(who: str, case: Case, verb: str, **given: Any) -> HttpResponse:
    """POST the verb's dialog as one of the cast; `case` is read again afterwards."""
    answer: HttpResponse = sit(who).post(f"/c/ticket/{case.number}/do/{verb}", {"_key": uuid4(), **given})  # type: ignore[assignment]
    case.refresh_from_db()
    return answer


def done(answer: HttpResponse) -> bool:
    """True if the verb was done."""
    return answer.status_code == 303


def why(answer: HttpResponse) -> str:
    """What the page says about a refusal."""
    assert answer.status_code >= 400, answer.status_code
    return answer.content.decode()
