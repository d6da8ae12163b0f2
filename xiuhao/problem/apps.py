"""Registers problem with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProblemConfig(AppConfig):
    """The app `problem`."""

    name = "xiuhao.problem"
    label = "problem"
    default_auto_field = "django.db.models.BigAutoField"
