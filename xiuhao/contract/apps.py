"""Registers contract with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ContractConfig(AppConfig):
    """The app `contract`."""

    name = "xiuhao.contract"
    label = "contract"
    default_auto_field = "django.db.models.BigAutoField"
