"""What was due and collected in a month, entered by finance: one by one, or as a file, of which all rows are taken or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiuhao.accounts import books, queries
from xiuhao.accounts.models import Receivable
from xiuhao.kernel import sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Evidence, Money, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as later
from xiuhao.ui import book, spreadsheet
from xiuhao.ui.cells import plain

MOST = 5_000  # rows of one file; they are done while the person waits
NEEDS: tuple[Evidence, ...] = (
    Text(key="salesperson", label=later("业务员"), longest=60),
    Text(key="part_no", label=later("料号"), longest=60, required=False),
    Money(key="due", label=later("应收")),
    Money(key="collected", label=later("已收")),
)
EXAMPLE = {"part_no": "PCB-0001", "due": "10000.00", "collected": "8000.00"}
Fault = list[Any]  # row, column, sentence


@dataclass(frozen=True)
class Entered:
    """A row: the salesperson's account, and amounts in the currency."""

    salesperson: int
    part_no: str
    due: Decimal
    collected: Decimal


@dataclass(frozen=True)
class Taken:
    """What became of a file: rows taken, or what is wrong, and the file with the reasons to correct."""

    made: int = 0
    faults: Sequence[Fault] = ()
    errors: bytes = field(default=b"", repr=False)


def save(month: str, rows: Sequence[Entered], actor: Actor) -> None:
    """Enter rows of a month (2026-11); what was entered before for the same person and part number is replaced. Refused
    month_closed (409): a bonus was paid by the rate of a closed month. Four statements."""
    made = [
        Receivable(month=month, entered_at=now(), entered_name=actor.name[:60], salesperson_id=row.salesperson, part_no=row.part_no,
                   due=row.due, collected=row.collected)
        for row in rows
    ]  # fmt: skip
    with transaction.atomic():
        books.open_month(month)
        Receivable.objects.unscoped("who keeps the books enters them").bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["month", "salesperson", "part_no"],
            update_fields=["due", "collected", "entered_at", "entered_name"],
        )


def template(actor: Actor) -> bytes:
    """The sheet to fill in, with the salespeople to choose from."""
    people = [one.name for one in queries.salespeople(actor)]
    heads = [
        book.Head(
            str(need.label), need.required, 16, EXAMPLE.get(need.key, (people or [""])[0]), people if need.key == "salesperson" else ()
        )
        for need in NEEDS
    ]
    notes = (_("红色带 * 的列必填；第二行是例子，请改掉或删除。"), _("同一业务员同一料号只写一行。"))
    return book.template(_("应收与回款"), heads, notes)


def take_in(month: str, data: bytes, actor: Actor) -> Taken:
    """Enter the rows of a file. Raises Refused as `spreadsheet.read`, and sheet_rows (413) for more than `MOST`."""
    known = {plain(str(need.label)): need for need in NEEDS}
    read = spreadsheet.read(data, known)
    if len(read.rows) > MOST:
        raise Refused("sheet_rows", {"rows": len(read.rows), "limit": MOST}, status=413)
    needs = [known.get(plain(header)) for header in read.headers]
    people, rows, faults = _people(actor), dict[tuple[int, str], Entered](), list[Fault]()
    for number, cells in read.rows:
        texts = [cell if isinstance(cell, str) else cell[0] for cell in cells]
        given = {need.key: text.strip() for need, text in zip(needs, texts, strict=False) if need is not None and text.strip()}
        row = _row(number, given, people, faults)
        if row is not None and (row.salesperson, row.part_no) in rows:
            refused = Refused("receivable_twice", {"name": given["salesperson"], "part_no": row.part_no or "—"}, status=422)
            faults.append([number, str(NEEDS[1].label), sentences.say(refused)])
        elif row is not None:
            rows[row.salesperson, row.part_no] = row
    if faults:
        return Taken(faults=faults, errors=_errors(read, faults))
    save(month, list(rows.values()), actor)
    return Taken(len(rows))


def _people(actor: Actor) -> Mapping[str, int]:
    """Log-in and, where it is one person's, name → account."""
    found = list(queries.salespeople(actor))
    names = [one.name for one in found]
    return {one.name: one.pk for one in found if names.count(one.name) == 1} | {one.login: one.pk for one in found}


def _row(number: int, given: Mapping[str, str], people: Mapping[str, int], faults: list[Fault]) -> Entered | None:
    """The row, or its faults noted."""
    before, clean = len(faults), dict[str, Any]()
    for need in NEEDS:
        try:
            if need.key not in given:
                clean[need.key] = need.blank
                if need.required:
                    raise Refused("missing", {"label": need.label}, status=422)
                continue
            clean[need.key] = need.clean(given[need.key])
            if need.key == "salesperson" and clean[need.key] not in people:
                raise Refused("receivable_person", {"name": clean[need.key]}, status=422)
        except Refused as refused:
            faults.append([number, str(need.label), sentences.say(refused)])
    if len(faults) > before:
        return None
    return Entered(people[clean["salesperson"]], clean["part_no"], clean["due"], clean["collected"])


def _errors(read: spreadsheet.Sheet, faults: Sequence[Fault]) -> bytes:
    rows = [(number, [cell if isinstance(cell, str) else cell[0] for cell in cells]) for number, cells in read.rows]
    return book.errors(_("应收与回款"), read.headers, rows, list(faults))
