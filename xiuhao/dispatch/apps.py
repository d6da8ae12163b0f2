"""Registers dispatch with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """The app `dispatch`."""

    name = "xiuhao.dispatch"
    label = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"
