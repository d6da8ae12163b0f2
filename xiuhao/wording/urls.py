"""Where a text is checked while it is typed."""

from __future__ import annotations

from django.urls import path

from xiuhao.wording import pages

app_name = "wording"
urlpatterns = [path("wording/check", pages.check, name="check")]
