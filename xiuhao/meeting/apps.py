"""Registers meeting with Django."""

from __future__ import annotations

from django.apps import AppConfig


class MeetingConfig(AppConfig):
    """The app `meeting`."""

    name = "xiuhao.meeting"
    label = "meeting"
    default_auto_field = "django.db.models.BigAutoField"
