"""`python -m xiuhao erase NUMBER --by WHO --reason WHY`: empty what the journal of a case keeps of persons, for good."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import QuerySet

from xiuhao.kernel import chain, letters
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Content


class Command(BaseCommand):
    """Without a reason it only lists what there is. Each erasure is a line of the journal; `verify` says erased, never broken."""

    help = "Erase texts and personal data from a case's journal, and its sent messages; without --reason only list them"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="of the case")
        parser.add_argument("--reason", default="", help="why: it is written into the journal, so name nobody")
        parser.add_argument("--by", default="", help="who is responsible for it")
        parser.add_argument("--line", type=int, help="only this line of the journal, and no messages")
        parser.add_argument("--key", help="only the contents of this name (contact_phone, text, …), and no messages")

    def handle(self, *args: Any, number: str, reason: str, by: str, line: int | None, key: str | None, **options: Any) -> None:
        case = Case.objects.unscoped("the operator names a case").filter(number=number).first()
        if case is None:
            raise CommandError(f"no case {number}")
        found = _contents(case, line, key)
        if not reason.strip():
            for content in found:
                self.stdout.write(f"line {content.line.seq}  {content.line.verb}  {content.key}")
            self.stdout.write(f"{len(found)} contents. To erase them for good, give --by and --reason.")
            return
        if not by.strip():
            raise CommandError("--by: who is responsible for it?")
        if not found:
            raise CommandError("nothing there to erase")
        with transaction.atomic():
            for content in found:
                chain.erase(content, Actor(kind="system", name=by.strip()[:60]), reason)
            messages = 0 if line or key else letters.forget(case)
        self.stdout.write(
            f"{len(found)} contents and {messages} messages erased. Not touched: the fields of the case itself, its attachments, its "
            "customer, and every backup made before."
        )


def _contents(case: Case, line: int | None, key: str | None) -> QuerySet[Content]:
    """What is not erased yet, the oldest first."""
    rows = Content.objects.filter(case=case, erased_at=None).select_related("line").order_by("line__seq", "key")
    rows = rows if line is None else rows.filter(line__seq=line)
    return rows if key is None else rows.filter(key=key)
