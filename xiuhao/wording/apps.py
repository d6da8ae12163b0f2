"""Registers wording with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WordingConfig(AppConfig):
    """The app `wording`."""

    name = "xiuhao.wording"
    label = "wording"
    default_auto_field = "django.db.models.BigAutoField"
