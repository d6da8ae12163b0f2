"""`found`: a company of one's own begins with its head office and its first administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from xiuhao.kernel import invitations, roles
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.sentences import say
from xiuhao.party import actions as party


class Command(BaseCommand):
    """Run again before the administrator has come, it prints a new link; once somebody has, it refuses and changes nothing."""

    help = "Found a company: head office, first administrator, and the link by which they set their password"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--company", default="总部", help="name of the head office")
        parser.add_argument("--login", default="admin", help="log-in of the first administrator")
        parser.add_argument("--name", default="系统管理员", help="their name")
        parser.add_argument("--email", default="", help="their mail address, for a forgotten password")

    def handle(self, *args: Any, company: str, login: str, name: str, email: str, **options: Any) -> None:
        """Print the link, once; it holds seven days."""
        tables()
        try:
            with transaction.atomic():
                token = _again() or _anew(company, login, name, email)
        except Refused as refused:
            raise CommandError(say(refused, "en")) from None
        self.stdout.write(f"Open this link within seven days to set the password; it works once:\n\n  {invitations.address(token)}\n")


def tables(begin: Callable[[], object] = lambda: None) -> None:
    """Make the tables that are still missing; `begin` is called before, if any are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        begin()
        call_command("migrate", verbosity=0)


def nobody_yet() -> bool:
    """Whether there is no account, or only that of an administrator who was invited and has not come."""
    found = list(Account.objects.all()[:2])
    return len(found) < 2 and not any(account.has_usable_password() for account in found)


def _again() -> str:
    """A new link for the administrator who was invited and has not come; "" where nobody was. CommandError where somebody works."""
    if not nobody_yet():
        raise CommandError("Somebody works here already: people are added on the page 员工 (staff) by an administrator.")
    waited_for = Account.objects.first()
    return party.invite(SYSTEM, waited_for) if waited_for else ""


def _anew(company: str, login: str, name: str, email: str) -> str:
    head = Unit.objects.filter(parent=None).first() or party.create_unit(SYSTEM, name=company, kind="head")
    return party.hire(SYSTEM, login=login, name=name, unit=head, email=email, posts=((roles.ADMIN, head),)).token
