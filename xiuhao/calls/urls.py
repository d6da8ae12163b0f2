"""Addresses of calls: what telephone systems report to, the pop and the script of an agent, figures, the script's editor."""

from __future__ import annotations

from django.urls import path

from xiuhao.calls import telephony

app_name = "calls"
urlpatterns = [path("telephony/events", telephony.events, name="events")]
