"""Logging in: who guesses is stopped, who works is not locked out, and nothing tells whether a name exists."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.kernel.lines import a_unit, an_account
from xiuhao.kernel import login, throttle
from xiuhao.kernel.models import Account, Message, Throttle
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db
PASSWORD = "Fest-und-treu-17"
LOGIN = "/accounts/login/"


@pytest.fixture
def agent() -> Account:
    return an_account(a_unit(), "an", password=PASSWORD, email="an@example.com")


def attempt(client: Client, name: str = "an", password: str = "wrong", **extra: str):
    return client.post(LOGIN, {"login": name, "password": password}, **extra)


def logged_in(client: Client) -> bool:
    return bool(client.session.get("_auth_user_id"))


def test_L1_many_passwords_on_one_account_are_stopped_and_its_owner_is_told(agent: Account):
    client = Client()
    for _ in range(5):
        failed = attempt(client)
        assert failed.status_code == 200 and "秒后再试" not in failed.content.decode()
    refused = attempt(client, password=PASSWORD)
    assert refused.status_code == 429 and "秒后再试" in refused.content.decode()
    assert not logged_in(client), "the right password does not help any more"
    assert Message.objects.get(to_account=agent).template == "login_alarm"
    for _ in range(3):
        attempt(client)
    assert Message.objects.filter(to_account=agent).count() == 1, "once a day"
    with simulated(now() + timedelta(minutes=6)):
        attempt(client, password=PASSWORD)
        assert logged_in(client)


def test_L1_one_password_on_many_accounts_is_stopped_by_address_and_colleagues_behind_it_still_get_in(agent: Account):
    own = Client()
    attempt(own, password=PASSWORD)
    assert logged_in(own)
    own.post("/accounts/logout/")
    attacker = Client()
    said = [attempt(attacker, f"guess{n}", "Sommer2026").content.decode() for n in range(70)]
    assert sum("秒后再试" in text for text in said) == 10
    stranger = Client()
    attempt(stranger, password=PASSWORD)
    assert not logged_in(stranger), "an unknown browser at that address waits"
    attempt(own, password=PASSWORD)
    assert logged_in(own), "a browser that was here before does not"
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    attempt(elsewhere, password=PASSWORD)
    assert logged_in(elsewhere)


def test_L1_an_attacked_name_does_not_lock_its_own_browser_out_and_successes_are_not_counted(agent: Account):
    own = Client()
    attempt(own, password=PASSWORD)
    attacker = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(8):
        attempt(attacker)
    for _ in range(12):
        own.post("/accounts/logout/")
        attempt(own, password=PASSWORD)
        assert logged_in(own)
    own.post("/accounts/logout/")
    forged = Client(REMOTE_ADDR="203.0.113.9")
    forged.cookies[login.DEVICE] = own.cookies[login.DEVICE].value[:-2] + "__"
    attempt(forged, password=PASSWORD)
    assert not logged_in(forged), "a forged mark is no mark"


def test_L1_a_known_browser_is_limited_too(agent: Account):
    own = Client()
    attempt(own, password=PASSWORD)
    own.post("/accounts/logout/")
    for _ in range(10):
        attempt(own)
    assert "秒后再试" in attempt(own, password=PASSWORD).content.decode()


def test_L2_known_unknown_and_disabled_names_get_the_same_text_statements_and_hash_work(agent: Account, monkeypatch):
    an_account(agent.unit, "gone", password=PASSWORD, is_active=False)
    hashed: list[str] = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: (hashed.append("x"), encode(*args))[1])
    seen, moment = {}, now()
    for name, password in (("an", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD)):
        client, work = Client(), len(hashed)
        with simulated(moment), CaptureQueriesContext(connection) as queries:
            answer = attempt(client, name, password)
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode()).replace(f'value="{name}"', "")
        shape = [re.sub(r"'[^']*'|\d+|\\x[0-9a-f]+", "?", q["sql"])[:60] for q in queries]
        seen[name] = (answer.status_code, text, shape, len(hashed) - work)
    assert seen["an"] == seen["nobody"] == seen["gone"]
    assert seen["an"][3] == 1


def test_L2_the_alarm_is_the_same_statement_for_a_name_that_does_not_exist(agent: Account):
    with simulated(now()):  # the clock's own statement comes or not by chance
        with CaptureQueriesContext(connection) as known:
            login.alarm("an")
        with CaptureQueriesContext(connection) as unknown:
            login.alarm("nobody")
    assert len(known) == len(unknown) == 1
    assert Message.objects.count() == 1


def test_L4_log_in_changes_the_session_id_and_a_planted_one_is_worthless(agent: Account):
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = client.session.session_key
    attempt(client, password=PASSWORD)
    assert logged_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_L4_a_cookie_is_dead_after_log_out_and_after_a_changed_password(agent: Account):
    client, thief = Client(), Client()
    attempt(client, password=PASSWORD)
    thief.cookies = client.cookies.copy()
    assert thief.get("/settings").status_code == 200
    client.post("/accounts/logout/")
    assert thief.get("/settings").status_code in (302, 303)
    attempt(client, password=PASSWORD)
    thief.cookies = client.cookies.copy()
    agent.set_password("Etwas-anderes-18")
    agent.save()
    assert thief.get("/settings").status_code in (302, 303)


def test_L4_a_disabled_account_and_a_taken_role_count_with_the_next_request(agent: Account):
    from xiuhao.kernel.models import Grant

    Grant.objects.create(account=agent, role="agent", unit=agent.unit)
    client = Client()
    attempt(client, password=PASSWORD)
    assert client.get("/settings").wsgi_request.actor.grants == (("agent", agent.unit.path),)
    Grant.objects.all().delete()
    assert client.get("/settings").wsgi_request.actor.grants == ()
    Account.objects.filter(pk=agent.pk).update(is_active=False)
    answer = client.get("/settings")
    assert answer.status_code in (302, 303)
    assert answer.wsgi_request.actor.kind == "anonymous"


def test_L5_forged_headers_are_nobody_and_change_no_address(agent: Account):
    client = Client()
    for _ in range(5):
        attempt(client, HTTP_X_FORWARDED_FOR=f"198.51.100.{_}", HTTP_X_REMOTE_USER="an", HTTP_CF_CONNECTING_IP="198.51.100.1")
    assert "秒后再试" in attempt(client, HTTP_X_FORWARDED_FOR="198.51.100.77").content.decode()
    answer = Client().get("/settings", HTTP_X_REMOTE_USER="an", HTTP_REMOTE_USER="an")
    assert answer.status_code in (302, 303)
    assert Client().get(LOGIN, HTTP_HOST="evil.example").status_code == 400


def test_failures_are_kept_under_keyed_hashes_only(agent: Account):
    attempt(Client(), "13800138000")
    assert Throttle.objects.count() == 3
    assert all(len(bytes(row.key)) == 16 for row in Throttle.objects.all())


def test_a_forgiven_attempt_is_taken_back():
    for _ in range(9):
        throttle.allow("x", 2, 60)
        throttle.forgive("x")
    throttle.forgive("never counted")
    throttle.allow("x", 2, 60)


def test_nobody_signs_up_and_unneeded_pages_of_the_library_are_not_there(client: Client):
    for path in ("signup/", "email/", "password/set/", "password/reset/", "confirm-email/"):
        assert client.get(f"/accounts/{path}").status_code == 404
    assert reverse("account_login") == LOGIN
    assert settings.ACCOUNT_ADAPTER == "xiuhao.kernel.login.Door"
