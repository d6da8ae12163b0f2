"""Registers portal with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The app `portal`."""

    name = "xiuhao.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
