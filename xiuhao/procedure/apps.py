"""Registers procedure with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProcedureConfig(AppConfig):
    """The app `procedure`."""

    name = "xiuhao.procedure"
    label = "procedure"
    default_auto_field = "django.db.models.BigAutoField"
