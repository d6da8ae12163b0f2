"""The worked example in the documentation is what the code computes."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from xiuhao.kernel.calendar import WEEKDAYS, from_table
from xiuhao.kernel.clockwork import Level, Limit, moments, spans, trace
from xiuhao.kernel.holidays import seed_holidays

PAGE = Path(__file__).parents[2] / "docs/build/working-time.md"
SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMIT = Limit(
    12 * 3600,
    (Level("warn", 0.75, "warn", "owner"), Level("soon", None, "warn", "owner", offset=-3600), Level("level2", 1.5, "escalate", "lead")),
)


def february(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, minute, tzinfo=SHANGHAI)


def short(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}"


def test_the_page_shows_the_trace_that_the_code_computes() -> None:
    day = [["09:00", "12:00"], ["13:00", "18:00"]]
    spec = {"zone": "Asia/Shanghai", "weekly": dict.fromkeys(WEEKDAYS[:5], day)}
    office = from_table("office", spec, seed_holidays([2026]))
    changes = [(february(13, 15, 30), "open"), (february(14, 10), "waiting"), (february(14, 14), "open")]
    history = spans(changes, changes[0][0], running=lambda state: state == "open", waiting=lambda state: state == "waiting")
    told = trace(office, LIMIT.seconds, history, february(14, 15))
    rows = [
        f"| {short(line.start)} | {short(line.end)} | {line.why}{' ' + line.day.name if line.day else ''}"
        f" | {hours(line.seconds)} | {hours(line.total)} |"
        for line in told.lines
    ]
    page, twin = PAGE.read_text(encoding="utf-8"), (PAGE.parent / "zh" / PAGE.name).read_text(encoding="utf-8")
    assert rows == re.findall(r"^\| 02-.*\|$", page, re.MULTILINE) == re.findall(r"^\| 02-.*\|$", twin, re.MULTILINE)
    assert told.due is not None
    dates = [short(told.due), *(short(at) for _, at in moments(office, LIMIT, history))]
    assert dates == re.findall(r"on (02-\d\d \d\d:\d\d)", page.split("so far |")[1])
    assert sorted(dates) == sorted(re.findall(r"(02-\d\d \d\d:\d\d)(?! \|)", twin.split("累计 |")[1].rpartition("|\n")[2]))
    assert len(page.splitlines()) <= 60
