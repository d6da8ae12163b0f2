"""Logging in through the company's identity provider, by allauth; ours is who gets in: staff that are known here, nobody else.

An identity is tied to an account once: by the provider's verified e-mail address or log-in name (OpenID Connect, which the company
runs itself), or by its owner, logged in, from the settings (DingTalk and Feishu, where people choose their address themselves).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xiuhao.kernel import sentences
from xiuhao.kernel.login import plain
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused

OIDC = "openid_connect"
_log = structlog.get_logger(__name__)


class Enterprise(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth tells no types
    """The door for identities from elsewhere."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody; accounts come from invitations."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider has vouched for somebody: let them in as the member of staff that they are, or say why not."""
        try:
            check_tenant(sociallogin)
            if sociallogin.state.get("process") == "connect" and request.user.is_authenticated:
                return
            if sociallogin.is_existing:
                _active(sociallogin.user)
                return
            sociallogin.connect(request, known(sociallogin))
        except Refused as refused:
            raise ImmediateHttpResponse(_refusal(request, refused, sociallogin.account.provider)) from refused

    def on_authentication_error(self, request: HttpRequest, provider: Any, error: Any = None, **more: Any) -> None:
        """No state, one that was used, another's, a provider that says no: always the same sentence; the log says which."""
        said = str(more.get("exception") or "")[:200]
        _log.warning("enterprise_login_failed", provider=getattr(provider, "id", ""), error=str(error), why=said)
        raise ImmediateHttpResponse(_refusal(request, Refused("enterprise_failed", status=403), getattr(provider, "id", "")))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """After an identity was tied to one's own account."""
        return "/settings"


def _refusal(request: HttpRequest, refused: Refused, provider: str) -> HttpResponse:
    _log.info("enterprise_login_refused", provider=provider, code=refused.code)
    return render(request, "account/enterprise_refused.html", {"sentence": sentences.say(refused)}, status=refused.status)


def claims(sociallogin: Any) -> Mapping[str, Any]:
    """What the provider said: of OpenID Connect the signed token before the user info."""
    data: Mapping[str, Any] = sociallogin.account.extra_data or {}
    return {**data.get("userinfo", {}), **data.get("id_token", {})} if "id_token" in data or "userinfo" in data else data


def check_tenant(sociallogin: Any) -> None:
    """Refused other_company (403) where the identity belongs to another company of a shared provider."""
    said, rules = claims(sociallogin), _rules()
    wanted = f"tenant_key={rules['feishu_tenant']}" if sociallogin.account.provider == "feishu" and rules["feishu_tenant"] else ""
    if sociallogin.account.provider not in ("feishu", "dingtalk"):
        wanted = rules["tenant"]
    name, _sign, value = wanted.partition("=")
    if wanted and str(said.get(name, "")) != value:
        raise Refused("other_company", status=403)


def known(sociallogin: Any) -> Account:
    """The one active member of staff whom the provider means. Raises Refused not_staff (403)."""
    if sociallogin.account.provider in ("feishu", "dingtalk"):
        raise Refused("not_tied", status=403)
    said = claims(sociallogin)
    if _rules()["match"] == "login":
        rows = Account.objects.filter(login=plain(str(said.get("preferred_username") or "\0")))
    elif said.get("email") and said.get("email_verified") is True:
        rows = Account.objects.filter(email__iexact=str(said["email"]))
    else:
        rows = Account.objects.none()
    found = list(rows[:2])
    if len(found) != 1:
        raise Refused("not_staff", status=403)
    return _active(found[0])


def _rules() -> Mapping[str, str]:
    rules: Mapping[str, str] = getattr(settings, "XIUHAO_ENTERPRISE")  # noqa: B009  # the stubs know Django's own alone
    return rules


def _active(account: Account) -> Account:
    if not account.is_active or account.kind != "staff":
        raise Refused("not_staff", status=403)
    return account
