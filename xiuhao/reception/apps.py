"""Registers reception with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    """The app `reception`."""

    name = "xiuhao.reception"
    label = "reception"
    default_auto_field = "django.db.models.BigAutoField"
