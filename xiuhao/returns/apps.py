"""Registers returns with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """The app `returns`."""

    name = "xiuhao.returns"
    label = "returns"
    default_auto_field = "django.db.models.BigAutoField"
