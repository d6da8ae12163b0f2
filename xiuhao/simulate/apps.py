"""Registers simulate with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SimulateConfig(AppConfig):
    """The app `simulate`."""

    name = "xiuhao.simulate"
    label = "simulate"
    default_auto_field = "django.db.models.BigAutoField"
