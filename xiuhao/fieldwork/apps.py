"""Registers fieldwork with Django."""

from __future__ import annotations

from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    """The app `fieldwork`."""

    name = "xiuhao.fieldwork"
    label = "fieldwork"
    default_auto_field = "django.db.models.BigAutoField"
