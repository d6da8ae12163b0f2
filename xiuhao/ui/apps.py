"""Registers ui with Django."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The app `ui`."""

    name = "xiuhao.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
