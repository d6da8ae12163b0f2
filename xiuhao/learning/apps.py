"""Registers learning with Django."""

from __future__ import annotations

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """The app `learning`."""

    name = "xiuhao.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"
