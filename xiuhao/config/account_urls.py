"""The addresses of logging in: of allauth's what staff need, and our own around it."""

from __future__ import annotations

from allauth.account import views
from django.urls import include, path

from xiuhao.config import accounts

urlpatterns = [
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/", views.password_change, name="account_change_password"),
    path("accounts/two-factor/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/forgotten/", accounts.forgotten, name="forgotten"),
    path("accounts/forgotten/sent/", accounts.forgotten_sent, name="forgotten_sent"),
    path("welcome/<str:token>", accounts.welcome, name="welcome"),
]
