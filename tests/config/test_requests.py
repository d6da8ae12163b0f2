"""What every request passes: its true address, one log line, the content policy, the language, and health."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from xiuhao.config import failures, health
from xiuhao.config.environment import Environment, environment
from xiuhao.config.middleware import Observed, TrueAddress


def seen(trusted: list[str], peer: str, **headers: str) -> HttpRequest:
    """The request as a page sees it behind TrueAddress."""
    found: list[HttpRequest] = []

    def page(request: HttpRequest) -> HttpResponse:
        found.append(request)
        return HttpResponse()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "XIUHAO_TRUSTED_PROXIES", trusted)
        TrueAddress(page)(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))
    return found[0]


def test_L5_a_forwarded_address_is_believed_from_a_trusted_proxy_only() -> None:
    forged = {
        "HTTP_X_FORWARDED_FOR": "1.2.3.4",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_REMOTE_USER": "admin",
        "HTTP_X_FORWARDED_HOST": "e",
    }
    outside = seen([], "9.9.9.9", **forged)
    assert outside.META["REMOTE_ADDR"] == "9.9.9.9"
    assert not outside.is_secure()
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_X_REMOTE_USER", "HTTP_X_FORWARDED_HOST"} & outside.META.keys()
    inside = seen(["10.0.0.0/8"], "10.0.0.1", **forged)
    assert inside.META["REMOTE_ADDR"] == "1.2.3.4"
    assert inside.is_secure()
    assert "HTTP_X_REMOTE_USER" not in inside.META


def test_L5_of_a_chain_the_last_untrusted_hop_counts() -> None:
    chain = seen(["10.0.0.0/8"], "10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4, 10.0.0.9")
    assert chain.META["REMOTE_ADDR"] == "1.2.3.4"
    nonsense = seen(["10.0.0.0/8"], "10.0.0.1", HTTP_X_FORWARDED_FOR="nonsense")
    assert nonsense.META["REMOTE_ADDR"] == "10.0.0.1"


def test_one_log_line_a_request_with_its_id_and_route_but_no_path() -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=204)

    with capture_logs() as lines:
        answer = Observed(page)(RequestFactory().get("/track/secret-token", HTTP_X_REQUEST_ID="abc"))
    assert answer["X-Request-ID"] == "abc"
    assert [line["event"] for line in lines] == ["request"]
    assert "secret-token" not in json.dumps(lines)
    assert lines[0]["status"] == 204


@pytest.mark.django_db
def test_every_page_carries_the_strict_headers(client: Client) -> None:
    page = client.get("/accounts/login/")
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert page["X-Frame-Options"] == "DENY"
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.django_db
def test_L5_a_forged_host_is_refused(client: Client) -> None:
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/accounts/login/", headers={"host": "localhost"}).status_code == 200


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    before = client.post("/accounts/signup/", {"username": "eve", "password1": "long-enough-7", "password2": "long-enough-7"})
    from xiuhao.kernel.models import Account

    assert before.status_code in (200, 403, 404)
    assert not Account.objects.filter(login="eve").exists()


@pytest.mark.django_db
def test_deep_health_and_metrics_tell_the_operator_and_nobody_else(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = client.get("/healthz/deep")
    assert told.status_code == 200
    assert {"job_oldest_seconds", "scheduler_lag_seconds", "outbox_oldest_seconds"} <= told.json()["figures"].keys()
    assert b"xiuhao_scheduler_lag_seconds" in client.get("/metrics").content
    assert client.get("/healthz/deep", REMOTE_ADDR="9.9.9.9").status_code == 404
    assert client.get("/metrics", headers={"x-forwarded-for": "1.1.1.1"}).status_code == 404
    monkeypatch.setattr(environment, "metrics_token", Environment(metrics_token="t").metrics_token)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer t"}).status_code == 200


@pytest.mark.django_db
def test_deep_health_says_what_is_beyond_its_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.LIMITS, "database_seconds", -1.0)
    told = client.get("/healthz/deep")
    assert (told.status_code, told.json()["beyond"]) == (503, ["database_seconds"])

    def away() -> dict[str, float]:
        raise OperationalError

    monkeypatch.setattr(health, "vitals", away)
    assert client.get("/healthz/deep").json()["beyond"] == ["database"]
    assert b"xiuhao_database_up 0.0" in client.get("/metrics").content


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page that is shown when this happens."""
    try:
        raise error
    except type(error):
        return failures.server_error(request)


@pytest.mark.parametrize(
    ("error", "status", "code"), [(OperationalError("gone"), 503, "unavailable"), (ValueError("bug"), 500, "internal")]
)
def test_K2_a_failure_is_a_sentence_and_an_id(error: Exception, status: int, code: str) -> None:
    def answer(**request: Any) -> HttpResponse:
        return failed(RequestFactory().generic(**request), error)

    page = answer(method="GET", path="/tickets/")
    assert page.status_code == status
    assert ("Retry-After" in page) is (status == 503)
    assert b"Traceback" not in page.content
    assert (b'http-equiv="refresh"' in page.content) is (status == 503)
    assert b'http-equiv="refresh"' not in answer(method="POST", path="/tickets/").content
    api = answer(method="POST", path="/api/tickets")
    assert json.loads(api.content)["code"] == code


def test_K2_what_was_typed_comes_back_without_secrets_and_files_and_with_the_token_that_was_sent() -> None:
    token, key = "t" * 64, str(uuid4())
    typed = {"description": "第一行\r\n“第二行” <script>", "tag": ["a", "b"], "_key": key, "csrfmiddlewaretoken": token}
    page = failed(RequestFactory().post("/c/ticket/new?verb=receive", typed), OperationalError("gone")).content.decode()
    form = {unescape(name): unescape(value) for name, value in re.findall(r'type="hidden" name="(.+?)" value="([^"]*)"', page)}
    assert form == {**typed, "tag": "b"}
    assert page.count('name="tag"') == 2
    assert f'data-again="{key}"' in page
    assert "<script>" not in page
    unkeyed = failed(RequestFactory().post("/x", {"text": "甲"}), OperationalError("gone")).content.decode()
    assert 'data-again=""' in unkeyed, "what may happen twice is not sent by itself"
    secrets = {"password": "p-1", "oldpassword": "p-2", "new_password1": "p-3", "code": "p-4", "credential": "p-5", "login": "me"}
    photo = SimpleUploadedFile("照片.png", b"p-6")
    page = failed(RequestFactory().post("/x", {**secrets, "_key": key, "files": photo}), OperationalError("gone")).content.decode()
    assert 'value="me"' in page
    assert "照片.png" in page and "请补上下面的" in page
    assert 'data-again=""' in page, "without them it cannot be sent"
    assert "p-" not in page.replace("card empty", "")


def test_K2_a_script_keeps_its_own_text_and_a_body_that_nobody_can_read_breaks_nothing() -> None:
    script = failed(RequestFactory().post("/x", {"text": "甲"}, headers={"hx-request": "true"}), OperationalError("gone"))
    odd = failed(RequestFactory().post("/x", b"--", content_type="multipart/form-data"), OperationalError("gone"))
    for page in (script, odd):
        assert page.status_code == 503
        assert b"<form" not in page.content
