"""Registers migration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MigrationConfig(AppConfig):
    """The app `migration`."""

    name = "xiuhao.migration"
    label = "migration"
    default_auto_field = "django.db.models.BigAutoField"
