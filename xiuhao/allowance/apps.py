"""Registers allowance with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AllowanceConfig(AppConfig):
    """The app `allowance`."""

    name = "xiuhao.allowance"
    label = "allowance"
    default_auto_field = "django.db.models.BigAutoField"
