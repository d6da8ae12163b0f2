"""Registers registration with Django."""

from __future__ import annotations

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """The app `registration`."""

    name = "xiuhao.registration"
    label = "registration"
    default_auto_field = "django.db.models.BigAutoField"
