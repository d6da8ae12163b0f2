"""A provider of QR payments for trying things out: `python -m xiuhao cashier`, then start with the settings that it prints."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from xiuhao.billing.cashier import Cashier


class Command(BaseCommand):
    """xiuhao cashier --port 8500 --secret …; never for real money."""

    help = "Serve a test provider of QR payments on loopback."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8500)
        parser.add_argument("--merchant", default="test")
        parser.add_argument("--secret", default="test")

    def handle(self, *args: Any, **given: Any) -> None:
        with Cashier(given["port"], merchant=given["merchant"], secret=given["secret"]) as served:
            self.stdout.write(f"XIUHAO_PAY_URL={served.url} XIUHAO_PAY_MERCHANT={served.merchant} XIUHAO_PAY_SECRET={served.secret}")
            try:
                served.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("")
