"""Django for programs: what asks by a token has neither session nor cookie, form nor frame, and passes none of the middleware for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch

FOLDER = "/api/v1/"
FOR_PEOPLE = frozenset(
    {
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "xiuhao.kernel.accounts.ActorMiddleware",
        "xiuhao.config.middleware.OwnLanguage",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "allauth.usersessions.middleware.UserSessionsMiddleware",
    }
)


class Programs(WSGIHandler):
    """The same views behind less; what an address without a variable part leads to is looked up once."""

    def __init__(self) -> None:
        super().__init__()
        self.fixed: dict[str, ResolverMatch] = {}  # no more of them than routes

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Which view answers. Raises Resolver404."""
        found = self.fixed.get(request.path_info)
        if found is None:
            found = super().resolve_request(request)
            if not found.args and not found.kwargs:
                self.fixed[request.path_info] = found
        request.resolver_match = found
        return found

    def load_middleware(self, is_async: bool = False) -> None:
        """All of the settings' but what is for people. While the server starts, when nobody else reads the settings."""
        whole = settings.MIDDLEWARE
        settings.MIDDLEWARE = [each for each in whole if each not in FOR_PEOPLE]
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = whole


def by_path(pages: Callable[..., Any], programs: Callable[..., Any]) -> Callable[[dict[str, Any], Callable[..., Any]], Any]:
    """A WSGI application: `programs` answers below `FOLDER`, `pages` everything else."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        return (programs if environ["PATH_INFO"].startswith(FOLDER) else pages)(environ, start)

    return answer
