"""The addresses of logging in: of allauth's what staff need, and our own around it."""

from __future__ import annotations

from allauth.account import views
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from xiuhao.config import accounts


def offered(name: str) -> bool:
    """True if the environment gave this provider a client."""
    return name in getattr(settings, "SOCIALACCOUNT_PROVIDERS", {})


urlpatterns = [
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/", accounts.password, name="account_change_password"),
    path("accounts/two-factor/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    *[path("accounts/", include(f"allauth.socialaccount.providers.{name}.urls")) for name in ("dingtalk", "feishu") if offered(name)],
    path("accounts/elsewhere/cancelled/", RedirectView.as_view(pattern_name="account_login"), name="socialaccount_login_cancelled"),
    path("accounts/forgotten/", accounts.forgotten, name="forgotten"),
    path("accounts/forgotten/sent/", accounts.forgotten_sent, name="forgotten_sent"),
    path("welcome/<str:token>", accounts.welcome, name="welcome"),
]
