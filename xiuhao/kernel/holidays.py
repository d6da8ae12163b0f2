"""The public holidays of mainland China that ship with the product, as rows for the holiday table.

Source: the yearly notices of the State Council's General Office, as collected by chinesecalendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, TypedDict

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from xiuhao.kernel.refusal import Refused


class HolidayRow(TypedDict):
    """One date that differs from the week: a day off, or an extra working day (调休)."""

    day: date
    kind: Literal["off", "work"]
    name: str
    name_en: str


def shipped_years() -> frozenset[int]:
    """The years whose notice is known to this installation (2004 to 2026 at the time of writing)."""
    return frozenset(day.year for day in holidays)


def seed_holidays(years: Iterable[int]) -> list[HolidayRow]:
    """Every day off ("off") and every extra working day ("work", 调休) of those years, by date.

    Refuses: holidays_unknown for a year whose notice is not out yet; nothing is guessed.
    """
    wanted = set(years)
    if unknown := wanted - shipped_years():
        raise Refused("holidays_unknown", {"years": sorted(unknown)}, status=422)
    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    return [
        HolidayRow(day=day, kind="off" if day in holidays else "work", name=chinese[name], name_en=name)
        for day, name in sorted({**workdays, **holidays}.items())
        if day.year in wanted
    ]
