"""`web`: the web server alone."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xiuhao.config import fresh, group, postgres
from xiuhao.config.environment import environment


class Command(BaseCommand):
    """Becomes the web server; its settings are the environment's."""

    help = "Run the web server (pages, API, live updates)"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            group.refuse_taken_port(environment.host, environment.port)
        except postgres.Trouble as trouble:
            raise CommandError(str(trouble)) from None
        fresh.compile_catalogues()
        fresh.collect_static()
        os.environ["XIUHAO_HASHED_STATIC"] = "1"
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(group.metrics_folder(environment)))
        words = group.web(environment)
        os.execv(words[0], words)  # noqa: S606
