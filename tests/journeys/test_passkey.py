"""A passkey, added and used in a real browser with an authenticator of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.kernel.lines import a_unit, an_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Fest-und-treu-17"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
}  # fmt: skip


def test_a_passkey_is_added_and_logs_in_without_a_password(page: Page, live_server: LiveServer):
    an_account(a_unit(), "lea", password=PASSWORD, name="林晓")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    here = live_server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to an address
    page.goto(f"{here}/accounts/login/?next=/accounts/two-factor/webauthn/add/")
    page.fill("[name=login]", "lea")
    page.fill("[name=password]", PASSWORD)
    page.click("button.main-act")
    page.fill("[name=password]", PASSWORD)  # asked again: it is about the account's safety
    page.click("button.main-act")
    page.fill("[name=name]", "办公电脑")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    page.goto(f"{here}/accounts/two-factor/webauthn/")
    assert "办公电脑" in page.inner_text("table")
    page.context.clear_cookies()
    page.goto(f"{here}/accounts/login/?next=/accounts/sessions/")
    page.click("#passkey_login")
    page.wait_for_selector("table")
    assert "本机" in page.inner_text("table")
