"""Registers product with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProductConfig(AppConfig):
    """The app `product`."""

    name = "xiuhao.product"
    label = "product"
    default_auto_field = "django.db.models.BigAutoField"
