"""`dispatcher`: sends what is in the outbox (notices, reactions, live hints)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from xiuhao.config.group import stopped_by_signals


class Command(BaseCommand):
    """Several may run at once; each claims other rows."""

    help = "Dispatch the outbox"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from xiuhao.kernel.dispatcher import run

        run(stopped_by_signals())
