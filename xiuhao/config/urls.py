"""All addresses: each module of the ladder has its own, the rest is the operator's and the log-in's."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from xiuhao.config import failures, health
from xiuhao.config.ladder import MODULES
from xiuhao.ui import errors

handler400, handler403, handler404 = errors.bad_request, errors.forbidden, errors.not_found
handler500 = failures.server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.shallow, name="healthz"),
    path("healthz/deep", health.deep, name="healthz_deep"),
    path("metrics", health.scrape, name="metrics"),
    # From the bottom of the ladder up: what is asked most, the API and the cases, is looked for first.
    *[path("", include(f"xiuhao.{module}.urls")) for module in reversed(MODULES) if find_spec(f"xiuhao.{module}.urls")],
    path("", include("xiuhao.config.account_urls")),
    path("language/", include("django.conf.urls.i18n")),
]
