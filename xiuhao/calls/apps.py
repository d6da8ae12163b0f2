"""Registers calls with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """The app `calls`."""

    name = "xiuhao.calls"
    label = "calls"
    default_auto_field = "django.db.models.BigAutoField"
