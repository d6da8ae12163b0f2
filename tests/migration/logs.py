"""Logs of other systems, as they are exported."""

from __future__ import annotations

from collections.abc import Sequence

Event = tuple[str, str, str, str]  # case, what happened, when, who

CASES: tuple[Event, ...] = (
    ("A1", "新建", "2026-03-02 09:00:00", "客服安"),
    ("A1", "处理中", "2026-03-02 09:20:00", "客服安"),
    ("A1", "待客户", "2026-03-02 10:00:00", "客服安"),
    ("A1", "处理中", "2026-03-03 10:00:00", "客服安"),
    ("A1", "已解决", "2026-03-03 11:00:00", "客服安"),
    ("A1", "已关闭", "2026-03-03 15:00:00", "老同事"),
    ("B2", "新建", "2026-03-02 17:30:00", "老同事"),
    ("B2", "已关闭", "2026-03-12 17:30:00", "老同事"),
)


def csv(events: Sequence[Event] = CASES, header: str = "工单号,状态,时间,经办人", separator: str = ",", encoding: str = "utf-8") -> bytes:
    """The events under that header."""
    lines = [header.replace(",", separator), *(separator.join(event) for event in events)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)
