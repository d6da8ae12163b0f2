"""`machine`: another system (telephone, shop) gets an account of its own and a token, which is printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from xiuhao.kernel import accounts, registry, roles
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Unit
from xiuhao.party import actions as party


class Command(BaseCommand):
    """Run again with the same log-in it gives a further token, so that one can be changed without a gap; nobody can log in with it."""

    help = "Make an account for another system (a telephone system, a shop) and print its token, once"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("login", help="log-in name of the account, for instance pbx")
        parser.add_argument("--name", default="", help="what the timeline calls it")
        parser.add_argument("--unit", default="", help="name of its unit; the head office without")
        parser.add_argument("--role", default=roles.AGENT, choices=sorted(roles.GRANTED), help="its post at that unit")
        parser.add_argument("--verbs", nargs="*", default=[], help="what the token may do, as process.verb; all that the post may without")

    def handle(self, *args: Any, login: str, name: str, unit: str, role: str, verbs: list[str], **options: Any) -> None:
        """Print the token. CommandError where the unit or a verb is unknown or the log-in is a person's."""
        known = {f"{process.key}.{verb.key}" for process in registry.processes() for verb in process.transitions}
        if strange := sorted(set(verbs) - known):
            raise CommandError(f"No such verb: {', '.join(strange)}. The verbs stand in docs/reference/processes.md.")
        place = Unit.objects.filter(**({"name": unit} if unit else {"parent": None})).first()
        if place is None:
            raise CommandError(f"No unit is called {unit}." if unit else "There is no head office yet: run `found` first.")
        with transaction.atomic():
            account = Account.objects.filter(login=login).first()
            if account is not None and account.kind != "api":
                raise CommandError(f"{login} is a person's log-in. Choose another name.")
            if account is None:
                account = Account.objects.create_user(login, None, name=name or login, unit=place, kind="api")
                party.grant(SYSTEM, account, role, place)
            _row, token = accounts.issue_token(account, name or login, verbs=verbs)
        self.stdout.write(token)
