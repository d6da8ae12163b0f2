"""Registers billing with Django."""

from __future__ import annotations

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """The app `billing`."""

    name = "xiuhao.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"
