"""`python -m xiuhao seed`: enter what ships with the product and is not there yet; what somebody edited stays."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand

from xiuhao.kernel import calendars, policy

CATALOGUES = (("xiuhao.party.actions", "load_skills"), ("xiuhao.product.actions", "load_catalogue"))


class Command(BaseCommand):
    """Calendars, holiday tables, policies, then each module's reference data; doing it twice changes nothing."""

    help = "Enter calendars, holidays, policies and reference data that ship with the product."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        made = {"calendars": calendars.load_seeds(), "policies": policy.load_seeds()}
        for module, name in CATALOGUES:
            made[name.removeprefix("load_")] = getattr(import_module(module), name)()
        if options["verbosity"]:
            self.stdout.write(", ".join(f"{name}: {count}" for name, count in made.items()))
