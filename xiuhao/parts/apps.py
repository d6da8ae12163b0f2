"""Registers parts with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartsConfig(AppConfig):
    """The app `parts`."""

    name = "xiuhao.parts"
    label = "parts"
    default_auto_field = "django.db.models.BigAutoField"
