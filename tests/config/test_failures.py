"""What a failure leaves in the log: never the address itself, for links of customers carry secrets."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from xiuhao.config import failures

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
handler500 = failures.server_error


def broken(request: HttpRequest, token: str) -> HttpResponse:
    """A page that fails as `token` says."""
    raise OperationalError("gone") if token.endswith("away") else ValueError("wrong")


urlpatterns = [path("track/<str:token>", broken)]


@pytest.mark.parametrize(("token", "status"), [("CANARY9away", 503), ("CANARY9", 500)])
def test_V18_the_log_of_a_failure_names_the_route_and_not_the_secret_link(
    token: str, status: int, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert Client(raise_request_exception=False).get(f"/track/{token}").status_code == status
    said = capfd.readouterr()
    told = said.out + said.err + caplog.text
    assert "track/<str:token>" in told and ("gone" in told or "wrong" in told)
    assert "CANARY9" not in told
