"""Registers ticket with Django."""

from __future__ import annotations

from django.apps import AppConfig


class TicketConfig(AppConfig):
    """The app `ticket`."""

    name = "xiuhao.ticket"
    label = "ticket"
    default_auto_field = "django.db.models.BigAutoField"
