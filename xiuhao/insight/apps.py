"""Registers insight with Django."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """The app `insight`."""

    name = "xiuhao.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"
