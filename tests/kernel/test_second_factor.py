"""The second factor: sealed at rest, each code once, and no way around it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client

from tests.kernel.lines import a_unit, an_account
from xiuhao.kernel.models import Account

pytestmark = pytest.mark.django_db
PASSWORD = "Fest-und-treu-17"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HERE = "/accounts/two-factor/authenticate/"


@pytest.fixture
def lead() -> Iterator[Account]:
    """A moment within one window of half a minute: between a code and its use no other begins."""
    cache.clear()
    account = an_account(a_unit(), "lea", password=PASSWORD)
    auth.TOTP.activate(account, SECRET)
    with time_machine.travel(time.time() // 30 * 30 + 10, tick=False):
        yield account


def code(step: int = 0) -> str:
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(SECRET, counter + step))


def half_way() -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "lea", "password": PASSWORD})
    assert answer["Location"].startswith(HERE)
    return client


def inside(client: Client) -> bool:
    return client.get("/accounts/sessions/").status_code == 200


def test_L3_the_second_step_cannot_be_skipped_and_a_code_works_once(lead: Account):
    client = half_way()
    assert not inside(client)
    before = client.session.session_key
    used = code()
    client.post(HERE, {"code": used})
    assert inside(client)
    assert client.session.session_key != before, "a new session id after the second factor too"
    replay = half_way()
    replay.post(HERE, {"code": used})
    assert not inside(replay)


def test_L3_a_code_from_two_windows_away_and_a_guessed_one_are_refused(lead: Account):
    for wrong in (code(2), code(-2), "000000", ""):
        client = half_way()
        client.post(HERE, {"code": wrong})
        assert not inside(client)


def test_L3_guessing_the_second_factor_is_stopped_after_ten(lead: Account):
    client = half_way()
    for _ in range(10):
        client.post(HERE, {"code": "000000"})
    client.post(HERE, {"code": code()})
    assert not inside(client)


def test_L3_a_recovery_code_works_once(lead: Account):
    codes = RecoveryCodes.activate(lead).get_unused_codes()
    first = half_way()
    first.post(HERE, {"code": codes[0]})
    assert inside(first)
    second = half_way()
    second.post(HERE, {"code": codes[0]})
    assert not inside(second)
    second.post(HERE, {"code": codes[1]})
    assert inside(second)


def test_secrets_are_sealed_in_the_database(lead: Account):
    RecoveryCodes.activate(lead)
    kept = str(list(Authenticator.objects.filter(user=lead).values_list("data", flat=True)))
    assert SECRET not in kept
    assert all(code not in kept for code in RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes())


@pytest.mark.parametrize(
    "path",
    ["two-factor/", "two-factor/totp/activate/", "two-factor/webauthn/add/", "two-factor/webauthn/", "sessions/", "password/"],
)
def test_the_pages_of_ones_own_security_are_there_in_both_languages_and_ask_for_a_log_in(path: str):
    an_account(a_unit(), "lea", password=PASSWORD)
    client = Client()
    assert client.get(f"/accounts/{path}").status_code == 302
    client.post("/accounts/login/", {"login": "lea", "password": PASSWORD})
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        answer = client.get(f"/accounts/{path}", follow=True)
        assert answer.status_code == 200
        assert f'lang="{language}"' in answer.content.decode()
