"""Registers config with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The app `config`."""

    name = "xiuhao.config"
    label = "config"
    default_auto_field = "django.db.models.BigAutoField"
