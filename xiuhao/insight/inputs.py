"""The inputs of a row's dialog, made of the columns of its table; and what a browser sent, made into conditions and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from xiuhao.kernel import roles
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy import Column, Table
from xiuhao.kernel.policy.columns import LEVEL_KINDS, MOST_LEVELS
from xiuhao.kernel.words import _ as gettext_lazy

UNITS = (("m", gettext_lazy("分钟")), ("h", gettext_lazy("小时")), ("d", gettext_lazy("天")), ("wd", gettext_lazy("工作日")))
SPARE = 2  # empty lines for further levels
_RANGE = re.compile(r"^\s*(?:(>=|≥)\s*(\S+)|(<=|≤)\s*(\S+)|(-?[\d.]+)\s*[~～–—]\s*(-?[\d.]+))\s*$")


@dataclass
class Input:
    """One column in the dialog. `shape` names the template's branch; `value` is what the inputs hold."""

    column: Column
    name: str
    shape: str
    value: Any = ""
    options: dict[str, str] = field(default_factory=dict)
    required: bool = False


def inferred(key: str, value: Any) -> Column:
    """A column for a value that its table does not describe, of the kind that the value shows."""
    kind = "text"
    if isinstance(value, bool):
        kind = "flag"
    elif isinstance(value, int | float):
        kind = "number"
    elif isinstance(value, Mapping) and "zh" in value:
        kind = "words"
    return Column(key, key, kind)


def condition_inputs(table: Table, match: Mapping[str, Any]) -> list[Input]:
    """One input a condition: choices as boxes, numbers as "3", "1,2", "10~20", ">=5", the rest as text; empty is everybody."""
    columns = [*table.columns, *(table.column(key, value) for key, value in match.items() if key not in {c.key for c in table.columns})]
    found = []
    for column in columns:
        raw = match.get(column.key)
        name = f"if.{column.key}"
        if column.kind == "choice":
            chosen = [str(item) for item in raw] if isinstance(raw, list) else ([] if raw is None else [str(raw)])
            options = column.choices()
            shape = "boxes" if len(options) <= 12 else "many"
            found.append(Input(column, name, shape, chosen, options))
        elif column.kind == "flag":
            found.append(Input(column, name, "either", "" if raw is None else str(raw).lower(), {"true": _("是"), "false": _("否")}))
        else:
            found.append(Input(column, name, "text", _spelt(raw)))
    return found


def _spelt(raw: Any) -> str:
    if isinstance(raw, Mapping):
        low, high = raw.get("min"), raw.get("max")
        return f"{low}~{high}" if None not in (low, high) else (f">={low}" if high is None else f"<={high}")
    if isinstance(raw, list):
        return ",".join(str(item) for item in raw)
    return "" if raw is None else str(raw)


