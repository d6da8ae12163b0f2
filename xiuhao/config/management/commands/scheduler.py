"""`scheduler`: fires what is due (clocks, duties)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from xiuhao.config.group import stopped_by_signals


class Command(BaseCommand):
    """Several may run at once; each claims other rows."""

    help = "Fire due clocks and duties"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from xiuhao.kernel import scheduler

        scheduler.run(stopped_by_signals())
