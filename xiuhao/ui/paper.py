"""Papers: what is printed of a case, as PDF in A4 or on continuous forms. A module says what stands on it (`Sheet`); one template sets it.

What it says goes to typst as data, never as markup. No font of the machine is needed: a sign that our font lacks is taken from the
machine's where they have it, else printed as its code point, so that a person can write it in. Archivable (PDF/A-2b).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import structlog
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xiuhao.kernel.time import now
from xiuhao.ui import words

ROOT = Path(__file__).resolve().parents[1]  # templates may read below it, and nothing else
FONTS = Path(__file__).with_name("fonts")
TEMPLATE = "ui/papers/sheet.typ"
SIZES = ("a4", "slip")  # slip: a continuous form of 241 × 140 mm
MOST_ROWS = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # no font has them
_UNSEEN = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_log = structlog.get_logger("xiuhao.ui")


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and what it says, in columns."""

    pairs: Sequence[tuple[Any, Any]]
    label: Any = ""
    columns: int = 2
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """A table that goes on over pages with its heads; `right` are the numbers of columns set to the right; `foot` are sums below it."""

    heads: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    label: Any = ""
    right: Sequence[int] = ()
    broad: int = 1
    foot: Sequence[tuple[Any, Any]] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Words:
    """A heading with a text of some lines; `strong` sets it in a frame."""

    text: Any
    label: Any = ""
    strong: bool = False
    kind: str = "words"


@dataclass(frozen=True)
class Signs:
    """Where people sign: (label, picture of the signature as PNG or JPEG, or nothing). `seal` leaves room for the company's seal."""

    places: Sequence[tuple[Any, bytes]]
    seal: bool = True
    kind: str = "signs"


Block = Facts | Table | Words | Signs


@dataclass(frozen=True)
class Sheet:
    """A paper: its title and number, who issues it, what stands on it. `qr` is what its QR code says, `qr_says` the words below it."""

    title: Any
    number: str
    issuer: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    qr: str = ""
    qr_says: Any = ""
    note: Any = ""


def printed(sheet: Sheet, by: str, size: str = "a4") -> bytes:
    """The paper as PDF, with who printed it and when, and page x of y, at the foot of each page."""
    return pdf(TEMPLATE, content(sheet, by, size))


def content(sheet: Sheet, by: str, size: str = "a4") -> dict[str, Any]:
    """What the template is given: texts in the language of the moment."""
    of = _("第 {n} 页，共 {all} 页")
    stamp = _("{who} 打印于 {at}").format(who=by, at=words.moment(now()))
    return {
        **{name: _said(getattr(sheet, name)) for name in ("title", "number", "issuer", "qr_says", "note")},
        "blocks": [{each.name: _said(getattr(block, each.name)) for each in fields(block)} for block in sheet.blocks],
        "qr": qr(sheet.qr) if sheet.qr else "",
        "size": size if size in SIZES else "a4",
        "lang": "en" if (get_language() or "").startswith("en") else "zh",
        "stamp": stamp,
        "page": of,
        "seal": _("盖章处"),
    }


def _said(value: Any) -> Any:
    """Anything as the template reads it: texts, lists, pictures as numbers; dates and amounts as on the screen."""
    if isinstance(value, Mapping):
        return {str(key): _said(each) for key, each in value.items()}
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, list | tuple):
        return [_said(each) for each in value[:MOST_ROWS]]
    if value is None or isinstance(value, bool | int):
        return value
    return _CONTROL.sub("", value if isinstance(value, str) else _plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return words.moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def qr(text: str) -> str:
    """A QR code as SVG, with correction level M."""
    data = BytesIO()
    segno.make(text, error="m", micro=False).save(data, "svg", border=2, omitsize=True, xmldecl=False, nl=False)
    return data.getvalue().decode()


# Setting


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """A template of a module ("ui/papers/sheet.typ") set with these data, which it reads by `json(bytes(sys.inputs.data))`.

    Raises typst.TypstError for a mistake in the template.
    """
    made = _compiled(template, data, "pdf")
    assert isinstance(made, bytes)
    return made


def pictures(template: str, data: Mapping[str, Any], ppi: float = 96) -> list[bytes]:
    """The same page by page as PNG: for looking at."""
    made = _compiled(template, data, "png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _compiled(template: str, data: Mapping[str, Any], form: str, **more: Any) -> Any:
    """Compiled; where no font has a sign (PDF/A refuses that), again with its code point in its place."""
    import typst

    standards = {"pdf_standards": ["a-2b"]} if form == "pdf" else {}
    text = json.dumps(data, ensure_ascii=False)
    for _attempt in range(3):
        try:
            return typst.compile(
                str(ROOT / template), root=str(ROOT), font_paths=_fonts(), format=form, sys_inputs={"data": text}, **standards, **more
            )  # type: ignore[call-overload]
        except typst.TypstError as error:
            lacking = _lacking(text, str(error))
            if not lacking:
                raise
            _log.warning("sign_without_font", signs=[f"U+{ord(sign):04X}" for sign in lacking])
            text = replaced(text, lacking)
    return typst.compile(str(ROOT / template), root=str(ROOT), font_paths=_fonts(), format=form, sys_inputs={"data": text}, **more)  # type: ignore[call-overload]


def replaced(text: str, signs: Iterable[str]) -> str:
    """The text with code points in the place of these signs, as they are written in China: 〔U+20BB7〕."""
    for sign in signs:
        text = text.replace(sign, f"〔U+{ord(sign):04X}〕")
    return text


@cache
def _fonts() -> Any:
    """Our font first; the machine's for what it lacks. Read once a process."""
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _lacking(text: str, error: str) -> set[str]:
    """The signs that the error names as displayed by no font."""
    named = _UNSEEN.search(error)
    shown = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), named[1]) if named else ""
    return {sign for sign in shown if sign in text and ord(sign) > 0x7F}
