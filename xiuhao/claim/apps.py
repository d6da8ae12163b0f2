"""Registers claim with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ClaimConfig(AppConfig):
    """The app `claim`."""

    name = "xiuhao.claim"
    label = "claim"
    default_auto_field = "django.db.models.BigAutoField"
