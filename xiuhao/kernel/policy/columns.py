"""The columns of decision tables: what may stand in them, how it is cleaned, how it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext, ngettext

from xiuhao.kernel import calendars, roles
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

Options = Mapping[str, str]
LEVEL_KINDS: Options = {"warn": _("预警"), "breach": _("超时"), "escalate": _("升级")}
MOST_LEVELS = 8
MOST_LIMIT = 9_999
_WHOLE = re.compile(r"(\d{1,11})\s*(?:s|m|h|d|wd)", re.ASCII)
LONGEST = 300


@dataclass(frozen=True)
class Column:
    """A column of a decision table: of its conditions or of its values.

    `kind`: text, words ({"zh", "en"}), number, flag, choice (of `options`, a mapping or a function that returns one), choices,
    limit ("48h"), calendar, role, roles (in their order), levels (of a clock).
    A condition is a single value, a list of them, or {"min", "max"} of a number.
    """

    key: str
    label: str
    kind: str = "text"
    options: Options | Callable[[], Options] | None = None
    required: bool = True
    unit: str = ""
    help: str = ""

    def choices(self) -> dict[str, str]:
        """What may be chosen: key → label."""
        if self.kind == "calendar":
            return {row.key: calendars.label(row) for row in calendars.rows()}
        if self.kind in ("role", "roles"):
            return {key: str(label) for key, label in roles.GRANTED.items()}
        offered = self.options() if callable(self.options) else self.options or {}
        return {key: str(label) for key, label in offered.items()}

    def clean(self, raw: Any) -> Any:
        """The value as it is kept. Refused(422): not_offered, not_number, not_flag, not_text, limit_range, levels_…"""
        return _CLEAN[self.kind](self, raw)

    def clean_match(self, raw: Any) -> Any:
        """A condition as it is kept: a value, a list of them, or a range of numbers. Refused(422) as `clean`, or range_reversed."""
        if isinstance(raw, Mapping):
            if self.kind != "number" or not raw or set(raw) - {"min", "max"}:
                raise self._bad("not_range")
            found = {bound: self.clean(value) for bound, value in raw.items()}
            if len(found) == 2 and Decimal(str(found["min"])) > Decimal(str(found["max"])):
                raise self._bad("range_reversed")
            return found
        if isinstance(raw, list | tuple):
            if not raw:
                raise self._bad("missing")
            return self.clean(raw[0]) if len(raw) == 1 else [self.clean(item) for item in raw]
        return self.clean(raw)

    def says(self, value: Any) -> str:
        """A value or condition in the words on the screen."""
        if self.kind == "words" and isinstance(value, Mapping):
            return said(value.get("zh", ""), value.get("en", ""))
        if isinstance(value, Mapping):
            low, high = value.get("min"), value.get("max")
            text = f"{low}–{high}" if None not in (low, high) else (f"≥ {low}" if high is None else f"≤ {high}")
            return f"{text} {self.unit}".strip()
        if self.kind == "levels":
            return gettext("；").join(describe_level(level) for level in value)
        if isinstance(value, list | tuple):
            between = " → " if self.kind == "roles" else gettext("、")
            return between.join(self.says(item) for item in value)
        if self.kind == "flag":
            return gettext("是") if value else gettext("否")
        if self.kind == "limit":
            return calendars.limit_text(value)
        if self.kind in ("choice", "choices", "calendar", "role", "roles"):
            return self.choices().get(str(value), str(value))
        return f"{value} {self.unit}".strip()

    def _bad(self, code: str, **params: Any) -> Refused:
        return Refused(code, {"label": self.label, **params}, status=422)


def _text(column: Column, raw: Any) -> str:
    if not isinstance(raw, str):
        raise column._bad("not_text")
    return clean_text(raw, LONGEST, label=column.label)


def _words(column: Column, raw: Any) -> dict[str, str]:
    if not isinstance(raw, Mapping) or set(raw) - {"zh", "en"} or not raw.get("zh"):
        raise column._bad("missing")
    return {key: clean_text(str(value), 1000, lines=True, label=column.label) for key, value in raw.items()}


def _number(column: Column, raw: Any) -> int | str:
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        raise column._bad("not_number") from None
    if isinstance(raw, bool) or not value.is_finite() or abs(value) >= 10**12 or value != round(value, 4):
        raise column._bad("not_number")
    return int(value) if value == value.to_integral_value() else str(value.normalize())


def _flag(column: Column, raw: Any) -> bool:
    found = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}.get(str(raw).lower())
    if found is None:
        raise column._bad("not_flag")
    return found


def _choice(column: Column, raw: Any) -> str:
    if str(raw) not in column.choices():
        raise column._bad("not_offered", value=str(raw)[:40])
    return str(raw)


def _choices(column: Column, raw: Any) -> list[str]:
    return [_choice(column, item) for item in (raw if isinstance(raw, list | tuple) else [raw])]


def _limit(column: Column, raw: Any) -> str:
    found = _WHOLE.fullmatch(str(raw).strip())
    if not found or not 1 <= int(found[1]) <= MOST_LIMIT:
        raise column._bad("limit_range", least=1, most=MOST_LIMIT)
    return calendars.clean_limit(raw)


def _levels(column: Column, raw: Any) -> list[dict[str, Any]]:
    """Levels of a clock: warnings before the end, one breach at it, escalations after it, ascending; keys once each."""
    if not isinstance(raw, list | tuple) or len(raw) > MOST_LEVELS:
        raise column._bad("levels_bad")
    found = [_level(column, item) for item in raw]
    if not found:
        return []
    if len({level["key"] for level in found}) < len(found):
        raise column._bad("level_repeats")
    if sum(level["kind"] == "breach" for level in found) != 1:
        raise column._bad("levels_one_breach")
    places = [1.0 + level["offset"] * 1e-9 if "offset" in level else level["share"] for level in found]
    shares = [level["share"] for level in found if "share" in level]
    if shares != sorted(shares) or len(set(shares)) < len(shares):
        raise column._bad("levels_not_ascending")
    for level, place in zip(found, places, strict=True):
        right = {"warn": place < 1, "breach": place == 1, "escalate": place > 1}[level["kind"]]
        if not right:
            raise column._bad("level_misplaced", level=str(LEVEL_KINDS[level["kind"]]))
    return found


def _level(column: Column, item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping) or set(item) - {"key", "kind", "share", "offset", "to"}:
        raise column._bad("levels_bad")
    key, kind, to = str(item.get("key", "")), str(item.get("kind", "")), str(item.get("to", ""))
    if not key.isidentifier() or len(key) > 20 or kind not in LEVEL_KINDS or to not in roles.LABELS or to == roles.CUSTOMER:
        raise column._bad("levels_bad")
    if ("share" in item) == ("offset" in item):
        raise column._bad("levels_bad")
    try:
        where = {"share": float(item["share"])} if "share" in item else {"offset": int(item["offset"])}
    except (ValueError, TypeError):
        raise column._bad("not_number") from None
    if not 0 < where.get("share", 1) <= 100 or not -(10**8) < where.get("offset", 0) < 10**8:
        raise column._bad("levels_bad")
    return {"key": key, "kind": kind, "to": to, **where}


def describe_level(level: Mapping[str, Any]) -> str:
    """One level in words: 75% 预警 → 经办人."""
    role = roles.LABELS.get(level.get("to", ""), level.get("to", ""))
    kind = LEVEL_KINDS.get(level["kind"], level["kind"])
    if "share" in level:
        return gettext("{share}% {kind} → {role}").format(share=f"{level['share'] * 100:g}", kind=kind, role=role)
    minutes = abs(level["offset"]) // 60
    way = (
        ngettext("到期前 {n} 分钟", "到期前 {n} 分钟", minutes)
        if level["offset"] < 0
        else ngettext("到期后 {n} 分钟", "到期后 {n} 分钟", minutes)
    )
    return f"{way.format(n=minutes)} {kind} → {role}"


_CLEAN: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text, "words": _words, "number": _number, "flag": _flag, "choice": _choice, "choices": _choices, "limit": _limit,
    "calendar": _choice, "role": _choice, "roles": _choices, "levels": _levels,
}  # fmt: skip
