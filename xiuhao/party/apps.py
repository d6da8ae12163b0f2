"""Registers party with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartyConfig(AppConfig):
    """The app `party`."""

    name = "xiuhao.party"
    label = "party"
    default_auto_field = "django.db.models.BigAutoField"
