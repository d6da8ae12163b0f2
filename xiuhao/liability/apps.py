"""Registers liability with Django."""

from __future__ import annotations

from django.apps import AppConfig


class LiabilityConfig(AppConfig):
    """The app `liability`."""

    name = "xiuhao.liability"
    label = "liability"
    default_auto_field = "django.db.models.BigAutoField"
