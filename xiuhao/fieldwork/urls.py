"""The addresses of work on site: those of the engineer's app."""

from __future__ import annotations

from xiuhao.fieldwork.app.urls import urlpatterns as urlpatterns

app_name = "fieldwork"
