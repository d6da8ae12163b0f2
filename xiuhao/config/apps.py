"""Registers config with Django and, when every model is known, lets the modules declare their processes and pages."""

from __future__ import annotations

import gc

from django.apps import AppConfig

from xiuhao.config.ladder import MODULES


class ConfigConfig(AppConfig):
    """The app `config`: the composition root."""

    name = "xiuhao.config"
    label = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xiuhao.kernel import registry

        registry.load(reversed(MODULES))
        gc.freeze()  # what has been loaded stays: the collector need not walk it again and again
        gc.enable()
