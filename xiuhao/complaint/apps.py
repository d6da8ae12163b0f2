"""Registers complaint with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ComplaintConfig(AppConfig):
    """The app `complaint`."""

    name = "xiuhao.complaint"
    label = "complaint"
    default_auto_field = "django.db.models.BigAutoField"
