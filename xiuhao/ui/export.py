"""A list as an Excel file: the columns on the screen, masked as on the screen, no cell that a spreadsheet would compute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

import structlog
from django.http import FileResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.time import local, now
from xiuhao.ui.sheets import Sheets

_log = structlog.get_logger("xiuhao.ui")

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write(
    target: IO[bytes], label: str, columns: Sequence[Column], rows: Iterable[Any], actor: Actor, states: Mapping[str, str] | None = None
) -> int:
    """Write an .xlsx with one line a row (of cases with the names of their `states`), who exported it and when told in it; how many rows.
    Holds one row at a time."""
    wide = frozenset(place for place, column in enumerate(columns) if column.kind == "long")
    made = Sheets(target, label, [str(column.label) for column in columns], actor, wide)
    for row in rows:
        made.row([_shown(column, column.cell(row), states or {}) for column in columns])
    return made.close()


def _shown(column: Column, value: Any, states: Mapping[str, str]) -> Decimal | str:
    return value if column.kind == "num" and isinstance(value, Decimal) else cell(column, value, states)


class Column(Protocol):
    """What a column of a list, of cases or not, tells of a row."""

    @property
    def label(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def cell(self) -> Callable[[Any], Any]: ...


def answer(key: str, write: Callable[[IO[bytes]], object]) -> FileResponse:
    """A workbook that is written now, as a download."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name(key), content_type=EXCEL, headers={"Cache-Control": "no-store"})


def name(key: str) -> str:
    """What a file made now is called."""
    return f"{key}-{local(now()):%Y%m%d-%H%M}.xlsx"


def note(actor: Actor, key: str, filters: Iterable[str], rows: int) -> None:
    """Keep that a list was taken: who, how many rows, by which filters (which, not what was sought: that may be personal)."""
    reason = " ".join((_("导出 {rows} 行").format(rows=rows), *sorted(filters)))
    Reveal.objects.create(at=now(), reason=reason[:200], actor_id=actor.account, actor_name=actor.name, subject=f"export:{key}"[:60])
    _log.info("export", process=key, rows=rows)


def cell(column: Column, value: Any, states: Mapping[str, str]) -> str:
    """What stands in a cell as plain text."""
    if column.kind == "state":
        return states[value]
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return strip_tags(text) if "<" in text else text
