"""From a sheet's columns to the evidence of `receive`: which header is meant, what a cell says, what makes a row the same row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from django.utils import translation

from xiuhao.kernel import registry
from xiuhao.kernel.evidence import Choice, Evidence
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import spreadsheet
from xiuhao.ui.cells import plain
from xiuhao.ui.spreadsheet import Cell

EXTERNAL = "external"
FIELDS = (
    EXTERNAL, "contact_name", "contact_phone", "contact_address", "kind", "category", "serial", "purchased_on", "description", "urgency",
    "stage", "promised_at",
)  # fmt: skip
ALWAYS = ("contact_phone", "kind", "description", "urgency")
ALIASES = {
    "contact_name": ("姓名", "客户", "客户姓名", "客户名称", "收货人", "name", "customer"),
    "contact_phone": ("电话", "手机", "手机号", "手机号码", "联系方式", "客户电话", "phone", "mobile"),
    "contact_address": ("详细地址", "联系地址", "客户地址", "上门地址", "address"),
    "kind": ("问题类型", "服务类型", "工单类型", "type"),
    "category": ("产品", "产品类型", "产品类别", "商品", "product"),
    "serial": ("SN", "机身号", "机号", "条码", "serial number"),
    "purchased_on": ("购机日期", "购买时间", "购机时间", "purchase date"),
    "description": ("描述", "故障描述", "故障现象", "问题", "内容"),
    "urgency": ("紧急程度", "是否紧急"),
    "promised_at": ("期望时间", "预约时间"),
    EXTERNAL: ("外部编号", "外部单号", "原单号", "单号", "编号", "external number", "id"),
}
NAMESPACE = UUID("6f3a1c52-6f0e-5d0b-9a51-8b1f3f8f6a11")  # ours alone: the same row has the same key wherever it is imported
DIGITS = frozenset({"contact_phone", "serial", EXTERNAL})  # columns of which each digit counts
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?")


@dataclass(frozen=True)
class Row:
    """One row of the file: where it stood, its cells as read, what it gives, its key; `fault` is (column, sentence code, params)."""

    number: int
    cells: list[str]
    given: dict[str, Any]
    key: UUID
    fault: tuple[str, Refused] | None = None


def needs() -> dict[str, Evidence]:
    """The evidence that a sheet can give."""
    every = {need.key: need for need in registry.process("ticket").verb("receive").needs}
    return {key: every[key] for key in FIELDS}


def _asked(need: Evidence) -> Evidence:
    """The same with its options as they are now: a file is read by one edition of the catalogue, which is asked for once."""
    return replace(need, options=need.choices()) if isinstance(need, Choice) else need


@cache
def known() -> dict[str, str]:
    """Header as it is compared → evidence key, in Chinese, English and by key."""
    found = {plain(alias): key for key, aliases in ALIASES.items() for alias in aliases}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {plain(str(need.label)): key for key, need in needs().items()}
    return found | {plain(key): key for key in FIELDS}


def match(headers: Sequence[str]) -> list[str]:
    """The evidence key of each column, "" for one that is not ours. Raises Refused (422): sheet_twice, sheet_without."""
    keys = [known().get(plain(header), "") for header in headers]
    labels = {key: need.label for key, need in needs().items()}
    for key in labels:
        if keys.count(key) > 1:
            raise Refused("sheet_twice", {"label": labels[key]}, status=422)
    if missing := [str(labels[key]) for key in ALWAYS if key not in keys]:
        raise Refused("sheet_without", {"labels": missing}, status=422)
    return keys


class Reader:
    """Makes rows of a file into requests, remembering which it has met. Numbers of their own are those of one company (the id of its
    unit): another has the same numbers for other requests."""

    def __init__(self, headers: Sequence[str], keys: Sequence[str], company: int = 0) -> None:
        self.headers, self.keys, self.company = headers, keys, company
        self.needs = {key: _asked(need) for key, need in needs().items()}
        self.choices = {key: _choices(need) for key, need in self.needs.items() if isinstance(need, Choice)}
        self.met: dict[UUID, int] = {}

    def row(self, number: int, cells: Sequence[Cell]) -> Row:
        """One row; a second one of the same key is at fault."""
        given: dict[str, Any] = {}
        external, fault = "", None
        for header, key, cell in zip(self.headers, self.keys, cells, strict=False):
            text = cell if isinstance(cell, str) else cell[0]
            if key and spreadsheet.lost(cell, key in DIGITS):
                fault = (header, Refused("number_rounded", {"label": header, "value": text}, status=422))
            elif key and text.strip():
                external = text.strip() if key == EXTERNAL else external
                given[key] = self.value(key, text.strip())
        kept = [cell if isinstance(cell, str) else cell[0] for cell in cells]
        if any(text.strip() for text in kept[len(self.headers) :]):
            fault = ("", Refused("row_wide", status=422))
        identity = f"external {self.company} {external}" if external else json.dumps(given, ensure_ascii=False, sort_keys=True)
        row_key = uuid5(NAMESPACE, identity)
        first = self.met.setdefault(row_key, number)
        if first != number and fault is None:
            fault = ("", Refused("row_twice", {"row": first}, status=422))
        return Row(number, kept, {**given, "channel": "import"}, row_key, fault)

    def value(self, key: str, text: str) -> Any:
        """A cell as the evidence takes it: the key of a label, an ISO day; what is not understood goes on as it is and is refused there."""
        if key in self.choices:
            return self.choices[key].get(plain(text), text)
        if key in ("purchased_on", "promised_at") and (found := _DAY.fullmatch(text)):
            year, month, day, hour, minute = (int(part or 0) for part in found.groups())
            shown = f"{year:04d}-{month:02d}-{day:02d}"
            return shown if key == "purchased_on" else f"{shown}T{hour:02d}:{minute:02d}"
        return text


def _choices(need: Choice) -> Mapping[str, str]:
    """Label in either language, and key, as they are compared → key."""
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {plain(str(label)): key for key, label in need.choices()}
    return found | {plain(key): key for key, _label in need.choices()}
