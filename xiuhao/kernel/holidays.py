"""The public holidays of mainland China that ship with the product, as rows for the holiday table.

Source: the yearly notices of the State Council's General Office, as collected by chinesecalendar.
"""

from __future__ import annotations

from collections.abc import Iterable

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from xiuhao.kernel.calendar import HolidayRow
from xiuhao.kernel.refusal import Refused


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
        {"day": day, "kind": kind, "name": chinese[name], "name_en": name}
        for day, kind, name in sorted(
            [(day, "off", name) for day, name in holidays.items()] + [(day, "work", name) for day, name in workdays.items()]
        )
        if day.year in wanted
    ]
