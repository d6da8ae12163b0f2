"""Registers roster with Django."""

from __future__ import annotations

from django.apps import AppConfig


class RosterConfig(AppConfig):
    """The app `roster`."""

    name = "xiuhao.roster"
    label = "roster"
    default_auto_field = "django.db.models.BigAutoField"