def read_match(table: Table, match: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
    """The conditions that were sent, raw; what is empty asks for nothing."""
    found: dict[str, Any] = {}
    for each in condition_inputs(table, match):
        sent = [value.strip() for value in data.getlist(each.name) if value.strip()]
        if not sent:
            continue
        if each.shape in ("boxes", "many"):
            found[each.column.key] = sent[0] if len(sent) == 1 else sent
        else:
            found[each.column.key] = _condition(sent[0], each.column.kind)
    return found


def _condition(text: str, kind: str) -> Any:
    ranged = _RANGE.match(text) if kind == "number" else None
    if ranged:
        low, high = ranged[2] or ranged[5], ranged[4] or ranged[6]
        return {key: value for key, value in (("min", low), ("max", high)) if value}
    parts = [part.strip() for part in re.split(r"[,，、]", text) if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def value_inputs(table: Table, value: Mapping[str, Any]) -> list[Input]:
    """One input a value column; of a table that describes none, one for each value that the row has."""
    columns = table.values or tuple(inferred(key, item) for key, item in value.items())
    return [_value_input(column, value.get(column.key)) for column in columns]


def _value_input(column: Column, raw: Any) -> Input:
    made = Input(column, f"then.{column.key}", column.kind, raw, column.choices(), column.required)
    if column.kind == "limit":
        text = str(raw or "")
        made.value = (re.sub(r"\D", "", text), re.sub(r"[^a-z]", "", text) or "h")
        made.options = dict(UNITS)
    elif column.kind in ("choice", "calendar", "role"):
        made.shape, made.value = "select", str(raw or "")
    elif column.kind == "choices":
        made.shape, made.value = "boxes", [str(item) for item in raw or ()]
    elif column.kind == "roles":
        made.value = [*(raw or ()), *("" for _n in range(SPARE))]
    elif column.kind == "words":
        made.value = {"zh": (raw or {}).get("zh", ""), "en": (raw or {}).get("en", "")}
    elif column.kind == "levels":
        made.value = [*(_level(level) for level in raw or ()), *({} for _n in range(SPARE))][:MOST_LEVELS]
        made.options = {key: str(word) for key, word in roles.LABELS.items() if key not in (roles.CUSTOMER, roles.SYSTEM)}
    elif column.kind in ("number", "text"):
        made.shape, made.value = "text", "" if raw is None else str(raw)
    return made


def _level(level: Mapping[str, Any]) -> dict[str, Any]:
    where = f"{level['share'] * 100:g}" if "share" in level else f"{level['offset'] // 60}m"
    return {**level, "where": where}


def level_kinds() -> dict[str, str]:
    """The kinds of levels, for the template."""
    return {key: str(word) for key, word in LEVEL_KINDS.items()}


def read_value(table: Table, value: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
    """The values that were sent, raw, as the table's columns clean them."""
    found: dict[str, Any] = {}
    for each in value_inputs(table, value):
        column, name = each.column, each.name
        if each.shape == "limit":
            raw: Any = f"{data.get(name, '').strip()}{data.get(name + '.unit', 'h')}" if data.get(name, "").strip() else ""
        elif each.shape == "words":
            raw = {key: data.get(f"{name}.{key}", "").strip() for key in ("zh", "en") if data.get(f"{name}.{key}", "").strip()}
        elif each.shape in ("boxes", "roles"):
            raw = [item for item in data.getlist(name) if item]
        elif each.shape == "flag":
            raw = True if name in data else ""
        elif each.shape == "levels":
            raw = _levels(name, data)
        else:
            raw = data.get(name, "").strip()
        if raw not in ("", [], {}):
            found[column.key] = raw if table.values else column.clean(raw)
    return found


def _levels(name: str, data: QueryDict) -> list[dict[str, Any]]:
    """The levels that were sent, in order of time; a new one gets a key of its own, so that what has fired stays known."""
    rows = [row for row in zip(*(data.getlist(f"{name}.{part}") for part in ("key", "kind", "where", "to")), strict=False) if row[1]]
    taken = {key for key, _kind, _where, _to in rows if key}
    found: list[dict[str, Any]] = []
    for key, kind, where, to in rows:
        free = (f"{kind}{n}" if n > 1 else kind for n in range(1, 2 * MOST_LEVELS))
        key = key or next(each for each in free if each not in taken)
        taken.add(key)
        place: dict[str, Any] = {"offset": _minutes(where)} if where.endswith("m") else {"share": _share(where)}
        found.append({"key": key, "kind": kind, "to": to, **place})
    if any(isinstance(place, str) for level in found for place in (level.get("share"), level.get("offset"))):
        return found  # unreadable: the column says so
    return sorted(found, key=lambda level: (level.get("share", 1), level.get("offset", 0)))


def _share(text: str) -> Any:
    try:
        return float(text.rstrip("%")) / 100
    except ValueError:
        return text


def _minutes(text: str) -> Any:
    try:
        return int(text.removesuffix("m")) * 60
    except ValueError:
        return text


def known_of(row: PolicyRow | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Conditions and values of a row, empty for none."""
    return (dict(row.match), dict(row.value)) if row else ({}, {})
