"""Logging in through the company's identity provider: a real issuer on loopback, the whole code flow, and everybody who must not get in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal import auth
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client

from tests.kernel.issuer import CLIENT, SECRET, Issuer, issuer
from tests.kernel.lines import a_unit, an_account
from xiuhao.config import enterprise
from xiuhao.config.environment import Environment
from xiuhao.kernel.models import Account

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/company/login/"
LEA = {"sub": "u-1", "email": "lea@example.com", "email_verified": True, "preferred_username": "lea", "tid": "ours"}


@pytest.fixture
def there(settings: object) -> Iterator[Issuer]:
    with issuer() as server:
        given = Environment(oidc_issuer=server.url, oidc_client=CLIENT, oidc_secret=SECRET, oidc_tenant="tid=ours")  # type: ignore[call-arg]
        for name, value in enterprise.settings(given).items():
            setattr(settings, name, value)
        server.person = dict(LEA)
        yield server


@pytest.fixture
def lea() -> Account:
    return an_account(a_unit(), "lea", email="Lea@example.com")


def back(client: Client, there: Issuer) -> str:
    """The address with which the issuer sends the browser back to us."""
    sent = client.get(LOGIN)
    assert sent.status_code == 302 and sent["Location"].startswith(there.url)
    parts = urlsplit(there.approve(sent["Location"]))
    return f"{parts.path}?{parts.query}"


def inside(client: Client) -> bool:
    return client.get("/accounts/sessions/").status_code == 200


def refused(answer: HttpResponse, word: str) -> bool:
    return answer.status_code == 403 and word in answer.content.decode()


def test_who_is_known_here_gets_in_and_is_known_by_the_subject_from_then_on(there: Issuer, lea: Account) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert f'href="{LOGIN}' in page and "用 企业账号 登录" in page
    first, again = Client(), Client()
    assert first.get(back(first, there))["Location"] == "/" and inside(first)
    there.person = {**LEA, "email": "married@example.com"}  # the address changed; the subject did not
    again.get(back(again, there))
    assert inside(again) and SocialAccount.objects.get().user_id == lea.pk


def test_L7_a_state_that_is_missing_used_or_another_browsers_lets_nobody_in(there: Issuer, lea: Account) -> None:
    client, stranger = Client(), Client()
    url = back(client, there)
    assert refused(stranger.get(url), "没有完成") and not inside(stranger)  # handed to another browser
    assert refused(client.get(url.partition("&state=")[0]), "没有完成") and not inside(client)
    assert client.get(url).status_code == 302 and inside(client)
    client.post("/accounts/logout/")
    assert refused(client.get(url), "没有完成") and not inside(client)  # played again
    code = back(client, there).partition("&state=")[2]
    assert refused(client.get(f"{LOGIN}callback/?code=guessed&state={code}"), "没有完成") and not inside(client)


def test_L7_an_identity_of_another_company_or_of_nobody_is_refused(there: Issuer, lea: Account) -> None:
    gone = an_account(lea.unit, "gone", email="gone@example.com", is_active=False)
    people = Account.objects.count()
    for person, word in (
        ({**LEA, "tid": "theirs"}, "别的公司"),
        ({name: value for name, value in LEA.items() if name != "tid"}, "别的公司"),
        ({**LEA, "email": "unknown@example.com"}, "没有对应的员工"),
        ({**LEA, "email_verified": False}, "没有对应的员工"),
        ({**LEA, "email_verified": "true"}, "没有对应的员工"),
        ({**LEA, "sub": "u-2", "email": gone.email}, "没有对应的员工"),
        ({**LEA, "aud": "another client"}, "没有完成"),
        ({**LEA, "iss": "https://elsewhere.example"}, "没有完成"),
    ):
        client = Client()
        there.person = person
        assert refused(client.get(back(client, there)), word), person
        assert not inside(client) and not SocialAccount.objects.exists() and Account.objects.count() == people


def test_L7_who_has_left_stays_out_though_their_identity_is_tied(there: Issuer, lea: Account) -> None:
    client = Client()
    client.get(back(client, there))
    Account.objects.filter(pk=lea.pk).update(is_active=False)
    later = Client()
    assert refused(later.get(back(later, there)), "没有对应的员工") and not inside(later) and not inside(client)


def test_L3_the_second_factor_is_asked_for_after_the_provider_too(there: Issuer, lea: Account) -> None:
    auth.TOTP.activate(lea, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    answer = client.get(back(client, there))
    assert answer["Location"].startswith("/accounts/two-factor/authenticate/") and not inside(client)


def test_without_a_client_nothing_is_offered() -> None:
    assert "企业账号" not in Client().get("/accounts/login/").content.decode()
    assert Client().get(LOGIN).status_code == 404
