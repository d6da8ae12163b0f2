"""Registers privacy with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """The app `privacy`."""

    name = "xiuhao.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
