"""Links that set a password: once, in time, the newest only, and always of our own address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.kernel.lines import a_unit, an_account
from xiuhao.kernel import channels, invitations
from xiuhao.kernel.models import Account, Invitation
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db
NEW = {"new_password1": "Ganz-neu-und-lang-9", "new_password2": "Ganz-neu-und-lang-9"}


@pytest.fixture
def agent() -> Account:
    return an_account(a_unit(), "an", email="an@example.com")


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    """As if a mail server were configured."""
    settings.XIUHAO_CHANNELS = {**settings.XIUHAO_CHANNELS, "email": "xiuhao.kernel.channels.Mail"}


def holds(token: str) -> bool:
    try:
        return bool(invitations.holder(token))
    except Refused as refused:
        assert (refused.code, refused.status) == ("invitation_invalid", 404)
        return False


def test_an_invitation_sets_the_first_password_once(agent: Account, client: Client):
    token = invitations.invite(agent, None)
    assert token.partition("-")[2].encode() not in bytes(Invitation.objects.get(account=agent).digest)
    page = client.get(f"/welcome/{token}")
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    weak = client.post(f"/welcome/{token}", {"new_password1": "12345678", "new_password2": "12345678"})
    assert weak.status_code == 200
    assert "wrong" in weak.content.decode()
    assert client.post(f"/welcome/{token}", NEW)["Location"] == "/accounts/login/"
    agent.refresh_from_db()
    assert agent.check_password(NEW["new_password1"])
    again = client.post(f"/welcome/{token}", {"new_password1": "Noch-ein-anderes-7", "new_password2": "Noch-ein-anderes-7"})
    assert again.status_code == 404
    assert "邀请" in again.content.decode()


def test_V9_a_link_ends_with_time_a_newer_one_a_changed_address_and_a_disabled_account(agent: Account):
    first = invitations.invite(agent, None)
    second = invitations.invite(agent, None)
    assert [holds(first), holds(second)] == [False, True]
    with simulated(now() + invitations.INVITED + timedelta(seconds=1)):
        assert not holds(second)
    Account.objects.filter(pk=agent.pk).update(is_active=False)
    assert not holds(second)
    Account.objects.filter(pk=agent.pk).update(is_active=True, email="new@example.com")
    assert not holds(second)
    for wrong in ("", "-", "x", f"{agent.pk}-", f"{agent.pk}-wrong", f"{agent.pk + 1}-{second.partition('-')[2]}", "9" * 30 + "-x", "²-x"):
        assert not holds(wrong)


def test_L6_a_forgotten_password_link_works_once_the_newest_only_and_not_after_a_change_of_address(agent: Account, client, mailing):
    for _ in range(2):
        assert invitations.forgot(" AN@example.com ") == 1
    links = [re.search(r"(http\S+)", str(message.body))[1] for message in mail.outbox]
    first, second = (link.rpartition("/")[2] for link in links)
    assert not holds(first)
    assert client.post(f"/welcome/{second}", NEW).status_code == 302
    assert client.post(f"/welcome/{second}", NEW).status_code == 404, "used"
    invitations.forgot("an")
    third = str(mail.outbox[-1].body).split("/welcome/")[1].split()[0]
    Account.objects.filter(pk=agent.pk).update(email="moved@example.com")
    assert client.get(f"/welcome/{third}").status_code == 404
    with simulated(now() + timedelta(hours=2)):
        Account.objects.filter(pk=agent.pk).update(email="an@example.com")
        assert client.get(f"/welcome/{third}").status_code == 404, "expired"


def test_L5_the_link_is_of_the_configured_address_whatever_the_host(agent: Account, settings, mailing):
    settings.ALLOWED_HOSTS = ["*"]
    Client(HTTP_HOST="evil.example").post("/accounts/forgotten/", {"who": "an"})
    invitations.forgot("an")
    assert settings.BASE_URL + "/welcome/" in str(mail.outbox[0].body)
    assert "evil" not in str(mail.outbox[0].message())


def test_L2_asking_for_a_link_is_the_same_answer_and_work_for_everybody(agent: Account, mailing):
    seen, moment = [], now()
    for who in ("an", "nobody", "an@example.com"):
        with simulated(moment), CaptureQueriesContext(connection) as queries:
            answer = Client().post("/accounts/forgotten/", {"who": who})
        seen.append((answer.status_code, answer["Location"], [q["sql"][:40] for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert seen[0] == seen[1] == seen[2]
    assert mail.outbox == [], "the mail goes out later, by a job"


def test_a_flood_of_requests_for_one_name_is_refused(agent: Account, mailing):
    answers = [Client(REMOTE_ADDR=f"198.51.100.{n}").post("/accounts/forgotten/", {"who": "AN "}).status_code for n in range(5)]
    assert answers == [302, 302, 302, 429, 429]


def test_without_a_mail_server_the_page_says_whom_to_ask(agent: Account, client: Client):
    assert isinstance(channels.channel("email"), channels.Kept)
    assert "管理员" in client.get("/accounts/forgotten/").content.decode()
    assert invitations.forgot("an") == 0
    assert not Invitation.objects.filter(account=agent).exists()


def test_who_logs_in_by_the_company_account_is_told_that_there_is_no_password_here(agent: Account) -> None:
    with_one, without = Client(), Client()
    agent.set_password("Ganz-alt-und-lang-8")
    agent.save()
    with_one.force_login(agent)
    other = an_account(agent.unit, "by_company")
    other.set_unusable_password()
    other.save()
    without.force_login(other)
    assert 'name="oldpassword"' in with_one.get("/accounts/password/").text
    said = without.get("/accounts/password/")
    assert said.status_code == 200
    assert "企业账号" in said.text
    assert without.post("/accounts/password/", NEW).status_code == 200
    other.refresh_from_db()
    assert not other.has_usable_password()
