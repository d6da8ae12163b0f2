"""Registers statistics with Django."""

from __future__ import annotations

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """The app `statistics`."""

    name = "xiuhao.statistics"
    label = "statistics"
    default_auto_field = "django.db.models.BigAutoField"
