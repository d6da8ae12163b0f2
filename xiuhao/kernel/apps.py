"""Registers kernel with Django."""

from __future__ import annotations

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The app `kernel`."""

    name = "xiuhao.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
